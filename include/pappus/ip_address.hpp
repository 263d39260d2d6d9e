// IP addresses of both families, and their classification without lookups.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <pappus/mix64.hpp>

namespace pappus {

/// The address of a machine: IPv4 or IPv6, without a zone. A value type. An IPv4-mapped address (`::ffff:a.b.c.d`, RFC
/// 4291) is the IPv4 address, so that no machine has two. All functions but `parse` and `to_string` are O(1).
class ip_address {
public:
  /// 0.0.0.0
  constexpr ip_address() noexcept = default;

  /// Of IPv4, in host byte order: 127.0.0.1 is 0x7f000001.
  [[nodiscard]] static constexpr ip_address v4(std::uint32_t value) noexcept { return {0, mapped | value}; }
  /// Of IPv6 in network byte order, unless it is IPv4-mapped.
  [[nodiscard]] static constexpr ip_address v6(const std::array<std::uint8_t, 16>& bytes) noexcept {
    ip_address made{0, 0};
    for (std::size_t i = 0; i != 8; ++i) {
      made.high_ = made.high_ << 8 | bytes[i];
      made.low_ = made.low_ << 8 | bytes[8 + i];
    }
    return made;
  }

  /// Bytes of a name's hash that the address has which stands for the name.
  static constexpr std::size_t name_bytes = 10;
  /// Stands for a name that this machine does not look up: in fd0f:c940:f255::/48, which is the node's own and means
  /// nothing to others. `hash` is that of the name; its first bit is not used.
  [[nodiscard]] static constexpr ip_address named(const std::array<std::uint8_t, name_bytes>& hash) noexcept {
    ip_address made{names >> 16, 0};
    for (std::size_t i = 0; i != 2; ++i) made.high_ = made.high_ << 8 | hash[i];
    for (std::size_t i = 2; i != name_bytes; ++i) made.low_ = made.low_ << 8 | hash[i];
    made.high_ |= of_name;
    return made;
  }
  /// Stands for a peer that has neither an address nor a name here: in the first /64 of the same block, in which no
  /// name has its address.
  [[nodiscard]] static constexpr ip_address anonymous(std::uint64_t number) noexcept { return {names, number}; }

  /// Parses dotted decimal, four parts without leading zeros, or IPv6 as in RFC 4291, without brackets and zone;
  /// nullopt otherwise.
  [[nodiscard]] static std::optional<ip_address> parse(std::string_view text) noexcept;

  /// Whether it is of IPv4; else it is of IPv6.
  [[nodiscard]] constexpr bool is_v4() const noexcept { return high_ == 0 && low_ >> 32 == mapped >> 32; }
  /// In host byte order. Requires `is_v4()`.
  [[nodiscard]] constexpr std::uint32_t v4_value() const noexcept { return static_cast<std::uint32_t>(low_); }
  /// In network byte order, of IPv4 as IPv4-mapped.
  [[nodiscard]] constexpr std::array<std::uint8_t, 16> bytes() const noexcept {
    std::array<std::uint8_t, 16> made{};
    for (std::size_t i = 0; i != 8; ++i) {
      made[i] = static_cast<std::uint8_t>(high_ >> (56 - 8 * i));
      made[8 + i] = static_cast<std::uint8_t>(low_ >> (56 - 8 * i));
    }
    return made;
  }

  /// Bits of the address: 32 or 128.
  [[nodiscard]] constexpr std::uint8_t size() const noexcept { return is_v4() ? 32 : 128; }
  /// The first address of the block of `prefix_length` leading bits that contains it. Requires `prefix_length <=
  /// size()`.
  [[nodiscard]] constexpr ip_address first_of_block(std::uint8_t prefix_length) const noexcept {
    constexpr std::uint64_t ones = ~std::uint64_t{0};
    const unsigned bits = is_v4() ? 96U + prefix_length : prefix_length;
    if (bits == 0) return {0, 0};
    if (bits <= 64) return {high_ & ones << (64 - bits), 0};
    return {high_, low_ & ones << (128 - bits)};
  }

