// The words for memory in this folder: bytes one owns, bytes one looks at, and bytes many hold together.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <span>
#include <utility>
#include <vector>

namespace pappus::wire {

using bytes = std::vector<std::byte>;

/// Borrowed: dies with what it looks at.
using bytes_view = std::span<const std::byte>;

/// Constant memory, shared on purpose: a view that keeps alive what it looks at. Copying it copies a reference, so one
/// encoded message stands in the outboxes of a thousand peers.
class shared_bytes {
public:
  shared_bytes() noexcept = default;

  /// Shares ownership of `owner`, in whose constant memory `view` lies.
  shared_bytes(std::shared_ptr<const void> owner, bytes_view view) noexcept : owner_(std::move(owner)), view_(view) {}

  [[nodiscard]] bytes_view view() const noexcept { return view_; }
  [[nodiscard]] const std::byte* data() const noexcept { return view_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return view_.size(); }
  [[nodiscard]] bool empty() const noexcept { return view_.empty(); }

  /// `count` of the bytes from `offset` on, keeping the same memory alive.
  [[nodiscard]] shared_bytes part(std::size_t offset, std::size_t count) const noexcept {
    return {owner_, view_.subspan(offset, count)};
  }

private:
  std::shared_ptr<const void> owner_;
  bytes_view view_;
};

/// Memory that is still to be written, with one allocation; `share` it when it is.
struct unwritten_bytes {
  /// `from` outlives whatever is made of it.
  explicit unwritten_bytes(std::size_t size, std::pmr::memory_resource& from = *std::pmr::new_delete_resource());

  std::shared_ptr<std::byte[]> memory;
  std::span<std::byte> view;
};

[[nodiscard]] inline shared_bytes share(unwritten_bytes written) noexcept {
  return {std::move(written.memory), written.view};
}

/// Turns bytes of one's own into bytes for everyone; copies none of them.
[[nodiscard]] inline shared_bytes share(bytes owned) {
  const auto owner = std::make_shared<const bytes>(std::move(owned));
  return shared_bytes{owner, *owner};
}

}  // namespace pappus::wire
