// Removes faults from a plan as long as it still breaks the same rule.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "plan.hpp"

namespace chaos {

/// Whether each of these plans breaks the rule.
using broken_by = std::function<std::vector<bool>(const std::vector<plan>& candidates)>;

/// Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002):
/// the result breaks the rule, and no longer does without any one of its faults. It tries up to `at_once` plans in one
/// call; the result does not depend on how many. O(faults^2) plans at worst.
[[nodiscard]] plan shrink(const plan& failing, const broken_by& test, std::size_t at_once);

}  // namespace chaos
