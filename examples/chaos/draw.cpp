// Draws a plan. Each run has only some of the kinds of faults (swarm testing: Groce and others, "Swarm Testing", ISSTA
// 2012): a fault that is always there hides what others would show.
#include <algorithm>
#include <chrono>

#include <pappus/sim/random.hpp>

#include "fault_kinds.hpp"
#include "plan.hpp"

namespace chaos {
namespace {

using namespace std::chrono_literals;
using pappus::sim::uniform_below;
using pappus::sim::xoshiro256;

/// Faults begin after this time, in which the nodes find each other.
constexpr io::duration quiet_start = 2min;
constexpr io::duration shortest = 1s;

io::duration in_milliseconds(io::duration time) { return std::chrono::floor<std::chrono::milliseconds>(time); }

/// Of one kind up to so many, in one run: with two nodes in a hundred, or with most of them.
std::size_t draw_count(xoshiro256& rng, std::size_t nodes) {
  const std::uint64_t magnitude = uniform_below(rng, 4);
  const std::size_t max = std::max<std::size_t>(2, nodes >> magnitude);
  return 1 + static_cast<std::size_t>(uniform_below(rng, std::min<std::size_t>(max, 24)));
}

fault draw_fault(xoshiro256& rng, std::size_t kind, const run_size& size) {
  const fault_kind& which = fault_kinds()[kind];
  fault drawn;
  drawn.kind = kind;
  drawn.target = static_cast<std::size_t>(uniform_below(rng, which.is_hostile ? size.hostile : size.nodes));
  const auto room = static_cast<std::uint64_t>((size.length() - quiet_start).count());
  drawn.begin = in_milliseconds(quiet_start + io::duration{uniform_below(rng, room)});
  const io::duration length = shortest + pappus::sim::long_tailed(rng, which.mean_length);
  drawn.end = std::min(in_milliseconds(drawn.begin + length), size.length());
  drawn.begin = std::min<io::duration>(drawn.begin, drawn.end - 1ms);
  drawn.level = static_cast<std::uint32_t>(uniform_below(rng, 1000));
  return drawn;
}

}  // namespace

plan draw_plan(std::uint64_t seed, const run_size& size) {
  xoshiro256 rng{pappus::mix64(seed ^ 0x706c616e)};
  plan drawn{seed, size, {}};
  const std::uint64_t share = 1 + uniform_below(rng, 5);  // of the kinds, of eight
  for (std::size_t kind = 0; kind != fault_kinds().size(); ++kind) {
    const bool occurs = uniform_below(rng, 8) < share;
    const std::size_t count = draw_count(rng, size.nodes);
    const bool has_target = !fault_kinds()[kind].is_hostile || size.hostile != 0;
    if (!occurs || !has_target) continue;
    for (std::size_t i = 0; i != count; ++i) drawn.faults.push_back(draw_fault(rng, kind, size));
  }
  std::ranges::stable_sort(drawn.faults, {}, &fault::begin);
  return drawn;
}

}  // namespace chaos
