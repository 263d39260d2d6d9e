// Reasons why a session ended or did not start.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include <pappus/peer/enum_counters.hpp>
#include <pappus/wire/error.hpp>

namespace pappus::peer {

/// Why a session has ended, or was not begun.
enum class disconnect_reason : std::uint8_t {
  requested,      // the application requested it
  shutting_down,  // the node stops
  unreachable,    // no connection could be made: no answer, no way, or a proxy has not reached the host or its name
  unknown_host,   // its name could not be looked up
  connection_refused,  // no connection could be made: the machine is there, but no program listens
  already_connected,   // there is a session with that peer
  banned,              // banned by this node
  reported,            // the adapter has reported misbehavior, or the session's own points sufficed
  discouraged,         // its address has misbehaved recently
  not_allowed,         // excluded by the operator's lists, or with another TLS key than it must have
  too_many_peers,      // a limit of this node was reached
  memory_limit,        // peers held more memory than the limit, and this one was selected
  closed_by_peer,      // the peer closed the connection in order
  connection_lost,     // the connection broke
  handshake_timeout,   // no handshake in time
  idle_timeout,        // no byte arrived for too long
  ping_timeout,        // a ping had no pong for too long
  receive_timeout,     // a frame took too long to arrive
  send_timeout,        // the peer does not read what this node sends
  stuck,               // the peer's chain makes no progress while those of others do
  stalling,            // the peer has answered no request for headers or blocks, while others do
  overstating,         // the peer claims more work than it gives headers for
  download_canceled,   // the peer was sending an archive that is not needed any more
  wrong_magic,         // the peer speaks another protocol, or is on another network
  bad_message,         // a frame or body cannot be decoded
  unexpected_message,  // a message that is not allowed here
  too_many_messages,   // the peer exceeds the receive rate limit
  other_genesis,       // the peer has another genesis block
  self_connection,     // the peer is this node itself
  no_common_version,   // the peer has no protocol version that exists
  banned_by_peer,      // the peer sent a ban reason
  refused_by_peer,     // the peer sent an error, or refused the TLS handshake of a private link
  internal_error,      // a fault of this node or of the application
};

/// A counter of each reason.
using disconnect_counts = enum_counters<disconnect_reason::internal_error>;

/// Name for logs and metrics.
[[nodiscard]] std::string_view to_string(disconnect_reason cause) noexcept;

/// Category of the reasons as errors; its messages are their names.
[[nodiscard]] const std::error_category& disconnect_category() noexcept;
[[nodiscard]] inline std::error_code make_error_code(disconnect_reason reason) noexcept {
  return {static_cast<int>(reason) + 1, disconnect_category()};  // 0 would be success
}

/// A reason, with what is known of the case.
struct disconnect_info {
  disconnect_reason reason = disconnect_reason::requested;  // as counted
  std::string detail;                                       // for people, in one line; may be empty
};

/// For example "bad_message: ping.height at byte 8: unexpected end".
[[nodiscard]] std::string to_string(const disconnect_info& reason);

/// The reason for a session whose read or write has failed.
[[nodiscard]] disconnect_info disconnect_info_from(std::error_code failed);
/// The reason for a session that has received a frame or body that cannot be decoded.
[[nodiscard]] disconnect_info disconnect_info_from(const wire::decode_error& fault);

}  // namespace pappus::peer

template <>
struct std::is_error_code_enum<pappus::peer::disconnect_reason> : std::true_type {};
