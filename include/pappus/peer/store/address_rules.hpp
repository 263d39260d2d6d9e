// Which addresses are worth knowing, and which belong together.
#pragma once

#include <cstdint>

#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// Whether a peer can be there: it has a port, and an address that a machine can have. `on_internet`: one that can be
/// reached from everywhere, too.
[[nodiscard]] bool is_peers_address(const wire::peer_address& address, bool on_internet) noexcept;

/// Whether we can dial it: not yet, if it is one of IPv6.
[[nodiscard]] bool is_dialable(const wire::peer_address& address) noexcept;

/// Whether other services are at that port, which would be annoyed at being dialled because somebody has named it: the
/// system ports (RFC 6335), and those above that Bitcoin Core lists as bad (src/netbase.cpp, IsBadPort).
[[nodiscard]] bool is_service_port(std::uint16_t port) noexcept;

/// Addresses that likely have one owner: a /16 of IPv4, a /32 of IPv6.
[[nodiscard]] std::uint64_t netgroup_of(const wire::peer_address& address) noexcept;

}  // namespace pappus::peer
