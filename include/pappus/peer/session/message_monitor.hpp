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
  /// `trace` may be empty; it must not throw. All arguments outlive the monitor.
  message_monitor(const tracer& trace, exception_boundary& exception_boundary, const custom_messages& custom) noexcept
      : exceptions(exception_boundary), trace_(trace), custom_(custom) {}

  void received(const peer_info& peer, const wire::frame_header& header) {
    counted.received.add(header.code);
    if (trace_) [[unlikely]]
      trace_message(peer, message_direction::received, header.code, wire::frame_header::size + header.length);
  }
  void sent(const peer_info& peer, wire::bytes_view frame) {
    const std::uint8_t code = wire::code_of(frame);
    counted.sent.add(code);
    if (trace_) [[unlikely]]
      trace_message(peer, message_direction::sent, code, frame.size());
  }

  session_statistics counted;
  exception_boundary& exceptions;
  work_queue large_backlogs;  // sessions with much to decode: only one of them at a time is in the ready queue

private:
  void trace_message(const peer_info& peer, message_direction direction, std::uint8_t code, std::uint64_t bytes) const;

  const tracer& trace_;
  const custom_messages& custom_;
};

}  // namespace pappus::peer
