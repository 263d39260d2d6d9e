#include <algorithm>

#include <pappus/peer/dandelion/stem_routes.hpp>

namespace pappus::peer {
namespace {

/// Draws of one route per epoch, count: the first one, and one more when its relay has disconnected.
constexpr std::size_t most_draws = 2;

/// Purposes of the keyed hash: the route of a source; and the relay of a route, where the number of the route is added.
constexpr std::uint64_t a_route = 0;
constexpr std::uint64_t a_relay = 1;

}  // namespace

void stem_routes::begin_epoch(const keyed_hash::key& secret) {
  draw_hash_ = keyed_hash{secret};
  routes_.assign(routes_.size(), {});
}

/// All routes are drawn when the first one is needed; otherwise the draws would reveal which one was needed first.
std::optional<std::uint64_t> stem_routes::relay_for(std::uint64_t source) {
  for (route& each : routes_) {
    if (each.drawn == 0) draw(each);
  }
  route& taken = route_of(source);
  if (!works(taken)) draw(taken);
  if (!works(taken) || taken.relay->peer == source) return std::nullopt;
  return taken.relay->peer;
}

std::vector<std::uint64_t> stem_routes::relays() const {
  std::vector<std::uint64_t> now;
  for (const route& each : routes_) {
    if (works(each)) now.push_back(each.relay->peer);
  }
  return now;
}

stem_routes::route& stem_routes::route_of(std::uint64_t source) noexcept {
  return routes_[draw_hash_(a_route, source) % routes_.size()];
}

bool stem_routes::works(const route& chosen) const {
  return chosen.relay && outbound_.is_connected(chosen.relay->peer);
}

/// Selects the candidate with the largest keyed hash (rendezvous hashing, Thaler and Ravishankar 1998). If there is no
/// candidate, and no other route with a connected relay, nothing changes and no draw is counted: a relay may connect
/// later.
void stem_routes::draw(route& into) {
  if (into.drawn == most_draws) return;
  std::vector<stem_relay> candidates = outbound_.candidates();
  std::erase_if(candidates, [&](const stem_relay& each) {
    return std::ranges::any_of(routes_, [&](const route& other) { return &other != &into && !is_apart(each, other); });
  });
  const auto number = static_cast<std::uint64_t>(&into - routes_.data());
  const auto chance = [&](const stem_relay& each) { return draw_hash_(a_relay + number, each.peer); };
  std::optional<stem_relay> drawn;
  if (!candidates.empty()) {
    drawn = *std::ranges::max_element(candidates, {}, chance);
  } else {
    const auto other = std::ranges::find_if(routes_, [this](const route& each) { return works(each); });
    if (other != routes_.end()) drawn = other->relay;
  }
  if (!drawn) return;
  into.relay = drawn;
  ++into.drawn;
}

bool stem_routes::is_apart(const stem_relay& candidate, const route& from) const {
  if (!works(from)) return true;
  return from.relay->peer != candidate.peer && !(distinct_netgroups_ && from.relay->netgroup == candidate.netgroup);
}

}  // namespace pappus::peer
