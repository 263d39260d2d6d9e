// Misbehavior score of an account and its consequences: decaying points, in memory only.
#pragma once

#include <pappus/io/time.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/decaying_score.hpp>

namespace pappus::peer {

/// Points halve in `limits::misbehavior_half_life`. At `limits::discouragement_score` points the account is
/// discouraged, and the points are reset. Its connections are then refused for a period: `limits::min_refusal_time`,
/// doubled each time, at most `limits::max_refusal_time`. The length from which the next is computed halves in
/// `limits::refusal_half_life`. The account stays discouraged until that length is half of `limits::min_refusal_time`:
/// after the first discouragement for one such half-life.
class misbehavior_scores {
public:
  /// Adds points; true if they make the account discouraged.
  bool add(double points, io::time_point now) noexcept;
  /// Discourages the account, as if enough points had been added.
  void discourage(io::time_point now) noexcept;

  [[nodiscard]] double score(io::time_point now) const noexcept { return score_.at(now); }
  /// Whether new connections are refused.
  [[nodiscard]] bool refuses(io::time_point now) const noexcept { return now < refused_until_; }
  [[nodiscard]] bool discourages(io::time_point now) const noexcept;
  /// The same for a session that began at `started_at`: sessions open before the discouragement are not affected.
  [[nodiscard]] bool discourages(io::time_point started_at, io::time_point now) const noexcept {
    return started_at >= discouraged_since_ && discourages(now);
  }

  /// Whether there is nothing left to remember: less than one point, and no discouragement.
  [[nodiscard]] bool is_idle(io::time_point now) const noexcept { return score_.at(now) < 1 && !discourages(now); }
  /// Merges `other`: takes the worse of both in each respect.
  void merge(const misbehavior_scores& other, io::time_point now) noexcept;

private:
  decaying_score score_{limits::misbehavior_half_life};
  decaying_score refusal_seconds_{limits::refusal_half_life};  // length of the latest refusal, in seconds
  io::time_point refused_until_ = io::time_point::min();
  io::time_point discouraged_since_{};
};

}  // namespace pappus::peer
