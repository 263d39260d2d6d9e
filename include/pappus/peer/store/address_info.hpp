// Entry of the address book: a possible address of a peer and its history.
#pragma once

#include <cstdint>
#include <string>

#include <pappus/io/time.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// Numbered as Grin's peer states in its peer store.
enum class address_state : std::uint8_t {
  healthy = 0,  // the node dialed it, the handshake succeeded, and nothing has failed since
  banned = 1,
  defunct = 2,  // the last dial or handshake failed
  unknown = 3,  // not dialed yet
};

/// Name for output.
[[nodiscard]] constexpr const char* to_string(address_state state) noexcept {
  switch (state) {
    case address_state::healthy: return "healthy";
    case address_state::banned: return "banned";
    case address_state::defunct: return "defunct";
    case address_state::unknown: return "unknown";
  }
  return "unknown";
}

/// A host without an address, and the address of the book that stands for its name (`ip_address::is_named`).
struct named_host {
  wire::peer_address address;  // the key
  std::string name;            // in lower case

  friend bool operator==(const named_host&, const named_host&) = default;
};

/// A value type. A time at the epoch stands for "never".
struct address_info {
  wire::peer_address address;       // the key
  wire::peer_address source;        // peer that advertised it first; the address itself if no peer did
  wire::capabilities capabilities;  // reported by the peer when it was last dialed with success
  std::string user_agent;           // likewise
  io::wall_time last_seen;          // last advertisement or connection, accurate to a day
  io::wall_time last_try;           // last dial
  io::wall_time last_success;       // last handshake after a dial, or end of a later session
  std::uint32_t attempts = 0;       // dials, total
  std::uint32_t failures = 0;       // since the last success
  bool tried = false;               // is in the tried table
  std::uint16_t bucket = 0;         // its bucket in the table that it is in

  friend bool operator==(const address_info&, const address_info&) = default;

  /// Never `banned`: bans are kept in `ban_list`.
  [[nodiscard]] address_state state() const noexcept {
    if (failures != 0) return address_state::defunct;
    return last_success == io::wall_time{} ? address_state::unknown : address_state::healthy;
  }
};

}  // namespace pappus::peer
