#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <new>

#include <pappus/peer/silence_scores.hpp>

namespace pappus::peer {
namespace {

/// Below it nothing is left of a score.
constexpr double least = 0.5;

}  // namespace

void silence_scores::add(io::endpoint account, io::time_point now) noexcept {
  if (records_.size() >= most_ && !records_.contains(account)) make_room(now);
  try {
    record& its = records_.try_emplace(account, record{0, now}).first->second;
    its.score = std::min(its.faded(now) + 1, limits::max_silence_score);
    its.at = now;
  } catch (const std::bad_alloc&) {  // it is not remembered
  }
}

unsigned silence_scores::level(io::endpoint account, io::time_point now) const noexcept {
  const auto found = records_.find(account);
  if (found == records_.end()) return 0;
  return static_cast<unsigned>(std::bit_width(static_cast<unsigned>(found->second.faded(now) / least)));
}

double silence_scores::record::faded(io::time_point now) const noexcept {
  using half_lives = std::chrono::duration<double>;
  return score * std::exp2(-half_lives{now - at} / half_lives{limits::silence_half_life});
}

void silence_scores::make_room(io::time_point now) {
  std::erase_if(records_, [now](const auto& each) { return each.second.faded(now) < least; });
  if (records_.size() < most_) return;
  const auto smaller = [now](const auto& left, const auto& right) {
    return left.second.faded(now) < right.second.faded(now);
  };
  records_.erase(std::min_element(records_.begin(), records_.end(), smaller));
}

}  // namespace pappus::peer
