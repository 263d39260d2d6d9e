#include <algorithm>

#include <pappus/peer/dandelion/stem_routes.hpp>

namespace pappus::peer {
namespace {

/// A route is drawn at first, and moved once.
constexpr std::size_t most_draws = 2;

/// What is drawn: the route of a source, or the relay of one of the routes, which are counted from here on.
constexpr std::uint64_t a_route = 0;
constexpr std::uint64_t a_relay = 1;

}  // namespace

void stem_routes::begin_epoch(const keyed_hash::key& secret) {
  drawn_by_ = keyed_hash{secret};
  routes_.assign(routes_.size(), {});
}

/// All routes are drawn when the first is needed, or which was needed first would show in the others.
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
  return routes_[drawn_by_(a_route, source) % routes_.size()];
}

bool stem_routes::works(const route& which) const { return which.relay && outbound_.is_there(which.relay->peer); }

/// The candidate with the largest number, where each has one that is as good as random (rendezvous hashing, Thaler and
/// Ravishankar 1998). While nobody is there to be drawn the route stays what it was: a relay may come later.
void stem_routes::draw(route& into) {
  if (into.drawn == most_draws) return;
  std::vector<stem_relay> candidates = outbound_.all();
  std::erase_if(candidates, [&](const stem_relay& each) {
    return std::ranges::any_of(routes_, [&](const route& other) { return &other != &into && !is_apart(each, other); });
  });
  const auto number = static_cast<std::uint64_t>(&into - routes_.data());
  const auto chance = [&](const stem_relay& each) { return drawn_by_(a_relay + number, each.peer); };
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
  return from.relay->peer != candidate.peer && !(apart_ && from.relay->netgroup == candidate.netgroup);
}

}  // namespace pappus::peer
