// Limit on all memory that peers make a node hold.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory_resource>

#include <pappus/coro/event.hpp>
#include <pappus/coro/frame_recycler.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {

struct memory_statistics {
  std::size_t used = 0;  // bytes now
  std::size_t cap = 0;
};

/// Counts bytes: those allocated from it, such as encoded frames, which several send queues may share and which count
/// once; and those that reservations report. Nothing is refused here: a holder that can do without takes nothing while
/// there is no room, and `memory_monitor` disconnects sessions while the cap is exceeded. For the loop's thread;
/// outlives everything that is counted. O(1).
class memory_budget final : public std::pmr::memory_resource {
public:
  explicit memory_budget(std::size_t cap = limits::max_memory) noexcept : cap_(cap) {}
  memory_budget(const memory_budget&) = delete;
  memory_budget& operator=(const memory_budget&) = delete;

  /// Bytes of one holder, counted while it lives.
  class reservation {
  public:
    explicit reservation(memory_budget& owner) noexcept : owner_(owner) {}
    reservation(const reservation&) = delete;
    reservation& operator=(const reservation&) = delete;
    ~reservation() { owner_.release(bytes_); }

    void set(std::size_t bytes) noexcept {
      if (bytes > bytes_) owner_.take(bytes - bytes_);
      else owner_.release(bytes_ - bytes);
      bytes_ = bytes;
    }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  private:
    memory_budget& owner_;
    std::size_t bytes_ = 0;
  };

  /// Whether so many more bytes may be held.
  [[nodiscard]] bool has_room(std::size_t bytes) const noexcept { return bytes <= cap_ - std::min(cap_, used_); }
  /// Number of bytes above the cap.
  [[nodiscard]] std::size_t bytes_over_cap() const noexcept { return used_ - std::min(cap_, used_); }
  /// Set whenever the count rises above the cap or further above it. Its waiter resets it.
  [[nodiscard]] coro::event& exceeded() noexcept { return exceeded_; }

  [[nodiscard]] std::size_t cap() const noexcept { return cap_; }
  [[nodiscard]] memory_statistics statistics() const noexcept { return {used_, cap_}; }

private:
  void take(std::size_t bytes) noexcept {
    used_ += bytes;
    if (used_ > cap_) exceeded_.set();
  }
  void release(std::size_t bytes) noexcept { used_ -= bytes; }

  /// Larger blocks are not recycled, bytes. A ping or an announcement takes less.
  static constexpr std::size_t max_recycled = 256;

  static bool is_recycled(std::size_t bytes, std::size_t alignment) noexcept {
    return bytes <= max_recycled && alignment <= alignof(std::max_align_t);
  }

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    void* const made = is_recycled(bytes, alignment) ? coro::frame_recycler::allocate(bytes)
                                                     : std::pmr::new_delete_resource()->allocate(bytes, alignment);
    take(bytes);
    return made;
  }
  void do_deallocate(void* made, std::size_t bytes, std::size_t alignment) override {
    if (is_recycled(bytes, alignment)) coro::frame_recycler::release(made, bytes);
    else std::pmr::new_delete_resource()->deallocate(made, bytes, alignment);
    release(bytes);
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::size_t cap_;
  std::size_t used_ = 0;
  coro::event exceeded_;
};

}  // namespace pappus::peer
