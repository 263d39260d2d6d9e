#include <algorithm>
#include <bit>
#include <new>

#include <pappus/peer/relay/limits.hpp>
#include <pappus/peer/relay/silence_scores.hpp>

namespace pappus::peer {
namespace {

/// A score below this counts as none.
constexpr double least = 0.5;

}  // namespace

void silence_scores::add(io::endpoint account, io::time_point now) noexcept {
  if (scores_.size() >= max_ && !scores_.contains(account)) make_room(now);
  try {
    decaying_score& score = scores_.try_emplace(account, limits::silence_half_life).first->second;
    score.set(std::min(score.at(now) + 1, limits::max_silence_score), now);
  } catch (const std::bad_alloc&) {  // not recorded
  }
}

unsigned silence_scores::level(io::endpoint account, io::time_point now) const noexcept {
  const auto found = scores_.find(account);
  if (found == scores_.end()) return 0;
  return static_cast<unsigned>(std::bit_width(static_cast<unsigned>(found->second.at(now) / least)));
}

void silence_scores::make_room(io::time_point now) {
  std::erase_if(scores_, [now](const auto& each) { return each.second.at(now) < least; });
  if (scores_.size() < max_) return;
  scores_.erase(std::ranges::min_element(scores_, {}, [now](const auto& each) { return each.second.at(now); }));
}

}  // namespace pappus::peer
