// State of Dandelion, for the operator of the node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/peer/adapter/statistics.hpp>
#include <pappus/peer/dandelion/options.hpp>
#include <pappus/peer/private_broadcast/status.hpp>

namespace pappus::peer {

/// Counters of the stempool since the node was made.
struct stempool_statistics {
  std::uint64_t admitted = 0;  // transactions of other nodes and of the node's own
  std::uint64_t refused = 0;   // of other nodes: no room
  std::uint64_t repeated = 0;  // received again, from any source
  std::uint64_t dropped = 0;   // routes not taken for other nodes' transactions: too many waited for one
};

/// For the operator of the node only: it reveals private transactions.
struct dandelion_status {
  std::uint64_t epoch = 0;                     // number, from 1
  dandelion_mode mode = dandelion_mode::stem;  // of this epoch
  io::duration epoch_left{};                   // until the next epoch
  std::vector<std::uint64_t> relays;           // peer ids; drawn when they are first needed
  std::size_t transactions = 0;                // private ones in the stempool
  std::size_t bytes = 0;                       // of these
  stempool_statistics counted;                 // private transactions admitted, refused, repeated
  adapter_call_statistics adapter_calls;       // adapter calls, without those about transactions from peers
  private_broadcast_status own;                // the node's own transactions that are broadcast privately
};

}  // namespace pappus::peer
