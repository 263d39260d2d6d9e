// Requests of one kind that have no response yet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/integration/sync/sync_action.hpp>
#include <pappus/integration/sync/sync_peers.hpp>
#include <pappus/io/time.hpp>

namespace pappus::integration {

/// A request to a peer that has no response yet.
struct open_request {
  sync_ticket ticket;
  std::uint64_t peer;
  io::time_point asked_at;
  io::time_point due;  // from then on it is late
  bool late = false;
};

/// Keeps `sync_peers` up to date with what becomes of them. `Request` derives from `open_request`. All functions are
/// O(requests).
template <class Request>
class open_requests {
public:
  /// `peers` outlives it.
  open_requests(sync_peers& peers, sync_kind kind) noexcept : peers_(peers), kind_(kind) {}

  /// A request was sent; sets its times. Throws if there is no memory: then it is not added.
  void add(io::time_point now, Request sent) {
    sent.asked_at = now;
    sent.due = peers_.due(now, sent.peer, kind_);
    const std::uint64_t peer = sent.peer;
    open_.push_back(std::move(sent));
    peers_.sent(now, peer, kind_);
  }

  /// Removes a request, which has been answered or will not be. Nothing if there is none with that ticket.
  [[nodiscard]] std::optional<Request> answered(io::time_point now, sync_ticket which) {
    auto ended = take(which);
    if (ended) peers_.delivered(now, ended->peer, kind_, now - ended->asked_at, ended->late);
    return ended;
  }
  [[nodiscard]] std::optional<Request> unanswered(io::time_point now, sync_ticket which) {
    auto ended = take(which);
    if (!ended) return ended;
    if (!ended->late) peers_.late(now, ended->peer, kind_, ended->asked_at);
    peers_.not_delivered(ended->peer, kind_, true);
    return ended;
  }

  /// Whether any request has become late.
  [[nodiscard]] bool check_late(io::time_point now) {
    bool any = false;
    for (Request& each : open_) {
      if (each.late || now < each.due) continue;
      each.late = any = true;
      peers_.late(now, each.peer, kind_, each.asked_at);
    }
    return any;
  }
  /// When the next request becomes late.
  [[nodiscard]] io::time_point next_due() const noexcept {
    io::time_point due = io::never;
    for (const Request& each : open_) {
      if (!each.late) due = std::min(due, each.due);
    }
    return due;
  }

  [[nodiscard]] std::size_t size() const noexcept { return open_.size(); }
  template <class Predicate>
  [[nodiscard]] std::size_t count(Predicate matches) const {
    return static_cast<std::size_t>(std::count_if(open_.begin(), open_.end(), matches));
  }
  template <class Predicate>
  [[nodiscard]] bool any(Predicate matches) const {
    return std::any_of(open_.begin(), open_.end(), matches);
  }

private:
  std::optional<Request> take(sync_ticket which) {
    const auto found =
        std::find_if(open_.begin(), open_.end(), [which](const Request& each) { return each.ticket == which; });
    if (found == open_.end()) return std::nullopt;
    Request taken = std::move(*found);
    open_.erase(found);
    return taken;
  }

  sync_peers& peers_;
  sync_kind kind_;
  std::vector<Request> open_;
};

}  // namespace pappus::integration
