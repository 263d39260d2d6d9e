// How a node does Dandelion: by which scheme, and with which times.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>
#include <pappus/peer/dandelion/stem_budget.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {

enum class dandelion_scheme : std::uint8_t {
  grin,                 // one relay for everything, as Grin's nodes do
  dandelion_plus_plus,  // two, and each inbound peer's stems leave by one of them (arXiv 1805.11060, BIP 156)
};

[[nodiscard]] constexpr const char* to_string(dandelion_scheme which) noexcept {
  return which == dandelion_scheme::grin ? "grin" : "dandelion++";
}

/// What becomes of other people's transactions, and how ours travel, until the next epoch.
enum class dandelion_mode : std::uint8_t { stem, fluff };

[[nodiscard]] constexpr const char* to_string(dandelion_mode which) noexcept {
  return which == dandelion_mode::stem ? "stem" : "fluff";
}

/// How what is public is passed on.
enum class fluff_mode : std::uint8_t {
  flood,      // to all peers at once, as Grin does
  diffusion,  // to each after a while of its own
};

/// How long a transaction may be private: a floor and an exponentially distributed time on top of it, drawn once for
/// each transaction. With no floor, of k nodes on a stem that takes d seconds a hop the first to give up is somebody on
/// its way, and not early, with probability e, if the mean is at least -k(k-1)d / (2 ln(1-e)) (1805.11060,
/// section 4.5): 85 s for k = 10, d = 0.2, e = 0.1.
struct embargo {
  io::duration floor{};
  io::duration mean = std::chrono::seconds{85};
};

struct dandelion_options {
  dandelion_scheme scheme = dandelion_scheme::grin;
  /// Between two draws of mode and relays, and up to how much longer it may be, evenly distributed.
  io::duration epoch = std::chrono::seconds{600};
  io::duration epoch_jitter = std::chrono::seconds{30};
  /// Of an epoch being one in which the transactions of others go on along the stem.
  double stem_probability = 0.9;
  /// How long, in the other epochs, they wait for others to be aggregated with. It must be shorter than the embargo's
  /// floor, or some of those that wait are fluffed early and alone.
  io::duration aggregation = std::chrono::seconds{30};
  peer::embargo embargo{std::chrono::seconds{180}};
  peer::fluff_mode fluff_mode = peer::fluff_mode::flood;
  /// With diffusion: the means of the exponentially distributed times until each peer is told.
  io::duration diffusion_outbound = std::chrono::seconds{2};
  io::duration diffusion_inbound = std::chrono::seconds{5};

  /// Bounds of the stempool: transactions of others and their bytes, in all, and as many of our own; transactions by
  /// one peer.
  std::size_t most = limits::stempool;
  std::size_t most_bytes = limits::stempool_bytes;
  std::size_t most_by_peer = limits::stempool_by_peer;
  /// What all peers at one address may stem in an epoch; what is beyond that is passed over.
  stem_limits by_address;

  /// Throws `std::invalid_argument` if a time is negative or longer than `limits::longest_private`, an epoch takes no
  /// time, or the probability is none.
  void check() const;

  [[nodiscard]] std::size_t relays() const noexcept { return scheme == dandelion_scheme::grin ? 1 : 2; }

  /// The defaults of a scheme. Dandelion++ has no floor, and is for networks whose nodes all do without. Whatever waits
  /// is fluffed early then by one of those that hold it, the maker among them: 30 s made that of seven in eight
  /// (examples/anonymity, 4-regular). So nothing is held.
  [[nodiscard]] static dandelion_options of(dandelion_scheme scheme) noexcept {
    dandelion_options usual;
    usual.scheme = scheme;
    if (scheme == dandelion_scheme::dandelion_plus_plus) usual.embargo.floor = usual.aggregation = {};
    return usual;
  }
};

}  // namespace pappus::peer
