// Envelope: the element of a mailbox between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace pappus::integration {

/// A kind and a shared pointer to immutable content. Cheap to copy and to move. Readers need no lock, and the last
/// owner frees the content. The kinds and the content type of each are an agreement between sender and receiver.
struct envelope {
  std::uint32_t kind = 0;
  std::shared_ptr<const void> content;  // null if the kind says all

  /// The content as a `T`. Requires content, and that it is a `T`: neither is checked.
  template <class T>
  [[nodiscard]] const T& as() const noexcept {
    return *static_cast<const T*>(content.get());
  }
};

static_assert(std::is_nothrow_move_constructible_v<envelope> && std::is_nothrow_move_assignable_v<envelope>);

}  // namespace pappus::integration
