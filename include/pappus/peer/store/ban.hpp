// A banned address, endpoint or block of addresses.
#pragma once

#include <cstdint>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/time.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::peer {

/// Who made a ban.
enum class ban_author : std::uint8_t { operator_of_node, node };

/// Name for output.
[[nodiscard]] constexpr const char* to_string(ban_author author) noexcept {
  return author == ban_author::node ? "node" : "operator";
}

/// A ban of the endpoints of a range, from `since` to `until` by the wall clock of the node.
struct ban {
  io::endpoint_range range;                                    // who is banned
  wire::reason_for_ban reason = wire::reason_for_ban::manual;  // sent to peers that are disconnected for it
  ban_author author = ban_author::operator_of_node;            // who has made it
  io::wall_time since;                                         // beginning
  io::wall_time until;                                         // end

  friend bool operator==(const ban&, const ban&) = default;
};

}  // namespace pappus::peer
