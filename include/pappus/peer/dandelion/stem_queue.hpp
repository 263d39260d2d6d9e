// Queue of transactions that wait for a route: the node's own first, then the sources in turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>

#include <pappus/peer/dandelion/stem_routes.hpp>
#include <pappus/peer/dandelion/stem_table.hpp>
#include <pappus/ring_buffer.hpp>

namespace pappus::peer {

/// Queues transactions by source, first in, first out within each source.
class stem_queue {
public:
  /// At most `max` transactions of each source wait; the number of the node's own is not limited.
  explicit stem_queue(std::size_t max) noexcept : max_(max) {}

  /// False if `max` transactions of that source wait already.
  [[nodiscard]] bool push(std::uint64_t source, stem_ticket ticket) {
    if (source == stem_routes::ourselves) {
      ours_.push_back(ticket);
      return true;
    }
    if (const auto found = others_.find(source); found != others_.end() && found->second.size() >= max_) return false;
    others_[source].push_back(ticket);
    return true;
  }

  [[nodiscard]] bool empty() const noexcept { return ours_.empty() && others_.empty(); }

  /// Calls `done(source, ticket)` for the first transaction of a source and removes it if `done` returns true; `done`
  /// returns false if it must still wait. First for the node's own, until one must wait; then for the other sources in
  /// turn, beginning after the one served last, until the first transactions of all of them must wait.
  template <class Done>
  void serve(Done done) {
    while (!ours_.empty() && done(stem_routes::ourselves, ours_.front())) ours_.pop_front();
    auto next = others_.upper_bound(served_);
    for (std::size_t must_wait = 0; must_wait < others_.size();) {
      if (next == others_.end()) next = others_.begin();
      auto& [source, waiting] = *next;
      if (!done(source, waiting.front())) {
        ++must_wait;
        ++next;
        continue;
      }
      must_wait = 0;
      served_ = source;
      waiting.pop_front();
      next = waiting.empty() ? others_.erase(next) : std::next(next);
    }
  }

private:
  std::size_t max_;
  ring_buffer<stem_ticket> ours_;
  std::map<std::uint64_t, ring_buffer<stem_ticket>> others_;  // none of them empty
  std::uint64_t served_ = 0;
};

}  // namespace pappus::peer
