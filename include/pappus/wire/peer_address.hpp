// Address of a peer in messages: an IPv4 or IPv6 address and a port.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

/// IPv4 or IPv6 address with a port. `read` converts IPv4-mapped (`::ffff:a.b.c.d`) and IPv4-compatible (`::a.b.c.d`)
/// addresses to IPv4, as Grin does (p2p/src/types.rs, PeerAddr), so that `::` becomes 0.0.0.0 and `::1` 0.0.0.1.
/// `write` converts nothing.
class peer_address {
public:
  /// 0.0.0.0:0
  constexpr peer_address() noexcept = default;

  [[nodiscard]] static constexpr peer_address v4(std::array<std::uint8_t, 4> ip, std::uint16_t port) noexcept {
    peer_address address;
    for (std::size_t i = 0; i < ip.size(); ++i) address.ip_[i] = ip[i];
    address.port_ = port;
    return address;
  }

  [[nodiscard]] static constexpr peer_address v6(std::array<std::uint8_t, 16> ip, std::uint16_t port) noexcept {
    peer_address address;
    address.is_v4_ = false;
    address.ip_ = ip;
    address.port_ = port;
    return address;
  }

  [[nodiscard]] constexpr bool is_v4() const noexcept { return is_v4_; }
  [[nodiscard]] constexpr std::uint16_t port() const noexcept { return port_; }

  /// The address in network byte order; meaningful if `is_v4()`.
  [[nodiscard]] constexpr std::array<std::uint8_t, 4> v4() const noexcept { return {ip_[0], ip_[1], ip_[2], ip_[3]}; }

  /// The address in network byte order. An IPv4 address is in the first four bytes, and the others are zero.
  [[nodiscard]] constexpr const std::array<std::uint8_t, 16>& ip() const noexcept { return ip_; }

  [[nodiscard]] static peer_address read(reader& in, const char* field) noexcept;
  void write(writer& out) const;

  /// Size of the serialized form, bytes.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return is_v4_ ? smallest : 1 + 16 + 2; }
  static constexpr std::size_t smallest = 1 + 4 + 2;

  friend constexpr auto operator<=>(const peer_address&, const peer_address&) = default;

private:
  bool is_v4_ = true;
  std::array<std::uint8_t, 16> ip_{};  // an IPv4 address is in the first four
  std::uint16_t port_ = 0;
};

/// For example "192.0.2.1:3414" or "[2001:db8::1]:3414" (RFC 5952).
[[nodiscard]] std::string to_string(const peer_address& address);

}  // namespace pappus::wire
