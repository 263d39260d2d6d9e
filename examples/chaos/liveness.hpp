// What must be true of a network within stated times after the last fault.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger.hpp"
#include "member.hpp"
#include "observer.hpp"
#include "rules.hpp"

namespace chaos {

/// A network that should recover.
struct recovering {
  const std::vector<std::unique_ptr<member>>& nodes;
  const ledger& all;
  const observer& stranger;
  io::time_point since;  // the end of the last fault
  io::time_point now;
};

/// A sentence that must hold of the network, in time.
struct liveness_rule {
  const char* rule;
  io::duration within;  // from the end of the last fault
  /// What is missing; nothing if it holds.
  std::optional<std::string> (*missing)(const recovering& which);
};

[[nodiscard]] const std::vector<liveness_rule>& liveness_rules();

}  // namespace chaos
