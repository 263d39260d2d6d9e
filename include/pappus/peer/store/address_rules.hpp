// Rules for addresses: which are valid, and which are at service ports.
#pragma once

#include <cstdint>

#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// Whether a peer can have this address: its port is not 0, and its IP address is one that a host can have.
/// `on_internet`: the IP address must be globally routable, too.
[[nodiscard]] bool is_peers_address(const wire::peer_address& address, bool on_internet) noexcept;

/// Whether the port belongs to another service, which must not be dialed because a peer has advertised it: the system
/// ports (RFC 6335), and the ports above them that Bitcoin Core lists as bad (src/netbase.cpp, IsBadPort).
[[nodiscard]] bool is_service_port(std::uint16_t port) noexcept;

}  // namespace pappus::peer
