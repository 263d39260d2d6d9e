// Error codes and their messages.
#include <ostream>
#include <set>
#include <string>
#include <system_error>

#include <doctest/doctest.h>

#include <pappus/error.hpp>

namespace error_test {

using pappus::errc;

TEST_CASE("every reason is an error code with a message") {
  std::set<std::string> messages;
  for (const errc each : {errc::canceled, errc::timed_out, errc::end_of_stream, errc::closed, errc::poisoned,
                          errc::internal_error, errc::truncated, errc::too_long}) {
    const std::error_code code = each;
    CHECK(static_cast<bool>(code));
    CHECK(std::string{code.category().name()} == "pappus");
    messages.insert(code.message());
  }
  CHECK(messages.size() == 8);
  CHECK(messages.count(std::error_code{999, pappus::error_category()}.message()) == 0);
}

TEST_CASE("a reason equals the standard error of the same meaning, and no other") {
  CHECK(make_error_code(errc::canceled) == std::errc::operation_canceled);
  CHECK(make_error_code(errc::timed_out) == std::errc::timed_out);
  CHECK(make_error_code(errc::too_long) == std::errc::message_size);
  CHECK(make_error_code(errc::canceled) != std::errc::timed_out);
  CHECK(make_error_code(errc::timed_out) != std::errc::operation_canceled);
  CHECK(make_error_code(errc::closed) != std::errc::operation_canceled);
  CHECK(make_error_code(errc::canceled) != make_error_code(errc::timed_out));
}

}  // namespace error_test
