// How badly one who answers for sessions has behaved, and what it costs: points that fade with time, in memory alone.
#pragma once

#include <pappus/io/time.hpp>
#include <pappus/peer/decaying_score.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {

/// Points halve in `limits::score_half_life`. With `limits::discouraging_score` of them it is discouraged, and they are
/// spent. Then it is refused for a while: `limits::refusal_first`, twice as long each time, `limits::refusal_longest`
/// at most; what the next refusal is made from halves in `limits::refusal_half_life`. It stays discouraged until that
/// is worth less than half of the first, for one that has been so once as long as that half-life.
class misbehavior_scores {
public:
  /// Adds points; true if it is discouraged for these.
  bool add(double points, io::time_point now) noexcept;
  /// As if it had made enough points at once.
  void discourage(io::time_point now) noexcept;

  [[nodiscard]] double score(io::time_point now) const noexcept { return score_.at(now); }
  /// Whether nobody who comes is listened to.
  [[nodiscard]] bool refuses(io::time_point now) const noexcept { return now < refused_until_; }
  [[nodiscard]] bool discourages(io::time_point now) const noexcept;
  /// The same for a session that began then: nothing that was open before is held responsible.
  [[nodiscard]] bool discourages(io::time_point began, io::time_point now) const noexcept {
    return began >= discouraged_since_ && discourages(now);
  }

  /// Whether there is nothing left to remember.
  [[nodiscard]] bool settled(io::time_point now) const noexcept { return score_.at(now) < 1 && !discourages(now); }
  /// Is as bad as the worse of both from now on.
  void join(const misbehavior_scores& other, io::time_point now) noexcept;

private:
  decaying_score score_{limits::score_half_life};
  decaying_score refusal_{limits::refusal_half_life};  // the latest, in seconds
  io::time_point refused_until_ = io::time_point::min();
  io::time_point discouraged_since_{};
};

}  // namespace pappus::peer
