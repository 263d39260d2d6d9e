// Statistics of a node. `metrics.hpp` names them.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/integration/sync/statistics.hpp>
#include <pappus/integration/threads/mailbox.hpp>
#include <pappus/io/turn_statistics.hpp>
#include <pappus/peer/access/statistics.hpp>
#include <pappus/peer/accounts/statistics.hpp>
#include <pappus/peer/adapter/statistics.hpp>
#include <pappus/peer/broadcast_report.hpp>
#include <pappus/peer/clock/statistics.hpp>
#include <pappus/peer/connections/statistics.hpp>
#include <pappus/peer/discovery/statistics.hpp>
#include <pappus/peer/handlers/statistics.hpp>
#include <pappus/peer/log.hpp>
#include <pappus/peer/memory_budget.hpp>
#include <pappus/peer/reachability/statistics.hpp>
#include <pappus/peer/session/statistics.hpp>
#include <pappus/peer/store/statistics.hpp>

namespace pappus {

/// Current queues of all sessions together.
struct queue_statistics {
  std::size_t frames_waiting = 0;    // in send queues
  std::size_t bytes_waiting = 0;     // in send queues
  std::size_t max_frames = 0;        // in the send queue with most frames
  std::size_t max_bytes = 0;         // in the send queue with most bytes
  std::size_t bytes_buffered = 0;    // received, of frames that are incomplete or not processed yet
  std::size_t pings = 0;             // peers that have not answered a ping
  std::size_t pending_requests = 0;  // requests to peers without a response
  std::size_t archives = 0;          // being sent
};

/// Statistics of a node, without private transactions on the Dandelion stem; `node::dandelion` has these.
struct node_statistics {
  std::size_t inbound = 0;                          // sessions now
  std::size_t outbound = 0;                         // sessions now
  peer::connection_statistics connections;          // including the bytes of sessions that have not ended
  queue_statistics queues;                          // of messages, requests and archives now
  peer::session_statistics sessions;                // messages and requests
  std::size_t addresses = 0;                        // in the address book now
  std::size_t tried = 0;                            // of these, in the tried table
  std::size_t bans = 0;                             // in force now
  peer::book_statistics address_book;               // results of advertised addresses
  peer::peer_store_statistics store;                // writes to the disk
  peer::clock_statistics clock;                     // difference from the clocks of peers
  peer::dialer_statistics dialer;                   // dials for outbound slots
  peer::seed_statistics seeds;                      // look-ups of seeds and preferred peers
  peer::ban_manager_statistics ban_manager;         // punished peers
  peer::broadcast_report broadcasts;                // of all items, added up
  peer::relay_statistics transactions;              // received, requested and relayed
  peer::chain_statistics chain;                     // of headers and blocks
  peer::validation_statistics validations;          // results of the adapter
  peer::adapter_call_statistics adapter_calls;      // but those for private transactions
  integration::sync_statistics sync;                // of the application's chain
  peer::account_statistics accounts;                // upload quotas and receive limits by address
  peer::duplicate_statistics duplicates;            // second sessions with one peer
  peer::address_relay_statistics address_relay;     // addresses that peers advertise
  peer::reachability_statistics reachability;       // whether peers reach the node; `node::reachability` says where
  peer::memory_statistics memory;                   // held on behalf of peers
  integration::mailbox_statistics calls;            // of `node_handle`
  integration::mailbox_statistics adapter_results;  // adapter results from other threads
  std::uint64_t exceptions = 0;  // contained: of the application's functions and of the library's own
  peer::log_statistics log;      // lines by category
  io::turn_statistics turns;     // of the loop
};

}  // namespace pappus
