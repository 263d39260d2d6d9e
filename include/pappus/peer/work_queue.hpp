// FIFO queue of coroutines that wait for a shared resource.
#pragma once

#include <pappus/coro/event.hpp>
#include <pappus/coro/intrusive_list.hpp>

namespace pappus::peer {

/// For the loop's thread. Allocates nothing, and outlives its places.
class work_queue {
public:
  /// A place behind all others, held while it lives; then the next one becomes the first.
  class place : private coro::intrusive_list<place>::hook {
  public:
    explicit place(work_queue& owner) noexcept : owner_(owner) {
      owner_.waiting_.push_back(*this);
      owner_.call_first();
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
      owner_.waiting_.remove(*this);
      owner_.call_first();
    }

    /// Completes when there is no place before it. Fails only with `errc::canceled`.
    [[nodiscard]] coro::event::wait_operation first() noexcept { return called_.wait(); }

  private:
    friend work_queue;
    friend coro::intrusive_list<place>;

    work_queue& owner_;
    coro::event called_;
  };

  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

private:
  void call_first() noexcept {
    if (!waiting_.empty()) waiting_.first()->called_.set();
  }

  coro::intrusive_list<place> waiting_;
};

}  // namespace pappus::peer
