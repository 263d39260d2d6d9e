// Prints the declaration of what pappus-full-node --json writes, for docs/reference/json_full_node.md. Unlike that
// program it needs no chain of Grin.
#include <cstdio>

#include "full_node/json/declaration.hpp"

int main() {
  const auto declared = to_json(full_node::json::node_declaration());
  return std::fwrite(declared.data(), 1, declared.size(), stdout) == declared.size() ? 0 : 1;
}
