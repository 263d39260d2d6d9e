// Runs a node as a program: until it is stopped, or the user ends it.
#pragma once

#include <pappus/node.hpp>
#include <pappus/uv/loop.hpp>

namespace pappus {

/// Runs a node on the loop that it was made on, one of its own (`uv::loop::loop()`), until the node is stopped or the
/// process gets SIGINT or SIGTERM. Returns the exit status of the program: 0, or 1 after a line on the standard error
/// output that says why the node cannot run.
[[nodiscard]] int run(uv::loop& on, node& which);

}  // namespace pappus
