// How long bytes take over a link: until they have left, and from then until they arrive.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>
#include <pappus/sim/link.hpp>
#include <pappus/sim/random.hpp>

#include "route.hpp"

namespace pappus::sim {

/// When `bytes` that are sent at `now` have left, after all that was sent before over a link of limited bandwidth.
[[nodiscard]] inline io::time_point departure(lane& over, io::time_point now, std::size_t bytes) noexcept {
  if (over.properties.bandwidth == 0) return now;
  const io::duration lasts{std::uint64_t{bytes} * 1'000'000'000 / over.properties.bandwidth};
  over.free_at = io::saturating_add(std::max(now, over.free_at), lasts);
  return over.free_at;
}

/// The latency of the link, with jitter drawn from `rng`.
[[nodiscard]] inline io::duration travel_time(const link& over, splitmix64& rng) noexcept {
  if (over.jitter <= io::duration::zero()) return over.latency;
  if (over.shape == jitter_distribution::long_tailed) {
    return io::saturating_add(over.latency, long_tailed(rng, over.jitter));
  }
  const auto twice = static_cast<std::uint64_t>(over.jitter.count()) * 2;
  return io::saturating_add(over.latency, io::duration{uniform_below(rng, twice + 1)});
}

}  // namespace pappus::sim
