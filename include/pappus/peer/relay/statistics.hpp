// Statistics of the requests for transactions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pappus::peer {

struct tx_request_statistics {
  std::uint64_t requested = 0;            // requests for transactions
  std::uint64_t unanswered = 0;           // of those, not answered in time
  std::uint64_t late = 0;                 // of those, answered afterwards
  std::uint64_t rejected = 0;             // of the answers, those that the adapter has rejected
  std::uint64_t dropped = 0;              // announcements beyond the limit for a peer
  std::uint64_t undelivered = 0;          // announcements of transactions that no announcer has sent
  std::size_t in_flight = 0;              // requests now
  std::size_t announcements = 0;          // remembered now
  std::size_t unresponsive_accounts = 0;  // accounts with a score for requests that timed out, now
};

}  // namespace pappus::peer
