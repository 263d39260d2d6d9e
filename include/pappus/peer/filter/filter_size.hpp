// Size of a Bloom filter.
#pragma once

#include <pappus/io/time.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {

/// Requirements on a filter. At `per_second` hashes a second it contains at least those of the last `window`; its false
/// positive rate is at most `error`.
struct filter_size {
  double per_second = limits::seen_per_second;
  io::duration window = limits::seen_window;
  double error = limits::seen_error;
};

}  // namespace pappus::peer
