// State of private broadcast, for the operator of the node.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pappus::peer {

/// Counters of private broadcast since the node was made.
struct private_broadcast_statistics {
  std::uint64_t rounds = 0;          // of connections, one or more for each transaction
  std::uint64_t told = 0;            // peers that were sent a transaction
  std::uint64_t confirmed = 0;       // of these, peers that have answered the ping behind it
  std::uint64_t unreachable = 0;     // peers that could not be connected to
  std::uint64_t refused = 0;         // peers without a valid handshake, or a form for the transaction
  std::uint64_t proxy_failures = 0;  // connections that the proxy has not made, for a reason of its own
  std::uint64_t no_peer = 0;         // connections not made: no other peer is known
};

/// For the node's operator only: it reveals private transactions.
struct private_broadcast_status {
  std::size_t transactions = 0;          // not public yet
  std::size_t bytes = 0;                 // of these
  std::size_t connections = 0;           // open or being made
  bool stalled = false;                  // the last round has reached no peer: is the proxy there?
  private_broadcast_statistics counted;  // since the node was made
};

}  // namespace pappus::peer
