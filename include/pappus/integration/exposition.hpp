// Numbers for whoever watches a program, and the two forms in which they are read: Prometheus's text, and JSON.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pappus::integration {

enum class metric_kind : std::uint8_t {
  counter,  // grows only, from the start of the program; its name ends in `_total`
  gauge,    // is as it is now
};

/// One number, or several that differ in the value of a label. Borrows its names.
struct metric {
  struct sample {
    std::string_view label;  // its value; empty if there is no label
    std::uint64_t value = 0;
  };

  std::string_view name;  // of ASCII letters, digits and underscores, with the unit, if there is one, in it
  std::string_view help;  // a line for humans; it and the values of labels are written `printable`
  metric_kind kind = metric_kind::gauge;
  std::string_view label;  // its name; empty: there is one sample
  std::vector<sample> samples;
};

/// The text exposition format, version 0.0.4, to be served as `text/plain; version=0.0.4`.
[[nodiscard]] std::string to_prometheus(std::span<const metric> all);

/// One object: a number by each name, or an object with a number by each value of the label.
[[nodiscard]] std::string to_json(std::span<const metric> all);

}  // namespace pappus::integration
