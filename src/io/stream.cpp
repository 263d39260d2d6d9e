#include <utility>

#include <pappus/io/stream.hpp>
#include <pappus/misuse.hpp>

namespace pappus::io {

/// The slow path of a read: the backend must begin to read, or the read fails at once.
bool read_operation::begin(std::coroutine_handle<> handle, coro::promise_base& promise) noexcept {
  if (promise.current().stop.stop_requested()) {
    failed_ = errc::canceled;
    return false;
  }
  if (!from_.start(*this)) return false;
  wait(handle, promise);
  return true;
}

void read_operation::on_stop(coro::stop_callback& self) noexcept {
  auto& stopped = static_cast<read_operation&>(self);
  stopped.from_.stop(stopped);
}

bool write_operation::begin(std::span<const const_buffer> buffers, std::size_t written) noexcept {
  left_ = buffers;
  offset_ = 0;
  advance(written);
  return !to_.start(*this);
}

/// Records bytes as written and drops buffers that are done, including empty ones; true if nothing is left.
bool write_operation::advance(std::size_t written) noexcept {
  while (!left_.empty()) {
    const std::size_t rest = left_.front().size() - offset_;
    if (written < rest) {
      offset_ += written;
      return false;
    }
    written -= rest;
    left_ = left_.subspan(1);
    offset_ = 0;
  }
  return true;
}

void write_operation::suspend_in_background(std::coroutine_handle<> handle, coro::promise_base& promise) noexcept {
  suspend_without_stop(handle, promise, "stream: bytes to be written");
  const coro::stop_token stop = promise.current().stop;
  if (stop.stop_requested()) on_stop(*this);
  else stop.link(*this, &write_operation::on_stop);
}

void write_operation::on_stop(coro::stop_callback& self) noexcept {
  auto& stopped = static_cast<write_operation&>(self);
  stopped.to_.stop(stopped);
}

void stream_closer::operator()(stream* ended) const noexcept {
  if (ended->reading() || ended->writing()) misuse("stream: released while a read or a write is under way");
  ended->close();
  ended->release();
}

void stream::close() noexcept {
  if (closed()) return;
  broken_with_ = errc::closed;
  fail_all(errc::closed);
  if (writing_ != nullptr) writing_->failed_ = errc::closed;
  begin_close();
}

/// Returns true if the operation waits, false if it has completed.
bool stream::start(read_operation& operation) noexcept {
  if (reads_refused_) operation.failed_ = broken_ ? make_error_code(broken_with_) : read_ended_with_;
  else if (reading_ != nullptr) operation.failed_ = std::make_error_code(std::errc::device_or_resource_busy);
  if (operation.failed_) return false;
  reading_ = &operation;
  if (begin_read()) return true;
  reading_ = nullptr;
  return false;
}

bool stream::start(write_operation& operation) noexcept {
  writing_ = &operation;
  if (begin_write()) return true;
  writing_ = nullptr;
  return false;
}

/// Always returns true: the operation has completed.
bool stream::refuse(write_operation& operation) const noexcept {
  if (broken_) operation.failed_ = broken_with_;
  else operation.failed_ = std::make_error_code(std::errc::device_or_resource_busy);
  return true;
}

/// The first reason is kept; a waiting reader fails with this one.
void stream::fail_all(errc error) noexcept {
  if (!broken_) broken_with_ = error;
  broken_ = reads_refused_ = true;
  read_armed_ = false;
  if (reading_ == nullptr) return;
  reading_->failed_ = error;
  std::exchange(reading_, nullptr)->wake();
}

void stream::stop(read_operation& operation) noexcept {
  reading_ = nullptr;
  if (operation.got_ != 0) fail_all(errc::poisoned);
  operation.failed_ = errc::canceled;
  operation.wake();
}

void stream::stop(write_operation& operation) noexcept {
  operation.failed_ = errc::canceled;
  fail_all(errc::poisoned);
  abandon_write();
}

void stream::end_reads(std::error_code error) noexcept {
  reads_refused_ = true;
  read_armed_ = false;
  read_ended_with_ = error;
  if (reading_ == nullptr) return;
  reading_->failed_ = error;
  deliver();
}

bool stream::fail_read_now(std::error_code error) noexcept {
  reading_->failed_ = error;
  return false;
}

bool stream::fail_write_now(std::error_code error) noexcept {
  writing_->failed_ = error;
  return false;
}

void stream::deliver_write() noexcept { std::exchange(writing_, nullptr)->resume(); }

void stream::fail_write(std::error_code error) noexcept {
  if (!writing_->failed_) writing_->failed_ = error;
  deliver_write();
}

}  // namespace pappus::io
