// libuv's error numbers as std::error_code.
#pragma once

#include <system_error>

namespace pappus::uv {

/// The category of libuv's (negative) error numbers. They compare equal to the `std::errc` of the same meaning, so that
/// callers do not depend on the backend.
[[nodiscard]] const std::error_category& error_category() noexcept;

[[nodiscard]] inline std::error_code error_from(int status) noexcept { return {status, error_category()}; }

}  // namespace pappus::uv
