// A connection that carries bytes both ways, whatever carries it: TCP, a simulation, later TLS.
#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include <pappus/coro/waiter.hpp>
#include <pappus/error.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

class stream;

using buffer = std::span<std::byte>;
using const_buffer = std::span<const std::byte>;

/// Bytes in all of `buffers`.
[[nodiscard]] constexpr std::size_t total_size(std::span<const const_buffer> buffers) noexcept {
  std::size_t size = 0;
  for (const const_buffer& each : buffers) size += each.size();
  return size;
}

/// What the reads have in common. It lives in the reader's frame and completes inside the callback that brings the
/// bytes. A stop completes it with `errc::canceled`; if it had taken a part of an exact read, the stream is poisoned.
class read_operation : public coro::waiter {
public:
  [[nodiscard]] bool await_ready() const noexcept { return at_least_ == 0; }
  template <coro::library_promise Promise>
  [[gnu::noinline]] bool await_suspend(std::coroutine_handle<Promise> handle) noexcept;

protected:
  read_operation(stream& from, buffer into, std::size_t at_least) noexcept
      : from_(from), into_(into), at_least_(at_least) {}
  ~read_operation() = default;

  stream& from_;
  buffer into_;           // where the bytes go; empty: into the backend's own block
  std::size_t at_least_;  // how many complete the operation
  std::size_t got_ = 0;
  const std::byte* view_;  // the bytes, if they are in the backend's block
  std::optional<std::error_code> failed_;

private:
  friend stream;
  bool begin(std::coroutine_handle<> handle, coro::promise_base& promise) noexcept;
  void wait(std::coroutine_handle<> handle, coro::promise_base& promise) noexcept;
  static void on_stop(coro::stop_callback& self) noexcept;
};

/// Gives how many bytes were read into the caller's buffer.
class [[nodiscard]] read_into_operation final : public read_operation {
public:
  read_into_operation(stream& from, buffer into, std::size_t at_least) noexcept
      : read_operation(from, into, at_least) {}
  result<std::size_t> await_resume() noexcept {
    resumed();
    if (failed_) return failure{*failed_};
    return got_;
  }
};

/// Gives a view of bytes that stay where they arrived.
class [[nodiscard]] read_view_operation final : public read_operation {
public:
  explicit read_view_operation(stream& from) noexcept : read_operation(from, {}, 1) {}
  result<const_buffer> await_resume() noexcept {
    resumed();
    if (failed_) return failure{*failed_};
    return const_buffer{view_, got_};
  }
};

/// A gathering write. It completes when the stream needs the bytes no more, also when it was stopped: they are the
/// caller's and stay where they are until then. A stop on the way poisons the stream; what the system takes at once is
/// written, stopped or not.
class [[nodiscard]] write_operation : public coro::waiter {
public:
  template <coro::library_promise Promise>
  [[gnu::noinline]] void await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    suspend_in_background(handle, handle.promise());
  }
  result<void> await_resume() noexcept {
    resumed();
    if (failed_) return failure{*failed_};
    return {};
  }

protected:
  explicit write_operation(stream& to) noexcept : to_(to) {}
  ~write_operation() = default;

  /// True if the write has completed: all of it is with the system, or it failed.
  bool write_at_once(std::span<const const_buffer> buffers) noexcept;

private:
  friend stream;
  bool begin(std::span<const const_buffer> buffers, std::size_t written) noexcept;
  void suspend_in_background(std::coroutine_handle<> handle, coro::promise_base& promise) noexcept;
  static void on_stop(coro::stop_callback& self) noexcept;
  bool advance(std::size_t written) noexcept;

  stream& to_;
  std::optional<std::error_code> failed_;

  // Set once some of it did not go at once.
  std::span<const const_buffer> left_;  // not wholly written yet
  std::size_t offset_;                  // written of the first of them
};

/// A write of buffers that are listed in the operation itself.
template <std::size_t Count>
class [[nodiscard]] write_gathered_operation final : public write_operation {
public:
  template <class... Buffers>
  explicit write_gathered_operation(stream& to, const Buffers&... buffers) noexcept
      : write_operation(to), buffers_{const_buffer(buffers)...} {}

