// Statistics of a node. `metrics.hpp` names them.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/integration/threads/mailbox.hpp>
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
  std::size_t inbound = 0;  // sessions now
  std::size_t outbound = 0;
  peer::connection_statistics connections;  // including the bytes of sessions that have not ended
  queue_statistics queues;
  peer::session_statistics sessions;
  std::size_t addresses = 0;  // in the address book now
  std::size_t tried = 0;      // of these, in the tried table
  std::size_t bans = 0;       // in force now
  peer::book_statistics address_book;
  peer::peer_store_statistics store;
  peer::clock_statistics clock;
  peer::dialer_statistics dialer;
  peer::seed_statistics seeds;
  peer::ban_manager_statistics ban_manager;
  peer::broadcast_report broadcasts;
  peer::relay_statistics transactions;
  peer::chain_statistics chain;
  peer::validation_statistics validations;
  peer::adapter_call_statistics adapter_calls;
  peer::account_statistics accounts;
  peer::duplicate_statistics duplicates;
  peer::address_relay_statistics address_relay;
  peer::memory_statistics memory;
  integration::mailbox_statistics calls;            // of `node_handle`
  integration::mailbox_statistics adapter_results;  // adapter results from other threads
  std::uint64_t exceptions = 0;  // contained: of the application's functions and of the library's own
  peer::log_statistics log;
};

}  // namespace pappus
