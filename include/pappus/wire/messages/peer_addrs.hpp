// GetPeerAddrs and PeerAddrs: peer exchange.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/peer_address.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire::messages {

struct get_peer_addrs {
  static constexpr std::uint8_t code = 5;
  static constexpr const char* name = "get_peer_addrs";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_get_peer_addrs_body; }

  wire::capabilities capabilities;  // required of the peers in the response

  [[nodiscard]] static get_peer_addrs read(reader& in) noexcept;
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return 4; }

  friend bool operator==(const get_peer_addrs&, const get_peer_addrs&) = default;
};

/// Response to `get_peer_addrs`; some nodes also send it unrequested. At most `limits::max_peer_addrs` addresses.
struct peer_addrs {
  static constexpr std::uint8_t code = 6;
  static constexpr const char* name = "peer_addrs";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_peer_addrs_body; }

  std::vector<peer_address> addresses;

  [[nodiscard]] static peer_addrs read(reader& in);
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version) const noexcept;

  friend bool operator==(const peer_addrs&, const peer_addrs&) = default;
};

}  // namespace pappus::wire::messages
