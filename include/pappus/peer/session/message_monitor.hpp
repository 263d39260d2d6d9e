// State that all connections of a node share: statistics, the message trace, the exception boundary, and the queue of
// sessions with much to decode.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/peer/enum_counters.hpp>
#include <pappus/peer/messages.hpp>
#include <pappus/peer/session/custom_messages.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/peer/session/peer_request.hpp>
#include <pappus/peer/session/statistics.hpp>
#include <pappus/peer/trace.hpp>
#include <pappus/peer/work_queue.hpp>
#include <pappus/wire/frame.hpp>

namespace pappus::peer {

/// One object is shared by all sessions of a node.
class message_monitor {
public:
  /// `to` may be empty; it must not throw. All arguments outlive the monitor.
  message_monitor(const tracer& to, exception_boundary& where, const custom_messages& custom) noexcept
      : exceptions(where), trace_(to), custom_(custom) {}

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
  exception_boundary& exceptions;
  work_queue with_much;  // sessions with much to decode: only one of them at a time is in the ready queue

private:
  void show(const peer_info& peer, message_direction way, std::uint8_t code, std::uint64_t bytes) const;

  const tracer& trace_;
  const custom_messages& custom_;
};

}  // namespace pappus::peer
