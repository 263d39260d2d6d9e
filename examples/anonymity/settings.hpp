// Parameters of a simulation.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <pappus/io/time.hpp>

namespace anonymity {

/// How a transaction is first sent.
enum class scheme : std::uint8_t {
  grin,                 // stem, one relay for all transactions
  dandelion_plus_plus,  // stem, two relays and a route for each inbound peer
  diffusion,            // to all peers, each after a random delay of its own: the baseline for Dandelion
  private_broadcast,    // over connections of its own, through one proxy that all nodes use
};

/// The graph of outbound connections.
enum class topology : std::uint8_t {
  line,          // a random cycle through all nodes: each node dials the next
  four_regular,  // two such cycles without a common edge
  out8,          // each node dials eight others
};

/// Which events a spy uses to determine the origin of a transaction.
enum class hearing : std::uint8_t {
  everything,  // the first peer that sends or announces it
  stems,       // the first peer that sends it as a stem, as the closed forms assume
};

[[nodiscard]] const char* to_string(scheme which) noexcept;
[[nodiscard]] const char* to_string(topology which) noexcept;
[[nodiscard]] const char* to_string(hearing which) noexcept;

struct settings {
  std::size_t nodes = 1000;
  double spies = 0.1;  // share of the nodes that are spies
  anonymity::scheme scheme = scheme::grin;
  anonymity::topology topology = topology::out8;
  anonymity::hearing heard = hearing::everything;
  double stem_probability = 0.9;
  std::optional<pappus::io::duration> aggregation;    // aggregation period; absent: the scheme's default
  std::optional<pappus::io::duration> embargo_floor;  // minimum embargo; absent: the scheme's default
  std::optional<pappus::io::duration> embargo_mean;
  bool diffuses = false;  // fluffs spread by diffusion, not by flooding; always true with `scheme::diffusion`
  pappus::io::duration diffusion_outbound = std::chrono::seconds{2};  // mean delay to an outbound peer
  pappus::io::duration diffusion_inbound = std::chrono::seconds{5};
  pappus::io::duration latency = std::chrono::milliseconds{50};  // one way, plus a random 0 to 50% of it
  std::uint64_t seed = 1;
};

}  // namespace anonymity
