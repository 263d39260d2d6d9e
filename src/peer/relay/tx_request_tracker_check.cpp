// Invariants of the tracker, recomputed from the announcements alone.
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>

#include <pappus/peer/relay/limits.hpp>
#include <pappus/peer/relay/tx_request_tracker.hpp>

namespace pappus::peer {
namespace {

void require(bool holds, const char* tx) {
  if (!holds) throw std::logic_error(std::string{"tx_request_tracker: "} + tx);
}

/// Sums for one peer, or for all.
struct sum {
  std::size_t announcements = 0;
  std::size_t candidates = 0;
  std::size_t requests = 0;
};

template <class List>
std::size_t length_of(const List& list) {
  std::size_t length = 0;
  list.for_each([&length](const auto&) { ++length; });
  return length;
}

}  // namespace

void tx_request_tracker::sanity_check() const {
  std::map<std::uint64_t, sum> by_peer;
  sum all;
  for (const auto& [kernel, each] : transactions_) {
    std::size_t delayed = 0;
    std::size_t candidates = 0;
    std::size_t in_flight = 0;
    std::size_t yielding = 0;
    for (const auto& [peer, one] : each.announcements) {
      const bool is_candidate = one.at == state::candidate;
      const bool is_requested = one.at == state::requested;
      const bool is_under_way = is_requested || one.at == state::received;
      sum& of_peer = by_peer[peer];
      for (sum* const to : {&of_peer, &all}) {
        ++to->announcements;
        to->candidates += is_candidate ? 1 : 0;
        to->requests += is_requested ? 1 : 0;
      }
      delayed += one.at == state::delayed ? 1 : 0;
      candidates += is_candidate ? 1 : 0;
      in_flight += is_under_way ? 1 : 0;
      yielding += one.yields ? 1 : 0;
      require(&one.tx == &each && one.source.info.peer == peer, "an announcement is where it does not belong");
      require(one.armed() == (is_under_way || one.at == state::delayed),
              "a timer is armed although nothing is waited for, or the reverse");
      require(!one.yields || (is_requested && !one.source.info.preferred),
              "one that does not hold back anybody yields");
      require(!one.silent || one.at == state::completed, "one that may still answer is silent");
      require(one.at != state::requested || one.round <= each.round, "one was asked in a round that is to come");
      const bool accepts_requests =
          is_candidate && one.source.accepts_requests() && each.has_room_for(one.source.info.preferred);
      require(!accepts_requests, "a peer could be asked and is not");
    }
    require(each.kernel == kernel, "a transaction is where it does not belong");
    require(each.delayed == delayed, "delayed announcements");
    require(each.candidates == candidates, "candidates");
    require(each.in_flight == in_flight, "requests for a transaction");
    require(each.yielding == yielding, "requests that hold back nobody");
    require(each.armed() == !each.is_open(), "a transaction is forgotten too soon, or never");
    require(std::size_t{1} << each.round <= limits::max_parallel_requests, "too many parallel requests");
    require(!each.is_ready, "a transaction has not been looked at");
  }
  for (const auto& [peer, each] : members_) {
    const sum& rank_of_each = by_peer[peer];
    require(each.info.peer == peer, "a peer is where it does not belong");
    require(each.announcements == rank_of_each.announcements, "announcements of a peer");
    require(each.announcements <= limits::max_announcements_per_peer, "too many announcements of a peer");
    require(each.requests == rank_of_each.requests, "requests to a peer");
    require(each.requests <= limits::max_tx_requests_per_peer, "too many requests to a peer");
    require(length_of(each.candidates) == rank_of_each.candidates, "candidates of a peer");
    require(length_of(each.others) == rank_of_each.announcements - rank_of_each.candidates,
            "other announcements of a peer");
    require(!each.is_free, "a peer has not been looked at");
  }
  require(by_peer.size() == members_.size(), "a peer without announcements, or announcements without a peer");
  require(ready_.empty() && free_.empty(), "there is something to do");
  require(counted_.announcements == all.announcements, "announcements");
  require(counted_.in_flight == all.requests, "requests");
}

}  // namespace pappus::peer
