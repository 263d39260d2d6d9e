// Error, encoded and decoded.
#include <doctest/doctest.h>

#include <pappus/wire/messages/error.hpp>

#include "wire/samples.hpp"

namespace messages_error_test {

using namespace samples;

TEST_CASE("Error is a code and a text") {
  messages::error value;
  value.number = 7;
  value.text = "no";
  check_message(value,
                "000000070000000000000002"
                "6e6f");
}

TEST_CASE("the text of Error is UTF-8, at most the limit of a blob") {
  check_refused<messages::error>(from_hex("000000070000000000000002c328"), speaking(1000), decode_errc::bad_utf8,
                                 "text", 12);
  check_refused<messages::error>(from_hex("0000000700000000000186a1"), speaking(1000), decode_errc::over_limit, "text",
                                 4);
  messages::error value;
  value.text = std::string(limits::max_blob_size + 1, 'x');
  CHECK(encode(value, latest_version).error().code == encode_errc::over_limit);
}

}  // namespace messages_error_test
