// libuv's error numbers as std::error_code.
#pragma once

#include <system_error>

namespace pappus::uv {

/// The category of libuv's (negative) error numbers. They compare equal to the `std::errc` of the same meaning, so
/// that callers need not know which backend they are on.
[[nodiscard]] const std::error_category& error_category() noexcept;

[[nodiscard]] inline std::error_code error_from(int status) noexcept { return {status, error_category()}; }

}  // namespace pappus::uv
