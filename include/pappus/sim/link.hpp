// How bytes travel from one simulated host to another.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>
#include <pappus/sim/random.hpp>

namespace pappus::sim {

enum class jitter_shape {
  even,         // anything from nothing to twice the mean is as likely
  long_tailed,  // mostly little, sometimes much
};

/// One way between two hosts, or both ways when they are alike. Bytes of a connection never overtake each other.
struct link {
  io::duration latency = std::chrono::milliseconds{20};  // from one host to the other; not negative
  io::duration jitter{};                                 // on top of it, on average; 0 to `longest_mean`
  jitter_shape shape = jitter_shape::even;

  /// Bytes a second, shared by all connections between the two hosts; 0 is no limit.
  std::uint64_t bandwidth = 0;

  /// Bytes of one connection that may be under way or waiting to be read; a writer waits beyond that. At least 1.
  /// Counts for connections that are made later.
  std::size_t window = std::size_t{256} << 10;

  /// What was written arrives in pieces of any size up to this; 0 leaves it whole.
  std::size_t max_segment = 0;

  /// Throws `std::invalid_argument` if the times are not what they must be.
  void check() const;
};

}  // namespace pappus::sim
