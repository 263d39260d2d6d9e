// The program around the node: commands, events, replies, and signals.
#pragma once

#include <memory>

#include <pappus/coro/task.hpp>
#include <pappus/node.hpp>
#include <pappus/uv/loop.hpp>

#include "chain_file.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "follower.hpp"
#include "memory_chain.hpp"
#include "memory_pool.hpp"
#include "node_events.hpp"
#include "node_runner.hpp"
#include "options.hpp"
#include "process.hpp"
#include "records.hpp"
#include "sync_display.hpp"

namespace mini_node {

/// `run` may be called once. The loop must outlive this object.
class program {
public:
  /// Throws `chain_file::error`.
  program(pappus::uv::loop& on, options chosen, standard_streams streams);

  /// Completes with true after `quit`, SIGINT or SIGTERM; with false, after logging the reason, if the node cannot run.
  [[nodiscard]] pappus::task<bool> run() { return runner_.run(); }

private:
  [[nodiscard]] std::unique_ptr<chain_file> open_chain_file();
  [[nodiscard]] pappus::integration::adapter make_host();
  [[nodiscard]] node_runner::duties make_duties();
  void tell(const record& event);

  pappus::uv::loop& on_;
  const options options_;
  console console_;
  node_events events_;
  memory_pool pool_;
  memory_chain chain_;
  follower follower_;
  sync_display sync_display_;
  pappus::node node_;
  commands commands_;
  node_runner runner_;
};

}  // namespace mini_node
