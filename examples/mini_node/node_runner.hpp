// Runs a node until it is told to end, with the commands and signals of its program.
#pragma once

#include <functional>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/node.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/uv/signal_set.hpp>

#include "console.hpp"

namespace mini_node {

/// Used on the loop's thread. The constructor's references must outlive this object.
class node_runner {
public:
  struct duties {
    console::command_reader carry_out;                 // executes a line
    std::function<void(pappus::scope& beside)> start;  // what runs as long as the node; stopped when the node has ended
  };

  /// Catches SIGINT and SIGTERM from now on.
  node_runner(pappus::uv::loop& on, pappus::node& node, console& streams, duties given);

  /// Runs the node, and writes what the console is told. Reads commands once `listening` was called; the node keeps
  /// running when there are no more. Completes with true after `quit`, SIGINT or SIGTERM; with false, after logging the
  /// reason, if the node cannot run. May be called once.
  [[nodiscard]] pappus::task<bool> run();

  /// The node accepts connections now.
  void listening() noexcept { listening_.set(); }

private:
  pappus::task<bool> live();
  static pappus::task<pappus::result<void>> run_node(pappus::scope& beside, node_runner* self);
  pappus::task<void> obey();
  pappus::task<void> stop_on_signal();

  pappus::node& node_;
  console& console_;
  duties duties_;
  pappus::uv::signal_set signals_;
  pappus::event listening_;
};

}  // namespace mini_node
