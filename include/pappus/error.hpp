// Error codes of the library. Errors of the operating system keep their own category.
#pragma once

#include <system_error>

namespace pappus {

/// Errors of operations on the loop.
enum class errc {
  canceled = 1,    // a stop was requested
  timed_out,       // the deadline has passed
  end_of_stream,   // the other side will send nothing more
  closed,          // this side was closed before or during the operation
  poisoned,        // an earlier operation on the stream was stopped half-way; it can only be closed
  internal_error,  // an exception of the application or of the library
  truncated,       // the other side has sent a part of a message, and will send nothing more
  too_long,        // a message is longer than the caller allows
};

/// Category of `errc`. `canceled`, `timed_out` and `too_long` compare equal to the `std::errc` of the same meaning:
/// `operation_canceled`, `timed_out` and `message_size`.
[[nodiscard]] const std::error_category& error_category() noexcept;

/// The error with the category `error_category`; `std::error_code` converts from `errc` by it.
[[nodiscard]] inline std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}

}  // namespace pappus

template <>
struct std::is_error_code_enum<pappus::errc> : std::true_type {};
