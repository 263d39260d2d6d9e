// What a session deals with so far. Grin's other messages are held to their caps and passed over, as types nobody
// knows.
#pragma once

#include <pappus/wire/grin_messages.hpp>
#include <pappus/wire/protocol.hpp>

namespace pappus::peer {

using session_messages =
    wire::protocol<wire::messages::error, wire::messages::hand, wire::messages::shake, wire::messages::ping,
                   wire::messages::pong, wire::messages::get_peer_addrs, wire::messages::peer_addrs,
                   wire::messages::stem_transaction, wire::messages::transaction, wire::messages::ban_reason,
                   wire::messages::get_transaction, wire::messages::transaction_kernel>;

/// The frames that sessions accept on a network.
[[nodiscard]] constexpr wire::frame_rules session_rules(const wire::chain_parameters& on) noexcept {
  wire::frame_rules rules = wire::grin_messages::rules(on);
  rules.known = session_messages::rules(on).known;
  return rules;
}

}  // namespace pappus::peer
