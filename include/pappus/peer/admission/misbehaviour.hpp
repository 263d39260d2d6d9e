// How badly peers have behaved: scores that fade with time, in memory alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {

/// What a score leads to.
enum class consequence : std::uint8_t {
  none,
  discouragement,  // for `limits::discouraged`: not dialled, and the first to go when slots are full
  ban,             // it has come back and gone on
};

/// Scores of endpoints. A score halves in `limits::score_half_life`.
class misbehaviour {
public:
  explicit misbehaviour(std::size_t most = limits::offenders) noexcept : most_(most) {}

  /// Adds points to a score; says what this leads to, each time. Where too many have one, the smallest is forgotten.
  /// O(log n), O(n) then.
  consequence add(io::endpoint who, double points, io::time_point now);

  [[nodiscard]] double score(io::endpoint who, io::time_point now) const noexcept;

  /// Whether the peer there is discouraged, or any behind that address. O(log n).
  [[nodiscard]] bool discourages(io::endpoint who, io::time_point now) const noexcept;
  [[nodiscard]] bool discourages(io::ipv4_address address, io::time_point now) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }
  /// How many were forgotten to make room for others.
  [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }

private:
  struct record {
    double score = 0;
    io::time_point at;  // when that was the score
    io::time_point discouraged_until{};

    [[nodiscard]] double faded(io::time_point now) const noexcept;
  };

  void forget_least(io::time_point now);

  std::size_t most_;
  std::map<io::endpoint, record> records_;
  std::uint64_t forgotten_ = 0;
};

}  // namespace pappus::peer
