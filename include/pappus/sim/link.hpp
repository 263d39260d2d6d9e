// Properties of a simulated link between two machines.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>
#include <pappus/sim/random.hpp>

namespace pappus::sim {

enum class jitter_distribution {
  even,         // uniform between zero and twice the mean
  long_tailed,  // mostly short, sometimes long
};

/// One direction between two machines, or both if they are alike. Bytes of a connection are never lost or reordered;
/// datagrams are where the link is cut, and may overtake each other where it has jitter.
struct link {
  io::duration latency = std::chrono::milliseconds{20};  // one way; not negative
  io::duration jitter{};                                 // mean random addition to `latency`; 0 to `max_jitter_mean`
  jitter_distribution shape = jitter_distribution::even;

  /// Bytes per second, shared by all connections in this direction between the two machines; 0: unlimited.
  std::uint64_t bandwidth = 0;

  /// Bytes of one connection that may be in flight or waiting to be read; beyond that the writer waits. At least 1. A
  /// change applies to later connections.
  std::size_t window = std::size_t{256} << 10;

  /// Written bytes arrive in segments of random size up to this, bytes; 0: not split.
  std::size_t max_segment = 0;

  /// Of 1,000 datagrams, how many are lost: 0 to 1,000.
  std::uint32_t datagram_loss = 0;

  /// Throws `std::invalid_argument` if latency, jitter or loss is out of range.
  void check() const;
};

}  // namespace pappus::sim
