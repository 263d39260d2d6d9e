// Options of a node that cannot work together.
#pragma once

#include <pappus/node_config.hpp>
#include <pappus/result.hpp>

#include "node_options.hpp"

namespace mini_node {

/// Refuses what each option allows, but not all of them together, or what no node could use. `node`: the settings that
/// follow from `given`.
[[nodiscard]] pappus::result<void, early_exit> check_conflicts(const pappus::node_config& node,
                                                               const node_arguments& given);

}  // namespace mini_node
