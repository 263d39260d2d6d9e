// A bidirectional byte stream, independent of the transport: TCP, a simulation, TLS.
#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include <pappus/coro/waiter.hpp>
#include <pappus/error.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

class stream;

/// Bytes that an operation writes to, and bytes that it reads. Neither owns them.
using buffer = std::span<std::byte>;
using const_buffer = std::span<const std::byte>;

/// What a write takes without copying: contiguous bytes, or characters, of which a terminating null is not written.
template <class Source>
concept buffer_source =
    std::is_constructible_v<const_buffer, const Source&> || std::is_convertible_v<const Source&, std::string_view>;

/// The bytes of `source`, which must outlive the use of the buffer.
template <buffer_source Source>
[[nodiscard]] constexpr const_buffer as_buffer(const Source& source) noexcept {
  if constexpr (std::is_constructible_v<const_buffer, const Source&>) return const_buffer(source);
  else return std::as_bytes(std::span{static_cast<std::string_view>(source)});
}

/// Bytes in all of `buffers`.
[[nodiscard]] constexpr std::size_t total_size(std::span<const const_buffer> buffers) noexcept {
  std::size_t size = 0;
  for (const const_buffer& each : buffers) size += each.size();
  return size;
}

/// The common part of all reads. Lives in the reader's frame and completes inside the callback that delivers the bytes.
/// A stop completes it with `errc::canceled`; if an exact read had received a part, the stream is poisoned.
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
  buffer into_;           // destination; empty: the backend's own block
  std::size_t at_least_;  // bytes needed for completion
  std::size_t got_ = 0;
  const std::byte* view_;  // the bytes, if they are in the backend's block
  std::optional<std::error_code> failed_;

private:
  friend stream;
  bool begin(std::coroutine_handle<> handle, coro::promise_base& promise) noexcept;
  void wait(std::coroutine_handle<> handle, coro::promise_base& promise) noexcept;
  static void on_stop(coro::stop_callback& self) noexcept;
};

/// Returns how many bytes were read into the caller's buffer.
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

/// Returns a view of bytes that stay where they arrived.
class [[nodiscard]] read_view_operation final : public read_operation {
public:
  explicit read_view_operation(stream& from) noexcept : read_operation(from, {}, 1) {}
  result<const_buffer> await_resume() noexcept {
    resumed();
    if (failed_) return failure{*failed_};
    return const_buffer{view_, got_};
  }
};

/// A gathering write. Completes when the stream no longer needs the bytes, also when it was stopped: the bytes belong
/// to the caller and must stay valid until then. A stop while it waits poisons the stream; bytes that the system takes
/// at once are written even if a stop was requested.
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

  /// Returns true if the write has completed: the system has taken all bytes, or the write failed.
  bool write_at_once(std::span<const const_buffer> buffers) noexcept;

private:
  friend stream;
  bool begin(std::span<const const_buffer> buffers, std::size_t written) noexcept;
  void suspend_in_background(std::coroutine_handle<> handle, coro::promise_base& promise) noexcept;
  static void on_stop(coro::stop_callback& self) noexcept;
  bool advance(std::size_t written) noexcept;

  stream& to_;
  std::optional<std::error_code> failed_;

  // Set if the system did not take all bytes at once.
  std::span<const const_buffer> left_;  // buffers not wholly written yet
  std::size_t offset_;                  // bytes written of the first of them
};

/// A write whose buffer list is stored in the operation itself.
template <std::size_t Count>
class [[nodiscard]] write_gathered_operation final : public write_operation {
public:
  template <buffer_source... Buffers>
  explicit write_gathered_operation(stream& to, const Buffers&... buffers) noexcept
      : write_operation(to), buffers_{as_buffer(buffers)...} {}

  [[nodiscard]] bool await_ready() noexcept { return write_at_once(buffers_); }

private:
  std::array<const_buffer, Count> buffers_;
};

