// Rules for addresses: which are valid, dialable or at service ports, and their netgroups.
#pragma once

#include <cstdint>

#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// Whether a peer can have this address: its port is not 0, and its IP address is one that a host can have.
/// `on_internet`: the IP address must be globally routable, too.
[[nodiscard]] bool is_peers_address(const wire::peer_address& address, bool on_internet) noexcept;

/// Whether the node can dial it: IPv4 only, so far.
[[nodiscard]] bool is_dialable(const wire::peer_address& address) noexcept;

/// Whether the port belongs to another service, which must not be dialed because a peer has advertised it: the system
/// ports (RFC 6335), and the ports above them that Bitcoin Core lists as bad (src/netbase.cpp, IsBadPort).
[[nodiscard]] bool is_service_port(std::uint16_t port) noexcept;

/// Group of addresses that likely have one owner: a /16 of IPv4, a /32 of IPv6.
[[nodiscard]] std::uint64_t netgroup_of(const wire::peer_address& address) noexcept;

}  // namespace pappus::peer
