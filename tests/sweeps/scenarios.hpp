// All scenarios that are swept.
#pragma once

#include <functional>
#include <memory>

#include "archive.hpp"
#include "private_broadcasts.hpp"
#include "relay.hpp"
#include "scenario.hpp"
#include "strangers.hpp"
#include "synchronization.hpp"

namespace sweeps {

using maker = std::function<std::unique_ptr<scenario>()>;

template <class Scenario>
[[nodiscard]] std::unique_ptr<scenario> make() {
  return std::make_unique<Scenario>();
}

/// Thrown out of a world by its observer: the scenario is left between two events.
struct leaves {};

}  // namespace sweeps