  [[nodiscard]] bool await_ready() noexcept { return write_at_once(buffers_); }

private:
  std::array<const_buffer, Count> buffers_;
};

/// A write of buffers that are listed elsewhere.
class [[nodiscard]] write_listed_operation final : public write_operation {
public:
  write_listed_operation(stream& to, std::span<const const_buffer> buffers) noexcept
      : write_operation(to), buffers_(buffers) {}

  [[nodiscard]] bool await_ready() noexcept { return write_at_once(buffers_); }

private:
  std::span<const const_buffer> buffers_;
};

/// Closes a stream when its owner lets go of it; the backend frees it when it can.
struct stream_closer {
  void operator()(stream* ended) const noexcept;
};
using stream_ptr = std::unique_ptr<stream, stream_closer>;

/// One reader and one writer at a time; a second fails with `std::errc::device_or_resource_busy`. Nothing may be
/// waiting on it when it is destroyed. For one thread.
class stream {
public:
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  /// Completes with at least one byte (with none if `into` has no room). Fails with `errc::end_of_stream` after the
  /// last, `errc::canceled`, `errc::closed`, `errc::poisoned`, or the system's reason.
  read_into_operation read_some(buffer into) noexcept { return {*this, into, into.empty() ? 0U : 1U}; }

  /// Completes with the whole of `into` filled. The bytes of a read that failed are lost.
  read_into_operation read_exact(buffer into) noexcept { return {*this, into, into.size()}; }

  /// Completes with at least one byte, in memory of the backend's: a look at it is free, but it is gone as soon as the
  /// awaiting coroutine suspends or ends. Nobody's memory is bound while the stream is idle.
  read_view_operation read_view() noexcept { return read_view_operation{*this}; }

  /// Completes when all bytes of all buffers are with the system, in order. The bytes must stay until then. Fails as
  /// reads do; a part may have been written.
  template <class... Buffers>
  auto write_all(const Buffers&... buffers) noexcept {
    return write_gathered_operation<sizeof...(Buffers)>{*this, buffers...};
  }

  /// The same for a list made at run time, which must stay as long as the bytes.
  write_listed_operation write_all(std::span<const const_buffer> buffers) noexcept { return {*this, buffers}; }

  /// Closes at once: what is waiting fails with `errc::closed`, as does all that is tried later. Harmless twice.
  void close() noexcept;
  [[nodiscard]] bool closed() const noexcept { return broken_ && broken_with_ == errc::closed; }

  [[nodiscard]] virtual endpoint local_endpoint() const noexcept = 0;
  [[nodiscard]] virtual endpoint remote_endpoint() const noexcept = 0;

protected:
  stream() = default;
  virtual ~stream() = default;

  // For backends: what is waiting, and how to give it its due. A backend calls `arrived`, `written` and their kin from
  // its callbacks, inside a turn, as their last act.

  [[nodiscard]] bool reading() const noexcept { return reading_ != nullptr; }
  [[nodiscard]] bool writing() const noexcept { return writing_ != nullptr; }
  /// Whether the write in the background has been given up: deliver it, do not go on with it.
  [[nodiscard]] bool write_stopped() const noexcept { return writing_->failed_.has_value(); }

  /// Where the next bytes should go; empty if the reader wants them in the backend's block.
  [[nodiscard]] buffer wanted() const noexcept { return reading_->into_.subspan(reading_->got_); }

  /// Notes `bytes` as read, in `wanted()` if that was not empty; true if the read is complete, and then `deliver`.
  bool arrived(const_buffer bytes) noexcept {
    reading_->got_ += bytes.size();
    if (reading_->into_.empty()) reading_->view_ = bytes.data();
    return reading_->got_ >= reading_->at_least_;
  }
  /// The same for bytes that lie elsewhere: gives the reader as many as he wants, copied unless he asked for a view,
  /// and leaves the rest in `held`.
  bool hand_over(const_buffer& held) noexcept {
    const buffer into = reading_->into_;
    if (into.empty()) return arrived(std::exchange(held, {}));
    const std::size_t room = into.size() - reading_->got_;
    const std::size_t count = held.size() < room ? held.size() : room;
    std::memcpy(into.data() + reading_->got_, held.data(), count);
    held = held.subspan(count);
    reading_->got_ += count;
    return reading_->got_ >= reading_->at_least_;
  }
  void deliver() noexcept { std::exchange(reading_, nullptr)->resume(); }  // resumes the reader on this stack
  void end_reads(std::error_code why) noexcept;  // the same with an error, for all later reads, too

