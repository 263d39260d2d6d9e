// How often peers were asked for what they had announced, and stayed silent: scores that fade, by account.
#pragma once

#include <cstddef>
#include <map>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/fading.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {

/// A score grows by one each time, up to `limits::max_silence_score`, and halves in `limits::silence_half_life`. They
/// decide who is asked first, and nothing else. In memory, bounded, and outlasting sessions.
class silence_scores {
public:
  explicit silence_scores(std::size_t most = limits::max_silence_scores) noexcept : most_(most) {}

  /// Where too many have a score, the smallest is forgotten; where there is no memory for one, it is not remembered.
  /// O(log n), O(n) then.
  void add(io::endpoint account, io::time_point now) noexcept;

  /// How silent it has been lately: 0 for not at all, and one more for each doubling of the score. O(log n).
  [[nodiscard]] unsigned level(io::endpoint account, io::time_point now) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return scores_.size(); }

private:
  void make_room(io::time_point now);

  std::size_t most_;
  std::map<io::endpoint, decaying_score> scores_;
};

}  // namespace pappus::peer
