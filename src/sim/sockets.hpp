// The open sockets of one process: its listeners, its ends of connections, those for datagrams, and the ports they use.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/result.hpp>

#include "datagram_socket.hpp"
#include "listener.hpp"
#include "port_set.hpp"
#include "stream.hpp"

namespace pappus::sim {

class sockets {
public:
  /// `own`: the addresses of the machine, at most one of each family; it outlives this object.
  explicit sockets(const std::vector<ip_address>& own) noexcept : own_(own) {}

  /// Whether the address belongs to this machine.
  [[nodiscard]] bool own(const ip_address& address) const noexcept {
    return address.is_loopback() || std::ranges::find(own_, address) != own_.end();
  }

  /// Returns the endpoint to listen on; chooses a port if 0 is requested.
  [[nodiscard]] result<io::endpoint> bind_listener(io::endpoint wanted) const noexcept;
  /// Returns the local endpoint of an outgoing connection; chooses a port if 0 is requested, and reserves it. Fails
  /// with `std::errc::network_unreachable` if the machine has no address of the remote one's family.
  [[nodiscard]] result<io::endpoint> bind_dialer(io::endpoint wanted, io::endpoint remote);

  /// Returns the endpoint of a socket for datagrams; chooses a port if 0 is requested. Fails as `bind_dialer` if it is
  /// to be connected.
  [[nodiscard]] result<io::endpoint> bind_datagram_socket(io::endpoint wanted,
                                                          const std::optional<io::endpoint>& remote) noexcept;
  /// The address from which `remote` is reached. Fails with `std::errc::network_unreachable` if the machine has none of
  /// its family.
  [[nodiscard]] result<ip_address> source_for(const ip_address& remote) const noexcept;

  void add(listener& opened) noexcept { listeners_.push_back(opened); }
  void remove(listener& closed) noexcept { listeners_.remove(closed); }
  void add(stream& opened) noexcept { streams_.push_back(opened); }
  /// `port`: one reserved by `bind_dialer`, or 0.
  void remove(stream& released, std::uint16_t port) noexcept;
  void add(datagram_socket& opened) noexcept { datagram_sockets_.push_back(opened); }
  void remove(datagram_socket& closed) noexcept { datagram_sockets_.remove(closed); }

  /// The listener for connections to `endpoint`; null if there is none.
  [[nodiscard]] listener* listener_at(io::endpoint endpoint) const noexcept;

  /// The socket for datagrams from `from` to `to`; null if there is none.
  [[nodiscard]] datagram_socket* datagram_socket_at(const io::endpoint& to, const io::endpoint& from) const noexcept;

  /// Ends the process: closes its listeners and its sockets for datagrams, and orphans its streams.
  void die(bool resets) noexcept;

  /// Returns the number of dials so far, including this one.
  [[nodiscard]] std::uint64_t count_dial() noexcept { return ++dialed_; }
  /// Returns the number of sockets for datagrams so far, including this one.
  [[nodiscard]] std::uint64_t count_datagram_socket() noexcept { return ++datagram_sockets_opened_; }

private:
  /// A port not in use, from the dynamic range of RFC 6335; 0 if there is none.
  [[nodiscard]] std::uint16_t free_port() const noexcept;
  [[nodiscard]] bool listening(io::endpoint endpoint) const noexcept;
  /// As `free_port`, of the ports for datagrams, for a socket at this address.
  [[nodiscard]] std::uint16_t free_datagram_port(const ip_address& address) const noexcept;
  [[nodiscard]] bool receiving(const io::endpoint& endpoint) const noexcept;

  const std::vector<ip_address>& own_;
  coro::intrusive_list<listener> listeners_;
  coro::intrusive_list<stream> streams_;
  coro::intrusive_list<datagram_socket> datagram_sockets_;
  port_set dialed_from_;
  std::uint16_t last_port_ = 65535;  // the last one that was chosen automatically
  std::uint16_t last_datagram_port_ = 65535;
  std::uint64_t dialed_ = 0;
  std::uint64_t datagram_sockets_opened_ = 0;
};

}  // namespace pappus::sim
