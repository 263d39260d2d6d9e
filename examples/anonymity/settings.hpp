// What is simulated.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <pappus/io/time.hpp>

namespace anonymity {

/// How a transaction leaves its maker.
enum class scheme : std::uint8_t {
  grin,                 // along the stem, one relay for everything
  dandelion_plus_plus,  // along the stem, two relays and a route for each inbound peer
  diffusion,            // to everybody, each after a while of its own: what Dandelion is measured against
};

/// Who dials whom.
enum class topology : std::uint8_t {
  line,          // a random cycle through all nodes: each dials the next
  four_regular,  // two such cycles that have no edge in common
  out8,          // each dials eight others
};

/// What a spy takes for a sign of where a transaction comes from.
enum class hearing : std::uint8_t {
  everything,  // whoever is the first to send it, or to announce it
  stems,       // whoever is the first to send it on the stem, as the closed forms have it
};

[[nodiscard]] const char* to_string(scheme which) noexcept;
[[nodiscard]] const char* to_string(topology which) noexcept;
[[nodiscard]] const char* to_string(hearing which) noexcept;

struct settings {
  std::size_t nodes = 1000;
  double spies = 0.1;  // the share of the nodes that are spies
  anonymity::scheme scheme = scheme::grin;
  anonymity::topology topology = topology::out8;
  anonymity::hearing heard = hearing::everything;
  double stem_probability = 0.9;
  std::optional<pappus::io::duration> hold;           // before others' are fluffed; if absent, the scheme's default
  std::optional<pappus::io::duration> embargo_floor;  // likewise
  std::optional<pappus::io::duration> embargo_mean;
  bool diffuses = false;  // fluffs spread by diffusion, not at once; with `scheme::diffusion` they always do
  pappus::io::duration diffusion_outbound = std::chrono::seconds{2};  // its means
  pappus::io::duration diffusion_inbound = std::chrono::seconds{5};
  pappus::io::duration latency = std::chrono::milliseconds{50};  // between two nodes, and half of it more by chance
  std::uint64_t seed = 1;
};

}  // namespace anonymity
