#include <algorithm>

#include <pappus/peer/dandelion/stem_routes.hpp>

namespace pappus::peer {
namespace {

/// A route is drawn at first, and moved once.
constexpr std::size_t most_draws = 2;

}  // namespace

void stem_routes::begin_epoch() {
  routes_.assign(count_, {});
  chosen_.clear();
  burnt_.clear();
}

std::optional<std::uint64_t> stem_routes::relay_for(std::uint64_t source) {
  route& taken = routes_[route_of(source)];
  if (!works(taken)) draw(taken);
  if (!works(taken) || taken.relay->peer == source) return std::nullopt;
  return taken.relay->peer;
}

void stem_routes::failed(std::uint64_t source, std::uint64_t relay) {
  route& taken = routes_[route_of(source)];
  if (!taken.relay || taken.relay->peer != relay) return;
  taken.failed = true;
  burnt_.push_back(relay);
}

std::vector<std::uint64_t> stem_routes::relays() const {
  std::vector<std::uint64_t> now;
  for (const route& each : routes_) {
    if (works(each)) now.push_back(each.relay->peer);
  }
  return now;
}

std::size_t stem_routes::route_of(std::uint64_t source) {
  const auto [found, is_new] = chosen_.try_emplace(source, 0);
  if (is_new) found->second = static_cast<std::size_t>(io::below(chance_, count_));
  return found->second;
}

bool stem_routes::works(const route& which) const {
  return which.relay && !which.failed && outbound_.is_there(which.relay->peer);
}

/// While nobody is there to be drawn the route stays what it was: a relay may come later.
void stem_routes::draw(route& into) {
  if (into.drawn == most_draws) return;
  std::vector<stem_relay> candidates = outbound_.all();
  std::erase_if(candidates, [&](const stem_relay& each) {
    return std::ranges::find(burnt_, each.peer) != burnt_.end() ||
           std::ranges::any_of(routes_, [&](const route& other) { return &other != &into && !is_apart(each, other); });
  });
  std::optional<stem_relay> drawn;
  if (!candidates.empty()) {
    drawn = candidates[static_cast<std::size_t>(io::below(chance_, candidates.size()))];
  } else {
    const auto other = std::ranges::find_if(routes_, [this](const route& each) { return works(each); });
    if (other != routes_.end()) drawn = other->relay;
  }
  if (!drawn) return;
  into.relay = drawn;
  into.failed = false;
  ++into.drawn;
}

bool stem_routes::is_apart(const stem_relay& candidate, const route& from) const {
  if (!works(from)) return true;
  return from.relay->peer != candidate.peer && !(apart_ && from.relay->netgroup == candidate.netgroup);
}

}  // namespace pappus::peer
