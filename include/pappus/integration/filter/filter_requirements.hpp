// Size of a Bloom filter.
#pragma once

#include <string>

#include <pappus/integration/filter/limits.hpp>
#include <pappus/io/time.hpp>

namespace pappus::integration {

/// Requirements on a filter. At `per_second` hashes a second it contains at least those of the last `window`; its false
/// positive rate is at most `error`.
struct filter_requirements {
  double per_second = limits::filter_rate;            // positive
  io::duration window = limits::known_filter_window;  // positive
  double error = limits::known_filter_error;          // more than 0 and less than 1

  /// Throws `std::invalid_argument` if a member is out of its range; `name` is the setting's, for its text.
  void check(const std::string& name = "filter_requirements") const;
};

}  // namespace pappus::integration
