// Declaration of the JSON objects that `pappus-full-node --json` writes: the source of
// docs/reference/json_full_node.md.
#pragma once

#include "mini_node/json/declaration.hpp"

namespace full_node::json {

/// What pappus-full-node writes. What it has in common with pappus-node is declared there.
[[nodiscard]] mini_node::json::declaration node_declaration();

}  // namespace full_node::json
