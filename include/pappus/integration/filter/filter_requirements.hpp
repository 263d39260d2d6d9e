// Size of a Bloom filter.
#pragma once

#include <pappus/integration/filter/limits.hpp>
#include <pappus/io/time.hpp>

namespace pappus::integration {

/// Requirements on a filter. At `per_second` hashes a second it contains at least those of the last `window`; its false
/// positive rate is at most `error`.
struct filter_requirements {
  double per_second = limits::filter_rate;
  io::duration window = limits::known_filter_window;
  double error = limits::known_filter_error;
};

}  // namespace pappus::integration
