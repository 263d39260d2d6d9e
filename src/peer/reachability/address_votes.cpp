#include <algorithm>

#include <pappus/peer/reachability/address_votes.hpp>
#include <pappus/peer/reachability/limits.hpp>

namespace pappus::peer {

void address_votes::add(std::uint64_t netgroup, const ip_address& address, io::time_point now) {
  votes_.reserve(limits::max_address_votes + 1);
  drop_expired(now);
  const auto before = std::ranges::find(votes_, netgroup, &vote::netgroup);
  if (before != votes_.end() && before->address != address) return elect();
  if (before != votes_.end()) votes_.erase(before);
  votes_.push_back({netgroup, address, now});
  if (votes_.size() > limits::max_address_votes) votes_.erase(votes_.begin());
  elect();
}

void address_votes::expire(io::time_point now) {
  drop_expired(now);
  elect();
}

void address_votes::drop_expired(io::time_point now) {
  std::erase_if(votes_, [now](const vote& each) { return now - each.at >= limits::address_vote_lifetime; });
}

void address_votes::elect() {
  if (const auto chosen = majority()) elected_ = chosen;
  else if (elected_ && votes_for(*elected_) == 0) elected_.reset();
}

/// By the algorithm of Boyer and Moore: of an address with more than half of the votes some vote is not met by one for
/// another address.
std::optional<ip_address> address_votes::majority() const noexcept {
  std::optional<ip_address> candidate;
  std::size_t unmet = 0;
  for (const vote& each : votes_) {
    if (unmet == 0) candidate = each.address;
    if (candidate == each.address) ++unmet;
    else --unmet;
  }
  if (!candidate) return std::nullopt;
  const std::size_t count = votes_for(*candidate);
  const bool is_elected = count >= limits::min_address_votes && 2 * count > votes_.size();
  return is_elected ? candidate : std::nullopt;
}

std::size_t address_votes::votes_for(const ip_address& address) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(votes_, address, &vote::address));
}

}  // namespace pappus::peer
