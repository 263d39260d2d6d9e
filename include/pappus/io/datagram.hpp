// A socket for datagrams, independent of the system: UDP, or a simulation.
#pragma once

#include <cstddef>
#include <memory>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/operation.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

class datagram_socket;

/// Bytes in the largest datagram that is sent: those of UDP over IPv4.
inline constexpr std::size_t max_datagram_size = 65507;

/// A datagram that has been received.
struct datagram {
  endpoint from;           // its sender, as far as the network can be believed
  const_buffer bytes;      // in the receiver's buffer; may be empty
  bool truncated = false;  // it was longer than the buffer, and the rest is lost
};

/// Receives the next datagram into the caller's buffer, which must stay valid until then. Completes with the datagram.
/// Fails with `std::errc::invalid_argument` if the buffer is empty, `errc::closed`, `errc::canceled`, or the system's
/// reason, for example `std::errc::connection_refused` if the remote of a connected socket has none at that port; the
/// socket stays usable. Allocates nothing.
class [[nodiscard]] receive_operation final : public operation<datagram> {
public:
  receive_operation(datagram_socket& at, buffer destination) noexcept
      : operation("receive a datagram"), into(destination), at_(at) {}

  const buffer into;

private:
  void begin() override;
  void abandon() noexcept override;
  datagram_socket& at_;
};

/// Closes and releases a socket; the backend frees it when possible.
struct datagram_socket_closer {
  /// Called by `datagram_socket_ptr`.
  void operator()(datagram_socket* ended) const noexcept;
};
using datagram_socket_ptr = std::unique_ptr<datagram_socket, datagram_socket_closer>;

/// Sends and receives datagrams of one family. They may be lost, delayed, repeated and reordered. Those that nobody
/// receives wait in a queue of bounded size; what does not fit is lost. For one thread.
class datagram_socket {
public:
  datagram_socket(const datagram_socket&) = delete;
  datagram_socket& operator=(const datagram_socket&) = delete;

  /// One `receive` at a time; a second one fails with `std::errc::device_or_resource_busy`.
  receive_operation receive(buffer into) noexcept { return {*this, into}; }

  /// Sends a datagram to the remote that the socket is connected to. Never waits, and keeps nothing of `bytes`: the
  /// system takes the datagram at once, or the call fails, with its reason. Success does not mean that it arrives.
  /// Fails with `std::errc::destination_address_required` if the socket is not connected, `std::errc::message_size` if
  /// the datagram is too long, `errc::closed`; a connected socket may fail with the reason for which an earlier
  /// datagram did not arrive.
  [[nodiscard]] virtual result<void> send(const_buffer bytes) noexcept = 0;
  /// Sends a datagram to an endpoint of the socket's family. As `send`; fails with `std::errc::already_connected` if
  /// the socket is connected.
  [[nodiscard]] virtual result<void> send_to(const_buffer bytes, endpoint to) noexcept = 0;

  /// Closes at once: a waiting `receive` and all later operations fail with `errc::closed`. Idempotent.
  virtual void close() noexcept = 0;

  /// The endpoint it is bound to, with the port that the system chose if 0 was requested. That of a connected socket
  /// has the address from which its remote is reached.
  [[nodiscard]] virtual endpoint local_endpoint() const noexcept = 0;

protected:
  datagram_socket() = default;
  virtual ~datagram_socket() = default;

private:
  friend receive_operation;
  friend datagram_socket_closer;
  virtual void begin(receive_operation& operation) = 0;
  virtual void abandon(receive_operation& operation) noexcept = 0;
  virtual void release() noexcept = 0;
};

}  // namespace pappus::io