  /// Calls `take(i, buffer)` for the next buffers to write, `most` of them at most; gives how many.
  template <class Take>
  std::size_t to_write(std::size_t most, Take take) const noexcept {
    const auto& left = writing_->left_;
    const std::size_t count = left.size() < most ? left.size() : most;
    take(std::size_t{0}, left.front().subspan(writing_->offset_));
    for (std::size_t i = 1; i < count; ++i) take(i, left[i]);
    return count;
  }
  /// Notes bytes as written; true if the write is complete.
  bool written(std::size_t bytes) noexcept { return writing_->advance(bytes); }
  void deliver_write() noexcept;                  // resumes the writer on this stack
  void fail_write(std::error_code why) noexcept;  // the same with an error

  /// What `begin_read` and `begin_write` do instead when they fail at once.
  bool refuse_read(std::error_code why) noexcept;
  bool refuse_write(std::error_code why) noexcept;

private:
  friend read_operation;
  friend write_operation;
  friend stream_closer;

  bool start(read_operation& operation) noexcept;
  bool start(write_operation& operation) noexcept;
  bool refuse(write_operation& operation) const noexcept;
  void break_with(errc why) noexcept;
  void stop(read_operation& operation) noexcept;
  void stop(write_operation& operation) noexcept;

  /// A read is waiting: call `arrived` when there are bytes, at once if there are: then false and no `deliver`.
  virtual bool begin_read() noexcept = 0;
  /// Writes what the system takes at once, and gives how many bytes that is: none also if it fails, for then it fails
  /// again in `begin_write`.
  virtual std::size_t try_write(std::span<const const_buffer> buffers) noexcept = 0;
  /// The rest is waiting: write it in the background until `deliver_write` or `fail_write`.
  virtual bool begin_write() noexcept = 0;
  /// The write in the background is not wanted any more: give it up, then call `fail_write` in a later callback.
  virtual void abandon_write() noexcept = 0;
  /// Lets go of the connection.
  virtual void begin_close() noexcept = 0;
  /// The owner is gone: free the memory when nothing needs it any more.
  virtual void release() noexcept = 0;

  read_operation* reading_ = nullptr;
  write_operation* writing_ = nullptr;
  bool reads_refused_ = false;  // every further read gives `broken_with_` or `read_ended_with_`
  bool broken_ = false;         // every further operation gives `broken_with_`
  errc broken_with_ = errc::closed;
  std::error_code read_ended_with_;

protected:
  bool read_armed_ = false;  // the backend needs no `begin_read` to go on reading
};

inline void read_operation::wait(std::coroutine_handle<> handle, coro::promise_base& promise) noexcept {
  suspend_unstoppable(handle, promise, "stream: bytes to read");
  promise.current().stop.link(*this, &read_operation::on_stop);
}

template <coro::library_promise Promise>
bool read_operation::await_suspend(std::coroutine_handle<Promise> handle) noexcept {
  coro::promise_base& promise = handle.promise();
  const bool at_once = from_.read_armed_ && from_.reading_ == nullptr && !promise.current().stop.stop_requested();
  if (!at_once) return begin(handle, promise);
  from_.reading_ = this;
  wait(handle, promise);
  return true;
}

inline bool write_operation::write_at_once(std::span<const const_buffer> buffers) noexcept {
  if (to_.broken_ || to_.writing_ != nullptr) return to_.refuse(*this);
  const std::size_t size = total_size(buffers);
  if (size == 0) return true;
  const std::size_t written = to_.try_write(buffers);
  return written == size || begin(buffers, written);
}

}  // namespace pappus::io
