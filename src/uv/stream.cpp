#include "stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>

#include <pappus/io/cost.hpp>
#include <pappus/uv/error.hpp>

#include "address.hpp"
#include "buffer.hpp"

namespace pappus::uv {
namespace {

// Minimum size of a reader's buffer for libuv to read directly into it, bytes. For smaller ones libuv reads into the
// loop's block and the bytes are copied: each message would fill a small buffer, and libuv would then make a read call
// in vain.
constexpr std::size_t large_buffer = 16384;

/// Port alone may be chosen, whatever the family of the remote endpoint.
io::endpoint local_of(const io::connect_operation& operation) noexcept {
  const bool any = operation.local.address.is_unspecified();
  return {any ? operation.remote.address.unspecified() : operation.local.address, operation.local.port};
}

template <class Handle>
stream& stream_of(Handle* handle) noexcept {
  return *static_cast<stream*>(handle->data);
}

}  // namespace

stream::stream(loop& on) noexcept : on_(on) {}

void stream::connect(io::connect_operation& operation) {
  const sockaddr_storage to = to_sockaddr(operation.remote);
  int status = 0;
  if (operation.local != io::endpoint{}) {
    const sockaddr_storage from = to_sockaddr(local_of(operation));
    status = uv_tcp_bind(&handle_.tcp, reinterpret_cast<const sockaddr*>(&from), 0);
  }
  any_request* const with = prepare_request();
  if (with == nullptr) status = UV_ENOMEM;
  if (status == 0) {
    with->connect.data = this;
    status = uv_tcp_connect(&with->connect, &handle_.tcp, reinterpret_cast<const sockaddr*>(&to),
                            [](uv_connect_t* request, int outcome) noexcept { stream_of(request).connected(outcome); });
  }
  if (status < 0) {
    operation.complete_inline(failure{error_from(status)});
    io::stream_closer{}(this);
    return;
  }
  connecting_ = &operation;
  operation.backend = this;
}

void stream::abandon_connect() noexcept {
  connecting_ = nullptr;
  io::stream_closer{}(this);
}

void stream::connected(int status) {
  if (connecting_ == nullptr) return;
  const coro::ready_queue::turn turn{on_.ready()};
  io::connect_operation& operation = *std::exchange(connecting_, nullptr);
  if (status < 0) {
    io::stream_closer{}(this);
    operation.complete(failure{error_from(status)});
  } else {
    established();
    operation.complete(io::stream_ptr{this});
  }
}

void stream::established() noexcept {
  uv_tcp_nodelay(&handle_.tcp, 1);
  immediate_.open(handle_.stream);
}

io::endpoint stream::local_endpoint() const noexcept {
  if (handle_.any.type != UV_TCP) return {};
  sockaddr_storage address{};
  int size = sizeof address;
  if (uv_tcp_getsockname(&handle_.tcp, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return from_sockaddr(address);
}

io::endpoint stream::remote_endpoint() const noexcept {
  if (handle_.any.type != UV_TCP) return {};
  sockaddr_storage address{};
  int size = sizeof address;
  if (uv_tcp_getpeername(&handle_.tcp, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return from_sockaddr(address);
}

bool stream::begin_read() noexcept {
  if (!rest_.empty()) {
    const bool complete = copy_to_reader(rest_);
    if (complete) return false;
  }
  kept_.reset();
  if (!started_) {
    const int status = uv_read_start(
        &handle_.stream,
        [](uv_handle_t* handle, std::size_t, uv_buf_t* into) noexcept { stream_of(handle).on_allocate(*into); },
        [](uv_stream_t* handle, ssize_t outcome, const uv_buf_t* bytes) noexcept {
          stream_of(handle).on_read(outcome, *bytes);
        });
    if (status < 0) return fail_read_now(error_from(status));
    started_ = true;
  }
  read_armed_ = true;
  return true;
}

void stream::on_allocate(uv_buf_t& into) noexcept {
  // An empty buffer makes libuv call back with UV_ENOBUFS and leaves the bytes with the system.
  if (!reading()) return static_cast<void>(into = to_buf({}));
  const io::buffer room = read_buffer();
  in_place_ = room.size() >= large_buffer;
  into = to_buf(in_place_ ? room : on_.receive_block());
}

void stream::on_read(ssize_t status, const uv_buf_t& bytes) noexcept {
  if (status <= 0) return reading_ended(status);
  on_.ready().charge(io::cost::read(static_cast<std::size_t>(status)));
  io::const_buffer came{reinterpret_cast<const std::byte*>(bytes.base), static_cast<std::size_t>(status)};
  const bool complete = in_place_ ? on_bytes_read(std::exchange(came, {})) : copy_to_reader(came);
  if (!complete) return;
  if (!came.empty()) return deliver_and_keep(came);
  const coro::ready_queue::turn turn{on_.ready()};
  deliver();
}

/// The reader may take `rest` at once with its next reads. What it leaves is copied, because other streams use the
/// block next.
void stream::deliver_and_keep(io::const_buffer rest) {
  rest_ = rest;
  read_armed_ = false;
  {
    const coro::ready_queue::turn turn{on_.ready()};
    deliver();
  }
  if (rest_.empty()) return;
  const io::const_buffer left = std::exchange(rest_, {});
  std::unique_ptr<std::byte[]> kept{new (std::nothrow) std::byte[left.size()]};
  if (kept == nullptr) return reading_ended(UV_ENOMEM);
  std::memcpy(kept.get(), left.data(), left.size());
  kept_ = std::move(kept);
  rest_ = {kept_.get(), left.size()};
}

void stream::reading_ended(ssize_t status) noexcept {
  if (status == 0) return;
  uv_read_stop(&handle_.stream);
  started_ = read_armed_ = false;
  if (status == UV_ENOBUFS) return;
  const coro::ready_queue::turn turn{on_.ready()};
  end_reads(status == UV_EOF ? make_error_code(errc::end_of_stream) : error_from(static_cast<int>(status)));
}

std::size_t stream::try_write(std::span<const io::const_buffer> buffers) noexcept {
  on_.ready().charge(io::cost::write);
  return immediate_.write(buffers);
}

stream::any_request* stream::prepare_request() noexcept {
  if (!request_) request_.reset(new (std::nothrow) any_request{});
  return request_.get();
}

bool stream::begin_write() noexcept {
  const int status = write_in_background();
  return status == 0 || fail_write_now(error_from(status));
}

/// Writes until nothing is left (0), the system takes no more (UV_EAGAIN), or an error.
int stream::write_now() noexcept {
  for (;;) {
    std::array<uv_buf_t, buffers_per_write> buffers;
    std::size_t size = 0;
    const std::size_t count = for_each_pending_buffer(buffers.size(), [&](std::size_t i, io::const_buffer bytes) {
      buffers[i] = to_buf(bytes);
      size += buffers[i].len;
    });
    const int taken = uv_try_write(&handle_.stream, buffers.data(), static_cast<unsigned>(count));
    if (taken < 0) return taken;
    if (on_bytes_written(static_cast<std::size_t>(taken))) return 0;
    if (static_cast<std::size_t>(taken) < size) return UV_EAGAIN;
  }
}

/// Passes the next bytes to libuv: in so many buffers as a `uv_write_t` has room for on Unix (`bufsml`), since for more
/// libuv allocates memory. `on_written` goes on with the rest.
int stream::write_in_background() noexcept {
  constexpr std::size_t buffers_in_request = 4;
  std::array<uv_buf_t, buffers_in_request> buffers;
  in_background_ = 0;
  const std::size_t count = for_each_pending_buffer(buffers.size(), [&](std::size_t i, io::const_buffer bytes) {
    buffers[i] = to_buf(bytes);
    in_background_ += buffers[i].len;
  });
  any_request* const with = prepare_request();
  if (with == nullptr) return UV_ENOMEM;
  with->write.data = this;
  return uv_write(&with->write, &handle_.stream, buffers.data(), static_cast<unsigned>(count),
                  [](uv_write_t* request, int outcome) noexcept { stream_of(request).on_written(outcome); });
}

void stream::on_written(int status) noexcept {
  const coro::ready_queue::turn turn{on_.ready()};
  if (status == 0 && !on_bytes_written(in_background_)) {
    status = write_now();
    if (status == UV_EAGAIN) status = write_in_background();
    else if (status == 0) return deliver_write();
    if (status == 0) return;
  }
  if (status < 0) fail_write(error_from(status));
  else deliver_write();
}

void stream::close_handle() noexcept {
  if (!open_ || uv_is_closing(&handle_.any) != 0) return;
  on_.ready().charge(io::cost::close);
  uv_close(&handle_.any, [](uv_handle_t* handle) noexcept {
    stream& self = stream_of(handle);
    self.open_ = false;
    if (self.released_) delete &self;
  });
}

void stream::release() noexcept {
  released_ = true;
  if (!open_) delete this;
}

}  // namespace pappus::uv
