#include "listener.hpp"

#include <new>
#include <utility>

#include <pappus/io/cost.hpp>
#include <pappus/uv/error.hpp>

#include "address.hpp"
#include "stream.hpp"

namespace pappus::uv {
namespace {

constexpr int backlog = 1024;  // the system lowers it to its own limit

// On Windows libuv would have several connections at once that no accept has taken, and give the last one first.
// Elsewhere it takes one after the other in any case, and sleeps after each if it is to take one only.
#ifdef _WIN32
constexpr bool accepts_several = false;
#else
constexpr bool accepts_several = true;
#endif

/// Checks that the process has a spare descriptor; returns 0 or the system's error. When the process has no descriptor
/// left, libuv accepts a connection only to close it, and reports no error. So the last descriptor is never given to a
/// peer: the listener itself closes such a connection and `accept` reports the error.
int spare_descriptor() noexcept {
  uv_fs_t request;
  const int opened = uv_fs_open(nullptr, &request, "/", UV_FS_O_RDONLY, 0, nullptr);
  uv_fs_req_cleanup(&request);
  if (opened < 0) return opened == UV_EMFILE || opened == UV_ENFILE ? opened : 0;
  uv_fs_close(nullptr, &request, opened, nullptr);
  uv_fs_req_cleanup(&request);
  return 0;
}

}  // namespace

result<io::listener_ptr> listener::open(loop& on, io::endpoint local) {
  io::listener_ptr opened{new listener{on}};
  if (const int status = static_cast<listener&>(*opened).bind_and_listen(local); status < 0) {
    return failure{error_from(status)};
  }
  return opened;
}

int listener::bind_and_listen(io::endpoint local) noexcept {
  if (const int status = uv_tcp_init(&on_.handle(), &handle_); status < 0) return status;
  handle_.data = this;
  open_ = true;
  const sockaddr_storage address = to_sockaddr(local);  // `::` accepts both families: libuv clears IPV6_V6ONLY
  if (const int status = uv_tcp_bind(&handle_, reinterpret_cast<const sockaddr*>(&address), 0); status < 0) {
    return status;
  }
  uv_tcp_simultaneous_accepts(&handle_, accepts_several ? 1 : 0);
  return uv_listen(reinterpret_cast<uv_stream_t*>(&handle_), backlog, [](uv_stream_t* handle, int status) noexcept {
    static_cast<listener*>(handle->data)->on_connection(status);
  });
}

void listener::on_connection(int status) {
  const coro::ready_queue::turn turn{on_.ready()};
  if (accepting_ == nullptr) {
    waiting_ = waiting_ || status == 0;
    return;
  }
  io::accept_operation& operation = *std::exchange(accepting_, nullptr);
  if (status < 0) operation.complete(failure{error_from(status)});
  else operation.complete(take());
}

void listener::begin(io::accept_operation& operation) {
  if (!open_ || uv_is_closing(reinterpret_cast<uv_handle_t*>(&handle_)) != 0) {
    operation.complete_inline(failure{make_error_code(errc::closed)});
  } else if (accepting_ != nullptr) {
    operation.complete_inline(failure{std::make_error_code(std::errc::device_or_resource_busy)});
  } else if (std::exchange(waiting_, false)) {
    operation.complete_inline(take());
  } else {
    accepting_ = &operation;
  }
}

/// Takes the pending connection. If that fails before `uv_accept`, the connection stays pending: libuv accepts no other
/// one before it.
result<io::stream_ptr> listener::take() noexcept {
  waiting_ = true;
  auto* const accepted = new (std::nothrow) stream{on_};
  if (accepted == nullptr) return failure{std::make_error_code(std::errc::not_enough_memory)};
  on_.ready().charge(io::cost::accept);
  io::stream_ptr owned{accepted};
  if (const int status = uv_tcp_init(&on_.handle(), &accepted->as_tcp()); status < 0) {
    return failure{error_from(status)};
  }
  accepted->initialized();
  waiting_ = false;
  if (const int status = uv_accept(reinterpret_cast<uv_stream_t*>(&handle_), &accepted->as_stream()); status < 0) {
    return failure{error_from(status)};
  }
  if (const int status = spare_descriptor(); status < 0) return failure{error_from(status)};
  accepted->established();
  return owned;
}

io::endpoint listener::local_endpoint() const noexcept {
  sockaddr_storage address{};
  int size = sizeof address;
  if (uv_tcp_getsockname(&handle_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return from_sockaddr(address);
}

void listener::close() noexcept {
  auto* const handle = reinterpret_cast<uv_handle_t*>(&handle_);
  if (!open_ || uv_is_closing(handle) != 0) return;
  if (accepting_ != nullptr) {
    std::exchange(accepting_, nullptr)->post_completion(failure{make_error_code(errc::closed)});
  }
  uv_close(handle, [](uv_handle_t* closed) noexcept {
    auto* const self = static_cast<listener*>(closed->data);
    self->open_ = false;
    if (self->released_) delete self;
  });
}

void listener::release() noexcept {
  released_ = true;
  if (!open_) delete this;
}

}  // namespace pappus::uv
