// Scores of peers that did not send transactions that they had announced; they decay, by account.
#pragma once

#include <cstddef>
#include <map>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/decaying_score.hpp>
#include <pappus/peer/relay/limits.hpp>

namespace pappus::peer {

/// A score grows by one each time, up to `limits::max_silence_score`, and halves in `limits::silence_half_life`. Scores
/// only affect from whom transactions are requested first. In memory only, bounded, and kept beyond sessions.
class silence_scores {
public:
  explicit silence_scores(std::size_t max = limits::max_silence_scores) noexcept : max_(max) {}

  /// With too many scores the smallest is forgotten; without memory for a new one it is not recorded. O(log n); O(n)
  /// when one is forgotten.
  void add(io::endpoint account, io::time_point now) noexcept;

  /// Level of the account's score: 0 for less than 0.5, and one more for each doubling from there. O(log n).
  [[nodiscard]] unsigned level(io::endpoint account, io::time_point now) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return scores_.size(); }

private:
  void make_room(io::time_point now);

  std::size_t max_;
  std::map<io::endpoint, decaying_score> scores_;
};

}  // namespace pappus::peer
