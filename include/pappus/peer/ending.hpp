// Why a session ended, or never began.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include <pappus/peer/counts.hpp>
#include <pappus/wire/error.hpp>

namespace pappus::peer {

enum class disconnect_reason : std::uint8_t {
  requested,           // we were asked to disconnect
  shutting_down,       // the node stops
  unreachable,         // no connection could be made: nobody answered
  connection_refused,  // no connection could be made: the machine is there, but nobody listens
  already_connected,   // there is a session with that peer
  banned,              // we have banned it
  reported,            // the host has found fault with it
  discouraged,         // its address has misbehaved of late
  not_allowed,         // the operator's lists keep it out
  too_many_peers,      // a limit of ours was reached
  memory_limit,        // peers held more memory than they may, and it was the one to go
  closed_by_peer,      // it closed the connection in order
  connection_lost,     // the connection broke
  handshake_timeout,   // no handshake in time
  idle_timeout,        // no byte for too long
  ping_timeout,        // a ping went unanswered for too long
  receive_timeout,     // a frame took too long to arrive
  send_timeout,        // it does not take what we send
  stuck,               // its chain stands still while those of others grow
  wrong_magic,         // it speaks another protocol, or on another network
  bad_message,         // a frame or body cannot be read
  unexpected_message,  // a message that has no place here
  too_many_messages,   // it sends more than anybody should
  other_genesis,       // its chain begins elsewhere
  self_connection,     // it is ourselves
  no_common_version,   // it speaks no version that exists
  banned_by_peer,      // it sent a ban reason
  refused_by_peer,     // it sent an error
  internal_error,      // a fault of ours
};

using disconnect_counts = enum_counters<disconnect_reason::internal_error>;

/// Its name as in the enumeration.
[[nodiscard]] std::string_view to_string(disconnect_reason cause) noexcept;

struct disconnect_info {
  disconnect_reason reason = disconnect_reason::requested;
  std::string detail;  // may be empty
};

/// "bad_message: ping.height at byte 8: unexpected end"
[[nodiscard]] std::string to_string(const disconnect_info& why);

/// What a failed read or write means for the session.
[[nodiscard]] disconnect_info disconnect_info_from(std::error_code failed);
/// What an unreadable frame or body means for it.
[[nodiscard]] disconnect_info disconnect_info_from(const wire::decode_error& fault);

}  // namespace pappus::peer
