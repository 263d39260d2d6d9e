// Results of runs, and their form as lines of JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "network.hpp"
#include "plan.hpp"

namespace chaos {

/// What is reported of one run.
struct report {
  plan of;
  outcome how;
  std::optional<plan> shrunk;  // fewer faults that break the same rule
};

/// One line with its end. The documentation has the members.
[[nodiscard]] std::string to_json(const report& what);

/// An outcome as text for another process, and back.
[[nodiscard]] std::string to_text(const outcome& how);
[[nodiscard]] std::optional<outcome> outcome_from_text(const std::string& text);

}  // namespace chaos
