// Statistics of sessions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/peer/messages.hpp>
#include <pappus/peer/session/peer_request.hpp>

namespace pappus::peer {

/// Message counts by type: those of the protocol in its order, then all unknown types together. Stem transactions are
/// private and not counted.
struct message_counts {
  using counted = session_messages::without<wire::messages::stem_transaction>;
  static constexpr std::size_t types = counted::codes.size() + 1;
  static constexpr std::size_t unknown = types - 1;

  std::array<std::uint64_t, types> of{};

  void add(std::uint8_t code) noexcept {
    if (const std::size_t slot = slots[code]; slot != types) ++of[slot];
  }
  [[nodiscard]] std::uint64_t operator[](std::uint8_t code) const noexcept {
    const std::size_t slot = slots[code];
    return slot == types ? 0 : of[slot];
  }

  /// Index of each code's count; `types` if the code is not counted.
  static constexpr std::array<std::uint8_t, 256> slots = [] {
    std::array<std::uint8_t, 256> found{};
    found.fill(unknown);
    for (std::size_t i = 0; i != counted::codes.size(); ++i) found[counted::codes[i]] = static_cast<std::uint8_t>(i);
    found[wire::messages::stem_transaction::code] = types;
    return found;
  }();
};

struct session_statistics {
  message_counts received;
  message_counts sent;            // queued
  request_counts requests;        // requests of the node
  std::uint64_t queued = 0;       // times that a session with much to decode waited behind others with much to decode
  std::uint64_t read_pauses = 0;  // times that reading paused because the peer did not read its responses
  std::uint64_t slowed = 0;       // times that reading paused because the account had used up its receive limit
  std::uint64_t postponed = 0;    // requests that waited because the account's upload quota was used up
  std::uint64_t requests_dropped = 0;  // requests that were not answered because too many waited
  std::uint64_t sends_abandoned = 0;   // sessions whose peer did not read all within `disconnect_timeout`
};

}  // namespace pappus::peer
