// What is known of an address where a peer may be.
#pragma once

#include <cstdint>
#include <string>

#include <pappus/io/time.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// Numbered as in Grin's own store of peers.
enum class address_state : std::uint8_t {
  healthy = 0,  // we dialled it and shook hands, and nothing has failed since
  banned = 1,
  defunct = 2,  // the last attempt failed
  unknown = 3,  // not dialled yet
};

[[nodiscard]] constexpr const char* to_string(address_state state) noexcept {
  switch (state) {
    case address_state::healthy: return "healthy";
    case address_state::banned: return "banned";
    case address_state::defunct: return "defunct";
    case address_state::unknown: return "unknown";
  }
  return "unknown";
}

/// A value. The beginning of time stands for "never".
struct address_info {
  wire::peer_address address;
  wire::peer_address source;        // who spoke of it first; it itself if nobody did
  wire::capabilities capabilities;  // as it said when we last dialled it
  std::string user_agent;           // likewise
  io::wall_time heard;              // somebody named it, or we were connected; to a day
  io::wall_time attempted;          // we last dialled it
  io::wall_time succeeded;          // and last shook hands then
  std::uint32_t attempts = 0;       // in all
  std::uint32_t failures = 0;       // since the last success
  bool tried = false;               // has a place among those that were dialled with success
  std::uint16_t bucket = 0;         // in which bucket that place is, or among the new ones

  friend bool operator==(const address_info&, const address_info&) = default;

  /// Apart from bans, which are another's affair.
  [[nodiscard]] address_state state() const noexcept {
    if (failures != 0) return address_state::defunct;
    return succeeded == io::wall_time{} ? address_state::unknown : address_state::healthy;
  }
};

}  // namespace pappus::peer
