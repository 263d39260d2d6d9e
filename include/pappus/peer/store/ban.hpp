// A banned address, endpoint or block of addresses.
#pragma once

#include <cstdint>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/time.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::peer {

/// Who made a ban.
enum class ban_author : std::uint8_t { operator_of_node, node };

[[nodiscard]] constexpr const char* to_string(ban_author author) noexcept {
  return author == ban_author::node ? "node" : "operator";
}

struct ban {
  io::endpoint_range range;
  wire::reason_for_ban reason = wire::reason_for_ban::manual;
  ban_author author = ban_author::operator_of_node;
  io::wall_time since;
  io::wall_time until;

  friend bool operator==(const ban&, const ban&) = default;
};

}  // namespace pappus::peer
