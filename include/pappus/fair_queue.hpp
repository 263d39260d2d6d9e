// Queue that serves its sources in turn, so that a source with many items does not delay the others.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace pappus {

/// First in, first out within each source. Every other turn goes round robin (Nagle, RFC 970), which no source can take
/// from another. The turns between go to the source with the fewest waiting items (shortest queue first, Carofiglio and
/// Muscariello, "On the impact of TCP and per-flow scheduling on Internet performance", 2010), so that a source with
/// few items hardly waits, even if they are slightly more than its share. `Source` is compared with `==`. Memory grows
/// to the largest number of items that have waited at once, and is reused. Operations are O(waiting sources).
template <class T, class Source>
class fair_queue {
public:
  /// Waiting items of one source, and the sum of their sizes.
  struct backlog {
    std::size_t items = 0;
    std::size_t size = 0;
  };

  [[nodiscard]] bool empty() const noexcept { return items_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return items_; }
  [[nodiscard]] backlog share_of(Source source) const noexcept {
    const auto found = std::ranges::find(flows_, source, &flow::source);
    return found == flows_.end() ? backlog{} : found->waiting;
  }

  /// Strong exception guarantee: nothing changes if memory allocation fails.
  void push(Source source, std::size_t size, T item) {
    if (free_ == none) add_slot();
    flow& into = flow_of(source);
    const std::uint32_t place = free_;
    free_ = std::exchange(slots_[place].next, none);
    slots_[place].item = std::move(item);
    slots_[place].size = size;
    (into.waiting.items == 0 ? into.first : slots_[into.last].next) = place;
    into.last = place;
    ++into.waiting.items;
    into.waiting.size += size;
    ++items_;
  }

  /// The next item. Requires `!empty()`, like `pop_front`. A `push` may change which item is next.
  [[nodiscard]] const T& front() const noexcept { return slots_[flows_[next_flow()].first].item; }

  T pop_front() noexcept {
    const std::size_t which = next_flow();
    flow& from = flows_[which];
    const std::uint32_t place = from.first;
    slot& served = slots_[place];
    T item = std::exchange(served.item, T{});
    from.first = std::exchange(served.next, std::exchange(free_, place));
    --from.waiting.items;
    from.waiting.size -= served.size;
    --items_;
    end_turn(which);
    return item;
  }

  /// Whether the predicate is true for any item. O(items).
  template <class Predicate>
  [[nodiscard]] bool any_of(Predicate is_it) const {
    const auto waits = [&](const flow& each) {
      for (std::uint32_t place = each.first; place != none; place = slots_[place].next) {
        if (is_it(slots_[place].item)) return true;
      }
      return false;
    };
    return std::ranges::any_of(flows_, waits);
  }

private:
  static constexpr std::uint32_t none = UINT32_MAX;

  struct slot {
    T item{};
    std::size_t size = 0;
    std::uint32_t next = none;  // next slot of the same source, or next free slot
  };
  struct flow {
    Source source;
    backlog waiting;
    std::uint32_t first = none;
    std::uint32_t last = none;
  };

  /// A new flow is the last of the round.
  flow& flow_of(Source source) {
    const auto found = std::ranges::find(flows_, source, &flow::source);
    if (found != flows_.end()) return *found;
    const auto added = flows_.insert(flows_.begin() + static_cast<std::ptrdiff_t>(turn_), flow{source, {}, none, none});
    if (flows_.size() != 1) ++turn_;
    return *added;
  }

  void add_slot() {
    slots_.emplace_back();
    free_ = static_cast<std::uint32_t>(slots_.size() - 1);
  }

  [[nodiscard]] std::size_t next_flow() const noexcept {
    if (in_round_) return turn_;
    const auto shorter = [](const flow& left, const flow& right) { return left.waiting.items < right.waiting.items; };
    return static_cast<std::size_t>(std::ranges::min_element(flows_, shorter) - flows_.begin());
  }

  void end_turn(std::size_t of) noexcept {
    if (in_round_) ++turn_;
    in_round_ = !in_round_;
    if (flows_[of].waiting.items == 0) {
      flows_.erase(flows_.begin() + static_cast<std::ptrdiff_t>(of));
      if (of < turn_) --turn_;
    }
    if (turn_ >= flows_.size()) turn_ = 0;
  }

  std::vector<flow> flows_;  // those with waiting items, in the order of the round
  std::size_t turn_ = 0;     // index of the next flow of the round
  bool in_round_ = true;     // whether the next turn is the round's; otherwise it is that of the shortest flow
  std::vector<slot> slots_;
  std::uint32_t free_ = none;  // first free slot
  std::size_t items_ = 0;
};

}  // namespace pappus
