// Capacity and false positive rate of a rolling filter.
#pragma once

#include <string>

#include <pappus/integration/filter/limits.hpp>
#include <pappus/io/time.hpp>

namespace pappus::integration {

/// At `per_second` hashes a second a filter contains at least those of the last `window`.
struct filter_options {
  double per_second = limits::filter_rate;                  // positive
  io::duration window = limits::known_filter_window;        // positive
  double false_positive_rate = limits::known_filter_error;  // more than 0 and less than 1

  /// Throws `std::invalid_argument` if a member is out of its range; `name` is the setting's, for its text.
  void check(const std::string& name = "filter_options") const;
};

}  // namespace pappus::integration
