// What goes from one thread to another.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace pappus::integration {

/// Cheap to copy and to move; what it carries is constant memory, shared on purpose: whoever reads it needs no lock,
/// and the last to let go of it frees it. What kinds there are, and what each carries, is between sender and receiver.
struct envelope {
  std::uint32_t kind = 0;
  std::shared_ptr<const void> content;

  /// What it carries, if that is a `T`: nobody checks.
  template <class T>
  [[nodiscard]] const T& as() const noexcept {
    return *static_cast<const T*>(content.get());
  }
};

static_assert(std::is_nothrow_move_constructible_v<envelope> && std::is_nothrow_move_assignable_v<envelope>);

}  // namespace pappus::integration
