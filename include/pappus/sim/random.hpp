// Reproducible random numbers, identical on every platform: two small generators and the distributions that the
// simulation uses.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

#include <pappus/io/time.hpp>
#include <pappus/mix64.hpp>

namespace pappus::sim {

/// splitmix64, see `mix64`: eight bytes of state, for objects that are numerous.
class splitmix64 {
public:
  constexpr explicit splitmix64(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t operator()() noexcept {
    state_ += 0x9e3779b97f4a7c15;
    return mix64(state_);
  }

private:
  std::uint64_t state_;
};

/// xoshiro256** 1.0 (Blackman, Vigna 2018, "Scrambled linear pseudorandom number generators"), seeded by splitmix64 as
/// its authors advise.
class xoshiro256 {
public:
  constexpr explicit xoshiro256(std::uint64_t seed) noexcept {
    splitmix64 fill{seed};
    for (std::uint64_t& word : state_) word = fill();
  }

  constexpr std::uint64_t operator()() noexcept {
    const std::uint64_t drawn = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return drawn;
  }

private:
  std::array<std::uint64_t, 4> state_{};
};

/// The use of a stream of random numbers; streams with different purposes or numbers are independent of each other.
enum class rng_stream : std::uint64_t { process = 1, connection, datagram_socket };

/// The seed of one of a world's random streams.
[[nodiscard]] constexpr std::uint64_t derive(std::uint64_t seed, rng_stream what_for, std::uint64_t first,
                                             std::uint64_t second) noexcept {
  std::uint64_t derived = mix64(seed + 0x9e3779b97f4a7c15);
  derived = mix64(derived ^ static_cast<std::uint64_t>(what_for));
  derived = mix64(derived + 0x9e3779b97f4a7c15 * (first + 1));
  return mix64(derived + 0x9e3779b97f4a7c15 * (second + 1));
}

/// Uniform in [0, bound), unbiased; `bound` is at least 1. Fewer than two draws on average.
template <class Generator>
constexpr std::uint64_t uniform_below(Generator& source, std::uint64_t bound) noexcept {
  const std::uint64_t mask = std::bit_ceil(bound) - 1;
  for (;;) {
    const std::uint64_t drawn = source() & mask;
    if (drawn < bound) return drawn;
  }
}

/// Maximum mean of `long_tailed`. One hour.
inline constexpr io::duration max_jitter_mean = std::chrono::hours{1};

/// Long-tailed with this mean: an exponential distribution whose logarithm is approximated piecewise linearly, so that
/// no floating point is needed. The mean is clamped to 0 .. `max_jitter_mean`.
template <class Generator>
constexpr io::duration long_tailed(Generator& source, io::duration mean) noexcept {
  const std::uint64_t drawn = source() | 1;
  mean = std::clamp(mean, io::duration::zero(), max_jitter_mean);
  const auto zeros = static_cast<unsigned>(std::countl_zero(drawn));
  const std::uint64_t fraction = drawn << zeros << 1 >> 48;                    // of the binary logarithm, in 2^-16
  const std::uint64_t length = ((std::uint64_t{zeros} + 1) << 16) - fraction;  // 1.5 on average
  const std::uint64_t scaled = static_cast<std::uint64_t>(mean.count()) * length >> 16;
  return io::duration{static_cast<io::duration::rep>(scaled * 2 / 3)};
}

}  // namespace pappus::sim
