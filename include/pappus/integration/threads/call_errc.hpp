// Why a call from another thread was not made.
#pragma once

#include <system_error>

namespace pappus::integration {

/// Why a call of a `node_handle` was not made, or not completed.
enum class call_errc {
  queue_full = 1,  // too many calls wait; nothing was done
  stopped,         // the node has stopped; an operation already begun may have had any part of its effect
};

/// Category of these errors; its messages are sentences.
[[nodiscard]] const std::error_category& call_category() noexcept;
[[nodiscard]] inline std::error_code make_error_code(call_errc error) noexcept {
  return {static_cast<int>(error), call_category()};
}

}  // namespace pappus::integration

template <>
struct std::is_error_code_enum<pappus::integration::call_errc> : std::true_type {};
