// The protocol of Grin 5.5.0: all messages, in the order of their codes.
#pragma once

#include <pappus/wire/messages/ban_reason.hpp>
#include <pappus/wire/messages/block.hpp>
#include <pappus/wire/messages/error.hpp>
#include <pappus/wire/messages/handshake.hpp>
#include <pappus/wire/messages/headers.hpp>
#include <pappus/wire/messages/peer_addrs.hpp>
#include <pappus/wire/messages/ping.hpp>
#include <pappus/wire/messages/segments.hpp>
#include <pappus/wire/messages/transaction.hpp>
#include <pappus/wire/messages/txhashset.hpp>
#include <pappus/wire/protocol.hpp>

namespace pappus::wire {

using grin_messages = protocol<messages::error,                      // 0
                               messages::hand,                       // 1
                               messages::shake,                      // 2
                               messages::ping,                       // 3
                               messages::pong,                       // 4
                               messages::get_peer_addrs,             // 5
                               messages::peer_addrs,                 // 6
                               messages::get_headers,                // 7
                               messages::header,                     // 8
                               messages::headers,                    // 9
                               messages::get_block,                  // 10
                               messages::block,                      // 11
                               messages::get_compact_block,          // 12
                               messages::compact_block,              // 13
                               messages::stem_transaction,           // 14
                               messages::transaction,                // 15
                               messages::txhashset_request,          // 16
                               messages::txhashset_archive,          // 17
                               messages::ban_reason,                 // 18
                               messages::get_transaction,            // 19
                               messages::transaction_kernel,         // 20
                               messages::get_output_bitmap_segment,  // 21
                               messages::output_bitmap_segment,      // 22
                               messages::get_output_segment,         // 23
                               messages::output_segment,             // 24
                               messages::get_range_proof_segment,    // 25
                               messages::range_proof_segment,        // 26
                               messages::get_kernel_segment,         // 27
                               messages::kernel_segment              // 28
                               >;

}  // namespace pappus::wire
