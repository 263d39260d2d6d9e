// Address of a peer in messages: an IPv4 or IPv6 address and a port.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

#include <pappus/ip_address.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

/// `read` converts IPv4-mapped (`::ffff:a.b.c.d`) and IPv4-compatible (`::a.b.c.d`) addresses to IPv4, as Grin does
/// (p2p/src/types.rs, PeerAddr); but not `::` and `::1`, of which Grin makes 0.0.0.0 and 0.0.0.1.
struct peer_address {
  ip_address ip;
  std::uint16_t port = 0;

  [[nodiscard]] static peer_address read(reader& in, const char* field) noexcept;
  void write(writer& out) const;

  /// Size of the serialized form, bytes.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return ip.is_v4() ? smallest : 1 + 16 + 2; }
  static constexpr std::size_t smallest = 1 + 4 + 2;

  friend constexpr auto operator<=>(const peer_address&, const peer_address&) noexcept = default;
};

/// For example "192.0.2.1:3414" or "[2001:db8::1]:3414" (RFC 5952).
[[nodiscard]] std::string to_string(const peer_address& address);

}  // namespace pappus::wire
