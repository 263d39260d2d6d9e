// Options of Dandelion: scheme, times and limits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <pappus/io/time.hpp>
#include <pappus/peer/dandelion/limits.hpp>
#include <pappus/peer/dandelion/stem_budget.hpp>

namespace pappus::peer {

/// Which variant of Dandelion the node follows.
enum class dandelion_scheme : std::uint8_t {
  grin,                 // one relay for all transactions, as in Grin
  dandelion_plus_plus,  // two relays, each inbound peer's stems go to one of them (arXiv 1805.11060, BIP 156)
};

/// Name for output.
[[nodiscard]] constexpr const char* to_string(dandelion_scheme which) noexcept {
  return which == dandelion_scheme::grin ? "grin" : "dandelion++";
}

/// Mode of an epoch: whether other nodes' transactions go on along the stem or are fluffed. The node's own go along the
/// stem in both.
enum class dandelion_mode : std::uint8_t { stem, fluff };

/// Name for output.
[[nodiscard]] constexpr const char* to_string(dandelion_mode which) noexcept {
  return which == dandelion_mode::stem ? "stem" : "fluff";
}

/// How public transactions are sent to the peers.
enum class fluff_mode : std::uint8_t {
  flood,      // to all peers at once, as in Grin
  diffusion,  // to each peer after a random delay
};

/// Time for which a transaction may be private: a floor plus an exponentially distributed time, drawn once for each
/// transaction. Without a floor, on a stem of k nodes with d seconds per hop, the probability that an embargo expires
/// before all k nodes have the transaction is at most e if the mean is at least -k(k-1)d / (2 ln(1-e)) (arXiv
/// 1805.11060, section 4.5): 85 s for k = 10, d = 0.2, e = 0.1.
struct embargo {
  io::duration floor{};                          // shortest embargo
  io::duration mean = std::chrono::seconds{85};  // of the exponentially distributed addition to it
};

/// Settings of Dandelion. `of` gives the defaults of a scheme.
struct dandelion_options {
  /// How many relays there are, and how they are chosen.
  dandelion_scheme scheme = dandelion_scheme::grin;
  /// Time between two draws of mode and relays.
  io::duration epoch = std::chrono::seconds{600};
  /// Maximum of a uniformly distributed addition to it.
  io::duration epoch_jitter = std::chrono::seconds{30};
  /// Probability that in an epoch the transactions of other nodes go on along the stem.
  double stem_probability = 0.9;
  /// Time for which the transactions of other nodes wait in a fluff epoch to be aggregated. It must be shorter than the
  /// embargo's floor, or some of those that wait are fluffed early and alone.
  io::duration aggregation = std::chrono::seconds{30};
  /// Time after which a private transaction that is not public yet is fluffed.
  peer::embargo embargo{std::chrono::seconds{180}};
  /// Whether a fluffed transaction is sent to all peers at once, or to each after a delay.
  peer::fluff_mode fluff_mode = peer::fluff_mode::flood;
  /// Means of the exponentially distributed delays of diffusion: to outbound peers, and to inbound ones.
  io::duration diffusion_outbound = std::chrono::seconds{2};
  /// To inbound peers.
  io::duration diffusion_inbound = std::chrono::seconds{5};

  /// Transactions of other nodes in the stempool, count; as many again may be the node's own.
  std::size_t max_transactions = limits::max_stempool_transactions;
  /// The same in bytes.
  std::size_t max_bytes = limits::max_stempool_bytes;
  /// Transactions of one peer in the stempool, count, and as many that wait for a route.
  std::size_t max_per_peer = limits::max_stempool_per_peer;
  /// Stem transactions that all peers at one address may send in an epoch; more are ignored.
  stem_limits by_address;

  /// Throws `std::invalid_argument` if a time is negative or longer than `limits::max_option_duration`, the epoch is
  /// zero, or the probability is not from 0 to 1; `name` is the setting's, for its text.
  void check(const std::string& name = "dandelion_options") const;

  /// Number of relays of an epoch.
  [[nodiscard]] std::size_t relays() const noexcept { return scheme == dandelion_scheme::grin ? 1 : 2; }

  /// The defaults of a scheme. Dandelion++ has no floor, and is for networks whose nodes all have none. Without a
  /// floor, a transaction that waits to be aggregated is fluffed early by one of the nodes that have it, which may be
  /// its origin: an aggregation period of 30 s did that to seven in eight (examples/anonymity, 4-regular). So it is
  /// zero.
  [[nodiscard]] static dandelion_options of(dandelion_scheme scheme) noexcept {
    dandelion_options usual;
    usual.scheme = scheme;
    if (scheme == dandelion_scheme::dandelion_plus_plus) usual.embargo.floor = usual.aggregation = {};
    return usual;
  }
};

}  // namespace pappus::peer
