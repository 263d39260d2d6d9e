// A connection in memory: what a stream over it costs is its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <span>
#include <utility>
#include <vector>

#include <pappus/coro/event.hpp>
#include <pappus/coro/root.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/error.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>

namespace benchmarks {

using namespace pappus;

/// One end. Each write copies its bytes once, to where the other end reads them in place. For views alone.
class memory_stream final : public io::stream, private coro::root_listener {
public:
  /// Both ends; the first one to be closed ends the other's reads.
  static std::pair<io::stream_ptr, io::stream_ptr> make(io::runtime& on) {
    auto* const one = new memory_stream;
    auto* const other = new memory_stream;
    one->peer_ = other;
    other->peer_ = one;
    for (memory_stream* const each : {one, other}) {
      coro::root::launch(coro::context{&on.ready(), each->stop_.token()}, each->serve(), *each);
    }
    return {io::stream_ptr{one}, io::stream_ptr{other}};
  }

  [[nodiscard]] io::endpoint local_endpoint() const noexcept override { return {}; }
  [[nodiscard]] io::endpoint remote_endpoint() const noexcept override { return {}; }

private:
  /// Bytes that wait for the reader, as in a socket's buffer.
  static constexpr std::size_t capacity = 1U << 18;

  ~memory_stream() override = default;

  bool begin_read() noexcept override {
    happened_.set();
    return true;
  }

  std::size_t try_write(std::span<const io::const_buffer> buffers) noexcept override {
    if (peer_ == nullptr) return 0;
    std::size_t written = 0;
    for (const io::const_buffer& each : buffers) written += put(each);
    if (written != 0) peer_->happened_.set();
    return written;
  }

  bool begin_write() noexcept override {
    return peer_ != nullptr || fail_write_now(std::make_error_code(std::errc::broken_pipe));
  }
  void abandon_write() noexcept override { happened_.set(); }

  void begin_close() noexcept override {
    if (peer_ != nullptr) {
      peer_->peer_ = nullptr;
      peer_->happened_.set();
      peer_ = nullptr;
    }
    stop_.request_stop();
  }

  void release() noexcept override {
    released_ = true;
    if (ended_) delete this;
  }
  void root_ended(std::exception_ptr /*thrown*/) noexcept override {
    ended_ = true;
    if (released_) delete this;
  }

  std::size_t put(io::const_buffer bytes) noexcept {
    std::vector<std::byte>& to = peer_->arrived_;
    const std::size_t count = std::min(bytes.size(), capacity - std::min(capacity, to.size()));
    to.insert(to.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
  }

  task<void> serve() {
    for (;;) {
      const auto woken = co_await happened_.wait();
      if (!woken) break;
      happened_.reset();
      if (writing()) go_on_writing();
      if (reading()) go_on_reading();
    }
    if (writing()) deliver_write();
  }

  void go_on_writing() {
    if (write_stopped()) return deliver_write();
    if (peer_ == nullptr) return fail_write(std::make_error_code(std::errc::broken_pipe));
    std::size_t written = 0;
    for_each_pending_buffer(SIZE_MAX, [&](std::size_t, io::const_buffer bytes) { written += put(bytes); });
    if (written != 0) peer_->happened_.set();
    if (on_bytes_written(written)) deliver_write();
  }

  void go_on_reading() {
    if (arrived_.empty()) {
      if (peer_ == nullptr) end_reads(make_error_code(errc::end_of_stream));
      return;
    }
    viewed_.clear();
    std::swap(viewed_, arrived_);
    if (peer_ != nullptr && peer_->writing()) peer_->happened_.set();
    if (on_bytes_read(viewed_)) deliver();
  }

  memory_stream* peer_ = nullptr;  // null once it is closed
  coro::stop_source stop_;
  coro::event happened_;            // something that `serve` looks after
  std::vector<std::byte> arrived_;  // not read yet
  std::vector<std::byte> viewed_;   // what the last view is of
  bool released_ = false;
  bool ended_ = false;
};

}  // namespace benchmarks