/// A write whose buffer list belongs to the caller.
class [[nodiscard]] write_listed_operation final : public write_operation {
public:
  write_listed_operation(stream& to, std::span<const const_buffer> buffers) noexcept
      : write_operation(to), buffers_(buffers) {}

  [[nodiscard]] bool await_ready() noexcept { return write_at_once(buffers_); }

private:
  std::span<const const_buffer> buffers_;
};

/// Closes and releases a stream; the backend frees it when possible. Terminates if an operation waits on the stream.
struct stream_closer {
  /// Called by `stream_ptr`.
  void operator()(stream* ended) const noexcept;
};
using stream_ptr = std::unique_ptr<stream, stream_closer>;

/// One reader and one writer at a time; a second one fails with `std::errc::device_or_resource_busy`. No operation may
/// wait on a stream when it is destroyed. For one thread.
class stream {
public:
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  /// Completes with at least one byte (with none if `into` is empty). Fails with `errc::end_of_stream` after the last
  /// byte, `errc::canceled`, `errc::closed`, `errc::poisoned`, or the system's reason.
  read_into_operation read_some(buffer into) noexcept { return {*this, into, into.empty() ? 0U : 1U}; }

  /// Completes when `into` is full. The bytes of a failed read are lost.
  read_into_operation read_exact(buffer into) noexcept { return {*this, into, into.size()}; }

  /// Completes with a view of at least one byte, in the backend's memory. No copy is made, but the view is valid only
  /// until the awaiting coroutine suspends or completes. An idle stream binds no receive buffer.
  read_view_operation read_view() noexcept { return read_view_operation{*this}; }

  /// Completes when the system has taken all bytes of all buffers, in order: `co_await peer->write_all(header, body)`,
  /// `co_await peer->write_all("HELO ", name, "\r\n")`. Nothing is copied; the bytes must stay valid until then, as a
  /// temporary does that is made in the awaited expression. Fails as reads do; a part may have been written.
  template <buffer_source... Buffers>
  auto write_all(const Buffers&... buffers) noexcept {
    return write_gathered_operation<sizeof...(Buffers)>{*this, buffers...};
  }

  /// Overload for a list made at run time, which must stay valid as long as the bytes.
  write_listed_operation write_all(std::span<const const_buffer> buffers) noexcept { return {*this, buffers}; }

  /// Closes at once: waiting operations and all later ones fail with `errc::closed`. Idempotent.
  void close() noexcept;
  /// Whether `close` was called.
  [[nodiscard]] bool closed() const noexcept { return broken_ && broken_with_ == errc::closed; }

  /// The ends of the connection.
  [[nodiscard]] virtual endpoint local_endpoint() const noexcept = 0;
  [[nodiscard]] virtual endpoint remote_endpoint() const noexcept = 0;

protected:
  stream() = default;
  virtual ~stream() = default;

  // For backends: the waiting operations and how to complete them. A backend calls `on_bytes_read`, `on_bytes_written`
  // and the related functions from its callbacks, inside a turn, as their last act.

  [[nodiscard]] bool reading() const noexcept { return reading_ != nullptr; }
  [[nodiscard]] bool writing() const noexcept { return writing_ != nullptr; }
  /// Whether the background write has been given up; call `deliver_write` and write no more.
  [[nodiscard]] bool write_stopped() const noexcept { return writing_->failed_.has_value(); }

  /// Destination of the next bytes; empty if the reader wants a view of the backend's block.
  [[nodiscard]] buffer read_buffer() const noexcept { return reading_->into_.subspan(reading_->got_); }

