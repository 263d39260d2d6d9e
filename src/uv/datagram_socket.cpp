#include "datagram_socket.hpp"

#include <cstring>
#include <utility>

#include <pappus/io/cost.hpp>
#include <pappus/uv/error.hpp>

#include "address.hpp"
#include "buffer.hpp"

namespace pappus::uv {
namespace {

io::endpoint endpoint_of(const sockaddr* from) noexcept {
  sockaddr_storage address{};
  const bool is_v6 = from->sa_family == AF_INET6;
  std::memcpy(&address, from, is_v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
  return from_sockaddr(address);
}

}  // namespace

result<io::datagram_socket_ptr> datagram_socket::open(loop& on, io::endpoint local,
                                                      const std::optional<io::endpoint>& remote) {
  io::datagram_socket_ptr opened{new datagram_socket{on}};
  if (const int status = static_cast<datagram_socket&>(*opened).bind_and_connect(local, remote); status < 0) {
    return failure{error_from(status)};
  }
  return opened;
}

int datagram_socket::bind_and_connect(io::endpoint local, const std::optional<io::endpoint>& remote) noexcept {
  if (const int status = uv_udp_init(&on_.handle(), &handle_); status < 0) return status;
  handle_.data = this;
  open_ = true;
  if (remote && local.address.is_unspecified()) local.address = remote->address.unspecified();
  const unsigned flags = local.address.is_v4() ? 0U : static_cast<unsigned>(UV_UDP_IPV6ONLY);
  const sockaddr_storage from = to_sockaddr(local);
  if (const int status = uv_udp_bind(&handle_, reinterpret_cast<const sockaddr*>(&from), flags); status < 0) {
    return status;
  }
  if (!remote) return 0;
  const sockaddr_storage to = to_sockaddr(*remote);
  if (const int status = uv_udp_connect(&handle_, reinterpret_cast<const sockaddr*>(&to)); status < 0) return status;
  sockaddr_storage connected{};
  int size = sizeof connected;
  const int status = uv_udp_getpeername(&handle_, reinterpret_cast<sockaddr*>(&connected), &size);
  remote_ = from_sockaddr(connected);
  return status;
}

int datagram_socket::arm() noexcept {
  const int status = uv_udp_recv_start(
      &handle_,
      [](uv_handle_t* handle, std::size_t, uv_buf_t* into) noexcept {
        const auto* const self = static_cast<datagram_socket*>(handle->data);
        // An empty buffer leaves the datagram in the system's queue.
        *into = to_buf(self->receiving_ == nullptr ? io::const_buffer{} : io::const_buffer{self->receiving_->into});
      },
      [](uv_udp_t* handle, ssize_t size, const uv_buf_t* into, const sockaddr* from, unsigned flags) noexcept {
        static_cast<datagram_socket*>(handle->data)->on_received(size, *into, from, flags);
      });
  armed_ = status == 0;
  return status;
}

void datagram_socket::on_received(ssize_t size, const uv_buf_t& into, const sockaddr* from, unsigned flags) {
  if (receiving_ == nullptr) {
    uv_udp_recv_stop(&handle_);
    armed_ = false;
    return;
  }
  if (size == 0 && from == nullptr) return;  // no datagram after all
  const io::endpoint sender = size < 0 ? io::endpoint{} : endpoint_of(from);
  if (size >= 0 && remote_ && sender != *remote_) return;  // arrived before the socket was connected
  const coro::ready_queue::turn turn{on_.ready()};
  io::receive_operation& operation = *std::exchange(receiving_, nullptr);
  if (size < 0) return operation.complete(failure{error_from(static_cast<int>(size))});
  const bool is_cut = (flags & UV_UDP_PARTIAL) != 0;
  const std::size_t count = is_cut ? into.len : static_cast<std::size_t>(size);  // Windows says 0 of one that is cut
  on_.ready().charge(io::cost::read(count));
  const auto* const bytes = reinterpret_cast<const std::byte*>(into.base);
  const io::datagram received{sender, {bytes, count}, is_cut};
  operation.complete(received);
}

bool datagram_socket::closing() const noexcept {
  return !open_ || uv_is_closing(reinterpret_cast<const uv_handle_t*>(&handle_)) != 0;
}

void datagram_socket::begin(io::receive_operation& operation) {
  if (closing()) {
    operation.complete_inline(failure{make_error_code(errc::closed)});
  } else if (receiving_ != nullptr) {
    operation.complete_inline(failure{std::make_error_code(std::errc::device_or_resource_busy)});
  } else if (operation.into.empty()) {
    operation.complete_inline(failure{std::make_error_code(std::errc::invalid_argument)});
  } else if (const int status = armed_ ? 0 : arm(); status < 0) {
    operation.complete_inline(failure{error_from(status)});
  } else {
    receiving_ = &operation;
  }
}

result<void> datagram_socket::try_send(io::const_buffer bytes, const sockaddr* to) noexcept {
  if (closing()) return failure{make_error_code(errc::closed)};
  if (bytes.size() > io::max_datagram_size) return failure{std::make_error_code(std::errc::message_size)};
  on_.ready().charge(io::cost::write);
  const uv_buf_t buffer = to_buf(bytes);
  if (const int status = uv_udp_try_send(&handle_, &buffer, 1, to); status < 0) return failure{error_from(status)};
  return {};
}

result<void> datagram_socket::send(io::const_buffer bytes) noexcept { return try_send(bytes, nullptr); }

result<void> datagram_socket::send_to(io::const_buffer bytes, io::endpoint to) noexcept {
  const sockaddr_storage address = to_sockaddr(to);
  return try_send(bytes, reinterpret_cast<const sockaddr*>(&address));
}

io::endpoint datagram_socket::local_endpoint() const noexcept {
  sockaddr_storage address{};
  int size = sizeof address;
  if (uv_udp_getsockname(&handle_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return from_sockaddr(address);
}

void datagram_socket::close() noexcept {
  if (closing()) return;
  if (receiving_ != nullptr) {
    std::exchange(receiving_, nullptr)->post_completion(failure{make_error_code(errc::closed)});
  }
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_), [](uv_handle_t* closed) noexcept {
    auto* const self = static_cast<datagram_socket*>(closed->data);
    self->open_ = false;
    if (self->released_) delete self;
  });
}

void datagram_socket::release() noexcept {
  released_ = true;
  if (!open_) delete this;
}

}  // namespace pappus::uv
