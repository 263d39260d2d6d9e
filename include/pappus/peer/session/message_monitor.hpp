// What all connections of a node have in common: what is counted, whom their messages are shown to, where exceptions
// end, and whose turn it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/peer/enum_counters.hpp>
#include <pappus/peer/messages.hpp>
#include <pappus/peer/session/containment.hpp>
#include <pappus/peer/session/peer_request.hpp>
#include <pappus/peer/trace.hpp>
#include <pappus/peer/work_queue.hpp>
#include <pappus/wire/frame.hpp>

namespace pappus::peer {

/// Messages by type: those of the protocol in its order, and as one all that nobody knows. Those on the stem of
/// Dandelion are nobody's business, and not among them.
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

  /// Where each code is counted; `types` if it is not.
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
  message_counts sent;              // queued
  request_counts questions;         // of ours
  std::uint64_t queued = 0;         // times that much had come at once, and waited behind others of which much had
  std::uint64_t read_pauses = 0;    // times that nothing was read from a peer that did not take its answers
  std::uint64_t slowed = 0;         // times that nothing was read since others of the address had had too much
  std::uint64_t postponed = 0;      // questions that waited since their address had had its share of answers
  std::uint64_t unheard = 0;        // questions not answered at all, since too many waited so
  std::uint64_t farewells_cut = 0;  // sessions whose last words the peer did not take in time
};

/// One for all sessions of a node.
class message_monitor {
public:
  /// `to` may be empty, and does not throw. Both outlive it.
  message_monitor(const tracer& to, containment& where) noexcept : faults(where), trace_(to) {}

  void received(const peer_info& from, const wire::frame_header& what) {
    counted.received.add(what.code);
    if (trace_) [[unlikely]]
      show(from, message_direction::received, what.code, wire::frame_header::size + what.length);
  }
  void sent(const peer_info& to, wire::bytes_view frame) {
    const std::uint8_t code = wire::code_of(frame);
    counted.sent.add(code);
    if (trace_) [[unlikely]]
      show(to, message_direction::sent, code, frame.size());
  }

  session_statistics counted;
  containment& faults;
  work_queue with_much;  // sessions that have much to decode: one of them at a time is among those that are ready

private:
  void show(const peer_info& peer, message_direction way, std::uint8_t code, std::uint64_t bytes) const;

  const tracer& trace_;
};

}  // namespace pappus::peer
