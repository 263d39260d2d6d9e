// The reasons of our own why an operation gave no value; those of the operating system keep their own category.
#pragma once

#include <system_error>

namespace pappus {

enum class errc {
  canceled = 1,   // somebody asked the operation to stop
  timed_out,      // its time was up
  end_of_stream,  // the other side has said all it will say
  closed,         // this side was closed before or during the operation
  poisoned,       // an earlier operation was stopped half-way; only closing is left
};

/// The category behind `errc`; compares equal to the `std::errc` of the same meaning where there is one.
[[nodiscard]] const std::error_category& error_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}

}  // namespace pappus

template <>
struct std::is_error_code_enum<pappus::errc> : std::true_type {};
