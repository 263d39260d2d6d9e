#include <algorithm>
#include <chrono>
#include <cmath>

#include <pappus/peer/admission/misbehaviour.hpp>

namespace pappus::peer {

double misbehaviour::record::faded(io::time_point now) const noexcept {
  using seconds = std::chrono::duration<double>;
  const io::duration age = std::max(io::saturating_sub(now, at), io::duration::zero());
  return score * std::exp2(-(seconds{age} / seconds{limits::score_half_life}));
}

consequence misbehaviour::add(io::endpoint who, double points, io::time_point now) {
  if (!records_.contains(who) && records_.size() >= most_) forget_least(now);
  record& its = records_[who];
  its.score = its.faded(now) + points;
  its.at = now;
  if (its.score >= limits::ban_score) return consequence::ban;
  if (its.score < limits::discouraging_score) return consequence::none;
  its.discouraged_until = io::later(now, limits::discouraged);
  return consequence::discouragement;
}

/// Who is discouraged is kept before others.
void misbehaviour::forget_least(io::time_point now) {
  const auto worth = [now](const auto& each) {
    return std::pair{each.second.discouraged_until > now, each.second.faded(now)};
  };
  const auto least = std::ranges::min_element(records_, {}, worth);
  if (least == records_.end()) return;
  records_.erase(least);
  ++forgotten_;
}

double misbehaviour::score(io::endpoint who, io::time_point now) const noexcept {
  const auto found = records_.find(who);
  return found == records_.end() ? 0 : found->second.faded(now);
}

bool misbehaviour::discourages(io::endpoint who, io::time_point now) const noexcept {
  const auto found = records_.find(who);
  return found != records_.end() && found->second.discouraged_until > now;
}

bool misbehaviour::discourages(io::ipv4_address address, io::time_point now) const noexcept {
  for (auto each = records_.lower_bound({address, 0}); each != records_.end(); ++each) {
    if (each->first.address != address) return false;
    if (each->second.discouraged_until > now) return true;
  }
  return false;
}

}  // namespace pappus::peer
