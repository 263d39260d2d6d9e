// The program around the full node: its threads, and what each part is told by the others.
#pragma once

#include <cstdint>

#include <pappus/coro/task.hpp>
#include <pappus/node.hpp>
#include <pappus/node_handle.hpp>
#include <pappus/uv/loop.hpp>

#include "full_node/chain_service.hpp"
#include "full_node/commands.hpp"
#include "full_node/data_folder.hpp"
#include "full_node/options.hpp"
#include "mini_node/console.hpp"
#include "mini_node/event_limit.hpp"
#include "mini_node/node_events.hpp"
#include "mini_node/node_runner.hpp"
#include "mini_node/process.hpp"
#include "mini_node/sync_display.hpp"
#include "threaded_host/module_thread.hpp"

namespace full_node {

/// Used on the loop's thread. `run` may be called once. The loop must outlive this object.
class program {
public:
  /// Opens the chain. Throws `std::runtime_error` if it cannot.
  program(pappus::uv::loop& on, options chosen, mini_node::standard_streams streams);
  program(const program&) = delete;
  program& operator=(const program&) = delete;
  /// Waits until the chain's thread has ended what it does.
  ~program();

  /// Completes with true after `quit`, SIGINT or SIGTERM; with false, after logging the reason, if the node cannot run.
  [[nodiscard]] pappus::task<bool> run() { return runner_.run(); }

private:
  [[nodiscard]] grin_chain open_chain();
  [[nodiscard]] pappus::node_config node_settings();
  [[nodiscard]] pappus::integration::adapter make_host();
  [[nodiscard]] mini_node::node_runner::duties make_duties();

  // Called on the chain's thread.
  void tell(mini_node::record event);
  void head_moved(const place& body, std::uint64_t disconnected);
  void failed(std::string_view what, const fault& why);

  pappus::uv::loop& on_;
  const options options_;
  data_folder folder_;
  mini_node::console console_;
  mini_node::node_events events_;
  mini_node::sync_display sync_display_;
  mini_node::event_limit faults_;  // for log lines about faults of the chain, some of which peers can cause
  threaded_host::module_thread chain_thread_;
  chain_service chain_;  // chain's thread only
  pappus::node node_;
  pappus::node_handle net_;  // of both threads
  commands commands_;
  mini_node::node_runner runner_;
};

}  // namespace full_node
