#include "file_stream.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <pappus/uv/error.hpp>

#include "buffer.hpp"

namespace pappus::uv {
namespace {

/// Maximum bytes copied for one write request. 256 KiB.
constexpr std::size_t most_at_once = 256 * 1024;

}  // namespace

/// The loop may be destroyed by now and is not needed.
file_stream::~file_stream() {
  if (owns_ == owns_descriptor::no) return;
  uv_fs_t request{};
  uv_fs_close(nullptr, &request, descriptor_, nullptr);
  uv_fs_req_cleanup(&request);
}

bool file_stream::begin_read() noexcept {
  if (!held_.empty() && copy_to_reader(held_)) return false;
  const int status = read_under_way_ ? 0 : request_read();
  return status == 0 || fail_read_now(error_from(status));
}

int file_stream::request_read() noexcept {
  const uv_buf_t into = to_buf(chunk_);
  read_.data = this;
  const int status = uv_fs_read(&on_.handle(), &read_, descriptor_, &into, 1, -1,
                                [](uv_fs_t* request) noexcept { static_cast<file_stream*>(request->data)->on_read(); });
  read_under_way_ = status == 0;
  return status;
}

void file_stream::on_read() noexcept {
  const auto outcome = read_.result;
  uv_fs_req_cleanup(&read_);
  read_under_way_ = false;
  if (released_) return release();
  const coro::ready_queue::turn turn{on_.ready()};
  if (outcome < 0) return end_reads(error_from(static_cast<int>(outcome)));
  if (outcome == 0) return end_reads(make_error_code(errc::end_of_stream));
  held_ = io::const_buffer{chunk_}.first(static_cast<std::size_t>(outcome));
  if (!reading()) return;
  if (copy_to_reader(held_)) return deliver();
  if (const int status = request_read(); status < 0) end_reads(error_from(status));
}

bool file_stream::begin_write() noexcept {
  const int status = request_write();
  return status == 0 || fail_write_now(error_from(status));
}

/// Copies the bytes of the next request, at most `most_at_once`.
void file_stream::copy_going() {
  going_.clear();
  for_each_pending_buffer(4, [this](std::size_t, io::const_buffer bytes) {
    const io::const_buffer fits = bytes.first(std::min(bytes.size(), most_at_once - going_.size()));
    going_.insert(going_.end(), fits.begin(), fits.end());
  });
}

int file_stream::request_write() noexcept {
  try {
    copy_going();
  } catch (const std::bad_alloc&) {
    return UV_ENOMEM;
  }
  const uv_buf_t from = to_buf(going_);
  write_.data = this;
  const int status = uv_fs_write(&on_.handle(), &write_, descriptor_, &from, 1, -1, [](uv_fs_t* request) noexcept {
    static_cast<file_stream*>(request->data)->on_written();
  });
  write_under_way_ = status == 0;
  return status;
}

void file_stream::on_written() noexcept {
  const auto outcome = write_.result;
  uv_fs_req_cleanup(&write_);
  write_under_way_ = false;
  if (released_) return release();
  if (!writing()) return;
  const coro::ready_queue::turn turn{on_.ready()};
  if (outcome < 0) return fail_write(error_from(static_cast<int>(outcome)));
  if (on_bytes_written(static_cast<std::size_t>(outcome)) || write_stopped()) return deliver_write();
  if (const int status = request_write(); status < 0) fail_write(error_from(status));
}

/// Completes a write that was given up.
void file_stream::on_timer() noexcept {
  if (writing()) deliver_write();
}

void file_stream::release() noexcept {
  released_ = true;
  if (!read_under_way_ && !write_under_way_) delete this;
}

}  // namespace pappus::uv
