// A bounded queue of values between coroutines on one thread.
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/coro/wait_list.hpp>
#include <pappus/coro/waiter.hpp>
#include <pappus/error.hpp>
#include <pappus/result.hpp>

namespace pappus::coro {

/// First in, first out; at most `capacity` values (at least one). Memory is allocated once, in the constructor. The
/// channel must outlive its senders and receivers.
template <class T>
class channel {
public:
  class send_operation;
  class receive_operation;

  explicit channel(std::size_t capacity) : ring_(capacity == 0 ? 1 : capacity) {}

  /// Completes once the value is in the channel or with a receiver. Fails with `errc::closed` or `errc::canceled`; then
  /// the value was not sent.
  send_operation send(T value) { return send_operation{*this, std::move(value)}; }

  /// Completes with the oldest value. Fails with `errc::closed` once the channel is closed and empty, or with
  /// `errc::canceled`.
  receive_operation receive() noexcept { return receive_operation{*this}; }

  /// Sends the value if that needs no waiting; on false `value` is unchanged.
  bool try_send(T& value) {
    if (closed_) return false;
    if (receive_operation* const receiver = receivers_.pop_front()) {
      receiver->value_.emplace(std::move(value));
      receiver->wake();
      return true;
    }
    if (size_ == ring_.size()) return false;
    put(std::move(value));
    return true;
  }

  /// Returns the oldest value, or nullopt if the channel is empty.
  std::optional<T> try_receive() {
    if (size_ == 0) return std::nullopt;
    std::optional<T> taken = std::exchange(ring_[first_], std::nullopt);
    first_ = (first_ + 1) % ring_.size();
    --size_;
    if (send_operation* const sender = senders_.pop_front()) {
      put(std::move(sender->value_));
      sender->wake();
    }
    return taken;
  }

  /// Closes the channel: waiting senders fail, receivers get the remaining values and then fail. O(waiters).
  void close() noexcept {
    closed_ = true;
    while (send_operation* const sender = senders_.pop_front()) sender->fail(errc::closed);
    while (receive_operation* const receiver = receivers_.pop_front()) receiver->fail(errc::closed);
  }

  /// Values in the channel now.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Values that it can hold.
  [[nodiscard]] std::size_t capacity() const noexcept { return ring_.size(); }
  /// Whether `close` was called.
  [[nodiscard]] bool closed() const noexcept { return closed_; }

  class [[nodiscard]] send_operation : public waiter, public wait_list<send_operation>::hook {
  public:
    send_operation(channel& into, T value) : into_(into), value_(std::move(value)) {}

    [[nodiscard]] bool await_ready() {
      if (into_.closed_) outcome_ = make_error_code(errc::closed);
      return into_.closed_ || into_.try_send(value_);
    }
    template <library_promise Promise>
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
      const bool suspends = suspend(handle, handle.promise(), "channel: room",
                                    [](stop_callback& self) noexcept { static_cast<send_operation&>(self).cancel(); });
      if (suspends) into_.senders_.push_back(*this);
      else outcome_ = make_error_code(errc::canceled);
      return suspends;
    }
    result<void> await_resume() noexcept {
      resumed();
      if (outcome_) return failure{outcome_};
      return {};
    }

  private:
    friend channel;
    void cancel() noexcept {
      into_.senders_.remove(*this);
      fail(errc::canceled);
    }
    void fail(errc error) noexcept {
      outcome_ = make_error_code(error);
      wake();
    }

    channel& into_;
    T value_;
    std::error_code outcome_;
  };

  class [[nodiscard]] receive_operation : public waiter, public wait_list<receive_operation>::hook {
  public:
    explicit receive_operation(channel& from) noexcept : from_(from) {}

    [[nodiscard]] bool await_ready() {
      value_ = from_.try_receive();
      if (!value_ && from_.closed_) outcome_ = make_error_code(errc::closed);
      return value_ || from_.closed_;
    }
    template <library_promise Promise>
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
      const bool suspends = suspend(handle, handle.promise(), "channel: a value", [](stop_callback& self) noexcept {
        static_cast<receive_operation&>(self).cancel();
      });
      if (suspends) from_.receivers_.push_back(*this);
      else outcome_ = make_error_code(errc::canceled);
      return suspends;
    }
    result<T> await_resume() {
      resumed();
      if (outcome_) return failure{outcome_};
      return std::move(*value_);
    }

  private:
    friend channel;
    void cancel() noexcept {
      from_.receivers_.remove(*this);
      fail(errc::canceled);
    }
    void fail(errc error) noexcept {
      outcome_ = make_error_code(error);
      wake();
    }

    channel& from_;
    std::optional<T> value_;
    std::error_code outcome_;
  };

private:
  void put(T value) {
    ring_[(first_ + size_) % ring_.size()].emplace(std::move(value));
    ++size_;
  }

  std::vector<std::optional<T>> ring_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  bool closed_ = false;
  wait_list<send_operation> senders_;
  wait_list<receive_operation> receivers_;
};

}  // namespace pappus::coro

namespace pappus {
using coro::channel;
}  // namespace pappus
