// Base of the library's promises: ready queue, stop token and frame allocation.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>

#include <pappus/coro/frame_recycler.hpp>
#include <pappus/coro/live_coroutines.hpp>
#include <pappus/coro/parameter_references.hpp>
#include <pappus/coro/ready_queue.hpp>
#include <pappus/coro/stop.hpp>

namespace pappus::coro {

/// The ready queue and the stop token of a coroutine; a child inherits its parent's.
struct context {
  ready_queue* ready = nullptr;
  stop_token stop;
};

/// Base of all promises.
class promise_base {
public:
  promise_base() = default;
  /// Called with the parameters of the coroutine.
  template <class... Parameters>
  requires(tracing && sizeof...(Parameters) != 0) explicit promise_base(const Parameters&... parameters) noexcept {
    entry_.called_with(parameters...);
  }
  promise_base(const promise_base&) = delete;
  promise_base& operator=(const promise_base&) = delete;

  static void* operator new(std::size_t size) {
    void* const frame = frame_recycler::allocate(size);
    if constexpr (tracing) parameter_references::frame_allocated(frame, size);
    return frame;
  }
  static void operator delete(void* frame, std::size_t size) noexcept { frame_recycler::release(frame, size); }

  [[nodiscard]] context& current() noexcept { return context_; }
  [[nodiscard]] live_coroutine_entry& entry() noexcept { return entry_; }

protected:
  ~promise_base() = default;

private:
  context context_;
  [[no_unique_address]] live_coroutine_entry entry_;
};

/// A promise derived from `promise_base`; only such coroutines may await the library's operations.
template <class Promise>
concept library_promise = std::derived_from<Promise, promise_base>;

}  // namespace pappus::coro
