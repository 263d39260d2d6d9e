// What a node counts, in one piece: `metrics.hpp` gives names to it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/integration/threads/mailbox.hpp>
#include <pappus/peer/access/ban_manager.hpp>
#include <pappus/peer/accounts/accounts.hpp>
#include <pappus/peer/bridge/adapter_calls.hpp>
#include <pappus/peer/bridge/validator.hpp>
#include <pappus/peer/broadcast_report.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/peer/connections/connection_manager.hpp>
#include <pappus/peer/connections/duplicates.hpp>
#include <pappus/peer/discovery/dialer.hpp>
#include <pappus/peer/discovery/seed_resolver.hpp>
#include <pappus/peer/handlers/address_relay.hpp>
#include <pappus/peer/handlers/chain_handler.hpp>
#include <pappus/peer/handlers/transaction_relay.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/memory_budget.hpp>
#include <pappus/peer/session/message_monitor.hpp>
#include <pappus/peer/store/address_book.hpp>
#include <pappus/peer/store/peer_store.hpp>

namespace pappus {

/// What waits in all sessions together, now.
struct queue_statistics {
  std::size_t frames_waiting = 0;  // to be sent
  std::size_t bytes_waiting = 0;   // likewise
  std::size_t most_frames = 0;     // of these for one peer
  std::size_t most_bytes = 0;
  std::size_t bytes_held = 0;  // received, of frames that are not whole, or not taken yet
  std::size_t pings = 0;       // of ours without a pong
  std::size_t questions = 0;   // of ours without an answer
  std::size_t archives = 0;    // being sent
};

/// Of what is private on the stem of Dandelion nothing is here: see `node::dandelion`.
struct node_statistics {
  std::size_t inbound = 0;  // sessions now
  std::size_t outbound = 0;
  peer::connection_statistics connections;  // with the bytes of sessions that have not ended
  queue_statistics queues;
  peer::session_statistics sessions;
  std::size_t addresses = 0;  // in the book now
  std::size_t tried = 0;      // of these
  std::size_t bans = 0;       // in force now
  peer::book_statistics book;
  peer::keeper_statistics store;
  peer::clock_statistics clock;
  peer::dialer_statistics dialling;
  peer::seed_statistics seeds;
  peer::ban_manager_statistics discipline;
  peer::broadcast_report broadcasts;
  peer::relay_statistics transactions;
  peer::chain_statistics chain;
  peer::validation_statistics submissions;
  peer::adapter_call_statistics adapter_calls;
  peer::account_statistics accounts;
  peer::duplicate_statistics duplicates;
  peer::address_relay_statistics gossip;
  peer::memory_statistics memory;
  integration::mailbox_statistics calls;    // from other threads
  integration::mailbox_statistics answers;  // of the host, from other threads
  std::uint64_t exceptions = 0;             // of the application's functions and of ours, all of which were contained
  peer::log_statistics log;
};

}  // namespace pappus