  /// Records `bytes` as read; they are in `read_buffer()` if that was not empty. Returns true if the read is complete;
  /// then call `deliver`.
  bool on_bytes_read(const_buffer bytes) noexcept {
    reading_->got_ += bytes.size();
    if (reading_->into_.empty()) reading_->view_ = bytes.data();
    return reading_->got_ >= reading_->at_least_;
  }
  /// Like `on_bytes_read`, for bytes in other memory: copies as many as the reader wants (or gives it a view, if it
  /// requested one) and leaves the rest in `held`.
  bool copy_to_reader(const_buffer& held) noexcept {
    const buffer into = reading_->into_;
    if (into.empty()) return on_bytes_read(std::exchange(held, {}));
    const std::size_t room = into.size() - reading_->got_;
    const std::size_t count = held.size() < room ? held.size() : room;
    std::memcpy(into.data() + reading_->got_, held.data(), count);
    held = held.subspan(count);
    reading_->got_ += count;
    return reading_->got_ >= reading_->at_least_;
  }
  void deliver() noexcept { std::exchange(reading_, nullptr)->resume(); }  // resumes the reader on this stack
  void end_reads(std::error_code error) noexcept;  // like `deliver`, with an error, also for all later reads

  /// Calls `take(i, buffer)` for the next buffers to write, at most `max` of them; returns how many.
  template <class Take>
  std::size_t for_each_pending_buffer(std::size_t max, Take take) const noexcept {
    const auto& left = writing_->left_;
    const std::size_t count = left.size() < max ? left.size() : max;
    take(std::size_t{0}, left.front().subspan(writing_->offset_));
    for (std::size_t i = 1; i < count; ++i) take(i, left[i]);
    return count;
  }
  /// Records bytes as written; returns true if the write is complete.
  bool on_bytes_written(std::size_t bytes) noexcept { return writing_->advance(bytes); }
  void deliver_write() noexcept;                    // resumes the writer on this stack
  void fail_write(std::error_code error) noexcept;  // like `deliver_write`, with an error

  /// For a stream over another one: writes what the one below takes at once and returns how many bytes; 0 also on
  /// failure, and while a write to it is under way.
  static std::size_t try_write_to(stream& below, const_buffer bytes) noexcept {
    if (below.broken_ || below.writing_ != nullptr) return 0;
    return below.try_write({&bytes, 1});
  }

  /// `begin_read` and `begin_write` return the result of these when they fail at once.
  bool fail_read_now(std::error_code error) noexcept;
  bool fail_write_now(std::error_code error) noexcept;

private:
  friend read_operation;
  friend write_operation;
  friend stream_closer;

  bool start(read_operation& operation) noexcept;
  bool start(write_operation& operation) noexcept;
  bool refuse(write_operation& operation) const noexcept;
  void fail_all(errc error) noexcept;
  void stop(read_operation& operation) noexcept;
  void stop(write_operation& operation) noexcept;

  /// A read waits. Call `on_bytes_read` when there are bytes. If it completes at once, return false and do not call
  /// `deliver`.
  virtual bool begin_read() noexcept = 0;
  /// Writes what the system takes at once and returns how many bytes; 0 also on failure, because `begin_write` then
  /// fails again.
  virtual std::size_t try_write(std::span<const const_buffer> buffers) noexcept = 0;
  /// A write waits: write the rest in the background until `deliver_write` or `fail_write`.
  virtual bool begin_write() noexcept = 0;
  /// The background write was stopped: give it up, then call `fail_write` or `deliver_write` in a later callback.
  virtual void abandon_write() noexcept = 0;
  /// Closes the connection.
  virtual void begin_close() noexcept = 0;
  /// The owner has released the stream: free the memory when nothing uses it any more.
  virtual void release() noexcept = 0;

  read_operation* reading_ = nullptr;
  write_operation* writing_ = nullptr;
  bool reads_refused_ = false;  // every further read fails with `broken_with_` or `read_ended_with_`
  bool broken_ = false;         // every further operation fails with `broken_with_`
  errc broken_with_ = errc::closed;
  std::error_code read_ended_with_;

protected:
  bool read_armed_ = false;  // the backend continues to read without `begin_read`
};

inline void read_operation::wait(std::coroutine_handle<> handle, coro::promise_base& promise) noexcept {
  suspend_without_stop(handle, promise, "stream: bytes to read");
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
