// Blocks or segments that are being downloaded.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/integration/sync/limits.hpp>
#include <pappus/integration/sync/open_requests.hpp>
#include <pappus/integration/sync/sync_action.hpp>
#include <pappus/integration/sync/sync_peers.hpp>
#include <pappus/io/time.hpp>

namespace pappus::integration {

/// Items, each requested from one peer, and from further ones when that is late, until it has arrived and was imported.
/// They count in bytes from when they are requested. `Name` tells the items apart. All functions are O(items times
/// requests).
template <class Name>
class download_window {
public:
  struct item {
    Name name;
    std::vector<std::uint64_t> asked = {};  // peers, not to be asked again for a while
    std::optional<sync_ticket> arrived = {};
    std::uint64_t source = 0;  // the peer that sent it
    std::size_t counted = 0;   // bytes that count
    io::time_point not_before = io::time_point::min();
  };
  using iterator = typename std::deque<item>::iterator;

  /// References outlive it. `assumed_size`: bytes that an item counts until it has arrived.
  download_window(sync_peers& peers, sync_peers::actions& to_do, sync_kind kind, std::size_t assumed_size)
      : peers_(peers), to_do_(to_do), kind_(kind), assumed_size_(assumed_size), open_(peers, kind) {}

  [[nodiscard]] std::deque<item>& items() noexcept { return items_; }
  [[nodiscard]] const std::deque<item>& items() const noexcept { return items_; }
  void add(const Name& name) { items_.push_back({name}); }
  /// Nothing is kept of it; its content is to be discarded by the caller.
  iterator remove(iterator which) {
    count(*which, 0);
    return items_.erase(which);
  }
  /// The item whose content came with that ticket, or the end.
  [[nodiscard]] iterator with_content(sync_ticket which) {
    return std::find_if(items_.begin(), items_.end(), [which](const item& each) { return each.arrived == which; });
  }

  /// The first item whose content is here, or the end.
  [[nodiscard]] iterator first_arrived() {
    return std::find_if(items_.begin(), items_.end(), [](const item& each) { return each.arrived.has_value(); });
  }

  /// False if the ticket is none of its requests. Content that is not needed is discarded.
  [[nodiscard]] bool received(io::time_point now, sync_ticket which, std::size_t bytes) {
    const auto answered = open_.answered(now, which);
    if (!answered) return false;
    const io::duration passed = std::min<io::duration>(now - std::exchange(last_received_, now), limits::max_deadline);
    interval_ = (interval_ * 31 + passed) / 32;
    item* const wanted = find(answered->name);
    if (wanted == nullptr || wanted->arrived) {
      wasted_ += bytes;
      to_do_.push_back(sync_action::discard{which});
      return true;
    }
    count(*wanted, bytes);
    wanted->arrived = which;
    wanted->source = answered->peer;
    return true;
  }
  [[nodiscard]] bool unanswered(io::time_point now, sync_ticket which) {
    const auto ended = open_.unanswered(now, which);
    if (!ended) return false;
    item* const wanted = find(ended->name);
    if (wanted != nullptr && !wanted->arrived && !has_open(*wanted)) count(*wanted, 0);
    return true;
  }

  /// Discards the content of an item, which is requested again.
  void waste(item& which) {
    wasted_ += which.counted;
    to_do_.push_back(sync_action::discard{*which.arrived});
    which.arrived.reset();
    count(which, 0);
  }
  /// Forgets an item, and discards its content unless that is being imported.
  iterator forget(iterator which, std::optional<sync_ticket> importing) {
    if (which->arrived && which->arrived != importing) waste(*which);
    return remove(which);
  }
  /// Forgets all items.
  void clear(std::optional<sync_ticket> importing) {
    while (!items_.empty()) forget(items_.begin(), importing);
  }

  /// Requests an item from a peer that `select` chooses of those that suit a predicate, and orders what `order` makes
  /// of the peer and the ticket. `ahead`: how many items are needed before this one. False if no peer can be asked for
  /// this item, nor for another.
  template <class Select, class Order>
  [[nodiscard]] bool request(io::time_point now, item& which, std::size_t ahead, sync_ticket& tickets, Select select,
                             Order order) {
    const io::duration needed_in =
        which.asked.empty() ? interval_ * static_cast<io::duration::rep>(ahead) : io::duration::max();
    const auto chosen = select(
        [&which](std::uint64_t peer) {
          return std::find(which.asked.begin(), which.asked.end(), peer) == which.asked.end();
        },
        needed_in);
    if (!chosen) {
      // If every peer was asked for it in vain, they are asked again later.
      const bool can_ask_again = select([](std::uint64_t) { return true; }, io::duration::max()).has_value();
      if (can_ask_again && !which.asked.empty() && !has_open(which)) {
        which.asked.clear();
        which.not_before = io::saturating_add(now, limits::block_retry_delay);
      }
      return can_ask_again;
    }
    which.asked.push_back(*chosen);
    open_.add(now, {{++tickets, *chosen, {}, {}}, which.name});
    count(which, assumed_size_);
    to_do_.push_back(order(tickets, *chosen));
    return true;
  }

  /// Whether a response may still be waited for. If all are late, another peer is asked: for an urgent item at once,
  /// for another one when the peers that were asked are not asked any more.
  [[nodiscard]] bool is_awaited(const item& which, bool urgent, io::time_point now) const {
    return open_.any([&](const request_for& each) {
      return each.name == which.name && !peers_.is_paused(each.peer, now) && (!each.late || !urgent);
    });
  }

  /// To be called before anything is requested.
  void check_late(io::time_point now) {
    const bool all_are_late = open_.check_late(now) && in_time() == 0;
    if (all_are_late) peers_.extend_deadlines(kind_);
  }
  /// When `check_late` is to be called, or an item can be requested again.
  [[nodiscard]] io::time_point next_due(io::time_point now) const noexcept {
    io::time_point due = open_.next_due();
    for (const item& each : items_) {
      if (!each.arrived && now < each.not_before) due = std::min(due, each.not_before);
    }
    return due;
  }

  [[nodiscard]] std::size_t in_flight() const noexcept { return open_.size(); }
  /// Requests under way, and items that are kept or may be requested next.
  [[nodiscard]] std::size_t tickets() const noexcept { return open_.size() + items_.size(); }
  /// Requests whose responses are not late.
  [[nodiscard]] std::size_t in_time() const {
    return open_.count([](const request_for& each) { return !each.late; });
  }
  /// Bytes of items that wait to be imported, and the assumed size of each that is requested.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t assumed_size() const noexcept { return assumed_size_; }
  /// Bytes of items that were received and not imported.
  [[nodiscard]] std::uint64_t wasted() const noexcept { return wasted_; }

private:
  struct request_for : open_request {
    Name name;
  };

  [[nodiscard]] item* find(const Name& name) {
    const auto found =
        std::find_if(items_.begin(), items_.end(), [&name](const item& each) { return each.name == name; });
    return found == items_.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool has_open(const item& which) const {
    return open_.any([&which](const request_for& each) { return each.name == which.name; });
  }
  void count(item& which, std::size_t bytes) noexcept {
    bytes_ = bytes_ - which.counted + bytes;
    which.counted = bytes;
  }

  sync_peers& peers_;
  sync_peers::actions& to_do_;
  sync_kind kind_;
  std::size_t assumed_size_;
  std::deque<item> items_;
  open_requests<request_for> open_;
  std::size_t bytes_ = 0;
  std::uint64_t wasted_ = 0;
  io::time_point last_received_ = io::time_point{};
  io::duration interval_{};  // between two responses, exponentially weighted
};

}  // namespace pappus::integration
