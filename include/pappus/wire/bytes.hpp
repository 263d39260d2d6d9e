// Types of byte sequences: owned, borrowed and shared.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <span>
#include <utility>
#include <vector>

namespace pappus::wire {

/// Owned.
using bytes = std::vector<std::byte>;

/// Borrowed: valid only as long as its owner.
using bytes_view = std::span<const std::byte>;

/// Immutable bytes with shared ownership. Copies share the same memory, so one encoded message is in the send queues of
/// a thousand peers.
class shared_bytes {
public:
  shared_bytes() noexcept = default;

  /// Shares ownership of `owner`, which owns the immutable memory of `view`.
  shared_bytes(std::shared_ptr<const void> owner, bytes_view view) noexcept : owner_(std::move(owner)), view_(view) {}

  /// All of them. Valid as long as any copy.
  [[nodiscard]] bytes_view view() const noexcept { return view_; }
  /// Their address and number.
  [[nodiscard]] const std::byte* data() const noexcept { return view_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return view_.size(); }
  [[nodiscard]] bool empty() const noexcept { return view_.empty(); }

  /// `count` bytes from `offset` on, sharing ownership of the same memory.
  [[nodiscard]] shared_bytes slice(std::size_t offset, std::size_t count) const noexcept {
    return {owner_, view_.subspan(offset, count)};
  }

private:
  std::shared_ptr<const void> owner_;
  bytes_view view_;
};

/// Uninitialized memory of one allocation, to be written and then passed to `share`.
struct uninitialized_bytes {
  /// `from` outlives everything that shares the memory.
  explicit uninitialized_bytes(std::size_t size, std::pmr::memory_resource& from = *std::pmr::new_delete_resource());

  std::shared_ptr<std::byte[]> memory;  // owns the bytes
  std::span<std::byte> view;            // all of them
};

/// Turns bytes that have been written into shared ones without copying them.
[[nodiscard]] inline shared_bytes share(uninitialized_bytes written) noexcept {
  return {std::move(written.memory), written.view};
}

/// Turns owned bytes into shared ones without copying them.
[[nodiscard]] inline shared_bytes share(bytes owned) {
  const auto owner = std::make_shared<const bytes>(std::move(owned));
  return shared_bytes{owner, *owner};
}

}  // namespace pappus::wire
