// The messages of Grin that this library speaks so far; any other is skipped as a type nobody knows.
#pragma once

#include <pappus/wire/messages/ban_reason.hpp>
#include <pappus/wire/messages/error.hpp>
#include <pappus/wire/messages/handshake.hpp>
#include <pappus/wire/messages/peer_addrs.hpp>
#include <pappus/wire/messages/ping.hpp>
#include <pappus/wire/messages/transaction.hpp>
#include <pappus/wire/protocol.hpp>

namespace pappus::wire {

using grin_messages = protocol<messages::error,              // 0
                               messages::hand,               // 1
                               messages::shake,              // 2
                               messages::ping,               // 3
                               messages::pong,               // 4
                               messages::get_peer_addrs,     // 5
                               messages::peer_addrs,         // 6
                               messages::stem_transaction,   // 14
                               messages::transaction,        // 15
                               messages::ban_reason,         // 18
                               messages::get_transaction,    // 19
                               messages::transaction_kernel  // 20
                               >;

}  // namespace pappus::wire
