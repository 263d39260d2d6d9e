// Who waits for a route: our own before others, and others in turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>

#include <pappus/peer/dandelion/stem_routes.hpp>
#include <pappus/peer/dandelion/stem_table.hpp>
#include <pappus/ring_buffer.hpp>

namespace pappus::peer {

/// Transactions by the source that they have come from, each source's in the order in which they came.
class stem_queue {
public:
  /// At most `most` of each source wait, and our own without a bound.
  explicit stem_queue(std::size_t most) noexcept : most_(most) {}

  /// False if too many of that source wait already.
  [[nodiscard]] bool push(std::uint64_t source, stem_ticket which) {
    if (source == stem_routes::ourselves) {
      ours_.push_back(which);
      return true;
    }
    if (const auto found = others_.find(source); found != others_.end() && found->second.size() >= most_) return false;
    others_[source].push_back(which);
    return true;
  }

  [[nodiscard]] bool empty() const noexcept { return ours_.empty() && others_.empty(); }

  /// Calls `done(source, ticket)` for the first of each source, our own as often as it can, then others one by one and
  /// beginning behind the one that was the last to have its turn, until all that are left must wait: then it gives
  /// false.
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
  std::size_t most_;
  ring_buffer<stem_ticket> ours_;
  std::map<std::uint64_t, ring_buffer<stem_ticket>> others_;  // none of them empty
  std::uint64_t served_ = 0;
};

}  // namespace pappus::peer