  /// Whether it stands for a name, or for a peer that has none here.
  [[nodiscard]] constexpr bool is_named() const noexcept { return high_ >> 16 == names >> 16; }
  /// 0.0.0.0 or `::`, which stand for all addresses of a machine.
  [[nodiscard]] constexpr bool is_unspecified() const noexcept {
    return is_v4() ? v4_value() == 0 : (high_ | low_) == 0;
  }
  /// The unspecified address of the same family.
  [[nodiscard]] constexpr ip_address unspecified() const noexcept { return first_of_block(0); }
  /// 127.0.0.0/8 or `::1`.
  [[nodiscard]] constexpr bool is_loopback() const noexcept {
    return is_v4() ? v4_value() >> 24 == 127 : high_ == 0 && low_ == 1;
  }
  /// 10/8, 172.16/12, 192.168/16, the carrier-grade NAT block 100.64/10 (RFC 1918, RFC 6598), and the unique local
  /// addresses fc00::/7 (RFC 4193).
  [[nodiscard]] bool is_private() const noexcept;
  /// Whether it can be the address of one machine that is reached by it alone: neither unspecified, nor multicast, nor
  /// in 0/8, reserved or broadcast, nor an IPv6 form of an IPv4 address (compatible, RFC 4291, or translated, RFC
  /// 6052), nor link-local IPv6, which needs a zone, nor `is_named`.
  [[nodiscard]] bool is_unicast() const noexcept;
  /// Whether it can belong to a node on the public Internet: in none of the special ranges of RFC 6890, and of IPv6 in
  /// 2000::/3.
  [[nodiscard]] bool is_routable() const noexcept;

  /// The address's netgroup as a number: its /16 of IPv4, its /32 of IPv6, its /64 if it stands for a name. The owner
  /// of one address in it likely owns others. As in Bitcoin Core.
  [[nodiscard]] constexpr std::uint64_t netgroup() const noexcept {
    if (is_named()) return std::uint64_t{2} << 32 | (high_ & 0xffff);
    return is_v4() ? v4_value() >> 16 : std::uint64_t{1} << 32 | high_ >> 32;
  }
  /// Leading bits of the netgroup: 16, 32 or 64.
  [[nodiscard]] constexpr std::uint8_t netgroup_prefix() const noexcept {
    if (is_named()) return 64;
    return is_v4() ? 16 : 32;
  }

  /// What one host can be expected to have: the address itself of IPv4; of IPv6 the first address of its /64, in which
  /// a host can take any address. Limits of an address apply to this.
  [[nodiscard]] constexpr ip_address subnet() const noexcept { return first_of_block(subnet_prefix()); }
  /// Leading bits of the subnet: 32 or 64.
  [[nodiscard]] constexpr std::uint8_t subnet_prefix() const noexcept { return is_v4() ? 32 : 64; }

  /// By value, all of IPv4 before all of IPv6, so that what is in one block is together.
  friend constexpr std::strong_ordering operator<=>(const ip_address& one, const ip_address& other) noexcept {
    if (one.is_v4() != other.is_v4()) return other.is_v4() <=> one.is_v4();
    return one.high_ != other.high_ ? one.high_ <=> other.high_ : one.low_ <=> other.low_;
  }
  friend constexpr bool operator==(const ip_address&, const ip_address&) noexcept = default;

private:
  friend std::hash<ip_address>;

  static constexpr std::uint64_t mapped = std::uint64_t{0xffff} << 32;
  static constexpr std::uint64_t names = 0xfd0fc940f2550000;  // unique local (RFC 4193)
  static constexpr std::uint64_t of_name = 0x8000;

  constexpr ip_address(std::uint64_t high, std::uint64_t low) noexcept : high_(high), low_(low) {}

  // In host byte order, of IPv4 as IPv4-mapped.
  std::uint64_t high_ = 0;
  std::uint64_t low_ = mapped;
};

/// `A.B.C.D`, or IPv6 as in RFC 5952, without brackets.
[[nodiscard]] std::string to_string(const ip_address& address);

/// IPv6 in brackets, so that a colon and a port may follow.
[[nodiscard]] std::string to_bracketed_string(const ip_address& address);

}  // namespace pappus

template <>
struct std::hash<pappus::ip_address> {
  std::size_t operator()(const pappus::ip_address& address) const noexcept {
    return static_cast<std::size_t>(pappus::mix64(pappus::mix64(address.high_) + address.low_));
  }
};
