// Statistics of the message handlers.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/peer/relay/statistics.hpp>

namespace pappus::peer {

struct relay_statistics : tx_request_statistics {
  std::uint64_t received = 0;          // transactions, whether new or not
  std::uint64_t relayed = 0;           // transactions relayed
  std::uint64_t stems_over_limit = 0;  // dropped: beyond what their address may send on the stem in an epoch
  std::size_t stem_accounts = 0;       // addresses and netgroups for which that is counted in this epoch
};

struct chain_statistics {
  std::uint64_t requests = 0;        // requests of peers
  std::uint64_t answered = 0;        // of those
  std::uint64_t quota_exceeded = 0;  // of those, not answered: quota used up, and too many requests wait already
  std::uint64_t received = 0;        // unrequested headers, compact blocks and blocks
};

struct address_relay_statistics {
  std::uint64_t requests = 0;                  // requests of peers
  std::uint64_t answered = 0;                  // of these; others came from peers with full send queues
  std::uint64_t rate_limited = 0;              // of these, not answered because they came too often
  std::uint64_t received = 0;                  // addresses received from any peer
  std::uint64_t added = 0;                     // of these, new in the address book
  std::uint64_t unsolicited_rate_limited = 0;  // of these, unrequested and above the rate limit
  std::uint64_t refused = 0;                   // of these, at ports of other services
};

}  // namespace pappus::peer
