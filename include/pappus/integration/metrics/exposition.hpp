// Metrics, and their two output formats: Prometheus text and JSON.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pappus::integration {

/// Type of a metric, as Prometheus defines it.
enum class metric_kind : std::uint8_t {
  counter,  // monotonic since the start of the program; its name ends in `_total`
  gauge,    // the current value
};

/// A metric: one sample, or several that differ in the value of a label. Does not own its strings.
struct metric {
  /// One value.
  struct sample {
    std::string_view label;              // label value; empty if the metric has no label
    std::uint64_t value = 0;             // its magnitude
    bool negative = false;               // of a gauge: it is -`value`
    std::string_view former_label = {};  // former label value; empty if that is `label`
  };

  std::string_view name;                  // ASCII letters, digits and underscores; includes the unit, if any
  std::string_view help;                  // one line; it and the label values pass through `printable`
  metric_kind kind = metric_kind::gauge;  // counter or gauge
  std::string_view label;                 // label name; if empty, there is exactly one sample
  std::vector<sample> samples;            // at least one
  std::string_view former_label = {};     // name of a second label, with the former values; empty for none
};

/// Prometheus text exposition format, version 0.0.4, to be served as `text/plain; version=0.0.4`.
[[nodiscard]] std::string to_prometheus(std::span<const metric> all);

/// One JSON object: a number for each metric, or an object with a number for each label value. A former label value has
/// the sum of its samples.
[[nodiscard]] std::string to_json(std::span<const metric> all);

}  // namespace pappus::integration
