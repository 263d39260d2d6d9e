// A counting semaphore: bounds how many coroutines do something at a time.
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>

#include <pappus/coro/wait_list.hpp>
#include <pappus/coro/waiter.hpp>
#include <pappus/error.hpp>
#include <pappus/misuse.hpp>
#include <pappus/result.hpp>

namespace pappus::coro {

/// Holds a fixed number of permits. First come, first served: a returned permit goes to the coroutine that has waited
/// longest, and no other coroutine gets ahead of it. For one thread. The semaphore must outlive its permits and its
/// waiters; destroying it earlier terminates.
class semaphore {
public:
  class acquire_operation;

  /// One permit. Move-only; its destructor returns it.
  class [[nodiscard]] permit {
  public:
    permit(permit&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    /// Returns the permit that was here, and takes over the other.
    permit& operator=(permit&& other) noexcept {
      if (this != &other) {
        release();
        of_ = std::exchange(other.of_, nullptr);
      }
      return *this;
    }
    ~permit() { release(); }

    /// Returns the permit now. No effect if it has been returned or moved away. O(1).
    void release() noexcept {
      if (semaphore* const of = std::exchange(of_, nullptr)) of->put_back();
    }

  private:
    friend semaphore;
    explicit permit(semaphore& of) noexcept : of_(&of) {}

    semaphore* of_;
  };

  explicit semaphore(std::size_t permits) noexcept : permits_(permits), available_(permits) {}
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;
  ~semaphore() {
    if (!waiting_.empty()) misuse("semaphore: destroyed while coroutines wait for a permit");
    if (available_ != permits_) misuse("semaphore: destroyed before all of its permits have been returned");
  }

  /// Completes with a permit, at once if one is available. Fails only with `errc::canceled`. Waiting allocates nothing.
  acquire_operation acquire() noexcept;

  /// A permit, or nullopt if none is available. O(1).
  [[nodiscard]] std::optional<permit> try_acquire() noexcept {
    if (available_ == 0) return std::nullopt;
    --available_;
    return permit{*this};
  }

  /// Permits that `try_acquire` can take now; none while a coroutine waits.
  [[nodiscard]] std::size_t available() const noexcept { return available_; }

  class [[nodiscard]] acquire_operation : public waiter, public wait_list<acquire_operation>::hook {
  public:
    explicit acquire_operation(semaphore& from) noexcept : from_(from) {}

    [[nodiscard]] bool await_ready() noexcept {
      if (from_.available_ == 0) return false;
      --from_.available_;
      return true;
    }
    template <library_promise Promise>
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
      const bool suspends = suspend(handle, handle.promise(), "semaphore: a permit", [](stop_callback& self) noexcept {
        static_cast<acquire_operation&>(self).cancel();
      });
      if (suspends) from_.waiting_.push_back(*this);
      else canceled_ = true;
      return suspends;
    }
    result<permit> await_resume() noexcept {
      resumed();
      if (canceled_) return failure{make_error_code(errc::canceled)};
      return permit{from_};
    }

  private:
    friend semaphore;
    void cancel() noexcept {
      from_.waiting_.remove(*this);
      canceled_ = true;
      wake();
    }

    semaphore& from_;
    bool canceled_ = false;
  };

private:
  /// Hands the permit to the first waiter; it is never available in between.
  void put_back() noexcept {
    if (acquire_operation* const first = waiting_.pop_front()) first->wake();
    else ++available_;
  }

  std::size_t permits_;
  std::size_t available_;
  wait_list<acquire_operation> waiting_;
};

inline semaphore::acquire_operation semaphore::acquire() noexcept { return acquire_operation{*this}; }

}  // namespace pappus::coro

namespace pappus {
using coro::semaphore;
}  // namespace pappus
