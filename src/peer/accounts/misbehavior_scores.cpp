#include <algorithm>
#include <chrono>

#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/accounts/misbehavior_scores.hpp>

namespace pappus::peer {
namespace {

using seconds = std::chrono::duration<double>;

constexpr double first_refusal = seconds{limits::min_refusal_time}.count();
constexpr double longest = seconds{limits::max_refusal_time}.count();

}  // namespace

bool misbehavior_scores::add(double points, io::time_point now) noexcept {
  score_.add(points, now);
  if (score_.at(now) < limits::discouragement_score) return false;
  discourage(now);
  return true;
}

void misbehavior_scores::discourage(io::time_point now) noexcept {
  if (!discourages(now)) discouraged_since_ = now;
  score_.set(0, now);
  refusal_seconds_.set(std::clamp(2 * refusal_seconds_.at(now), first_refusal, longest), now);
  const io::duration length{seconds{refusal_seconds_.at(now)}};
  refused_until_ = std::max(refused_until_, io::saturating_add(now, length));
}

bool misbehavior_scores::discourages(io::time_point now) const noexcept {
  return refusal_seconds_.at(now) > first_refusal / 2;
}

void misbehavior_scores::merge(const misbehavior_scores& other, io::time_point now) noexcept {
  const bool before = discourages(now);
  if (other.discourages(now)) {
    discouraged_since_ = before ? std::min(discouraged_since_, other.discouraged_since_) : other.discouraged_since_;
  }
  score_.raise_to(other.score_, now);
  refusal_seconds_.raise_to(other.refusal_seconds_, now);
  refused_until_ = std::max(refused_until_, other.refused_until_);
}

}  // namespace pappus::peer
