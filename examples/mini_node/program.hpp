// The program around the node: commands, events, replies, and signals.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/node.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/uv/signal_set.hpp>

#include "commands.hpp"
#include "event_limit.hpp"
#include "follower.hpp"
#include "memory_chain.hpp"
#include "memory_pool.hpp"
#include "options.hpp"
#include "output.hpp"
#include "records.hpp"

namespace mini_node {

/// Streams of the three standard descriptors.
struct standard_streams {
  pappus::io::stream_ptr input;
  pappus::io::stream_ptr output;
  pappus::io::stream_ptr errors;
};

/// `run` may be called once. The loop must outlive this object.
class program {
public:
  program(pappus::uv::loop& on, options chosen, standard_streams streams);

  /// Completes with true after `quit`, SIGINT or SIGTERM; with false, after logging the reason, if the node cannot run.
  [[nodiscard]] pappus::task<bool> run();

private:
  [[nodiscard]] pappus::integration::adapter make_host();
  pappus::task<bool> live();
  static pappus::task<pappus::result<void>> run_node(pappus::scope& beside, program* self);
  pappus::task<void> obey();
  void carry_out(std::string_view line);
  pappus::task<void> stop_on_signal();
  pappus::task<void> write(output& lines, pappus::io::stream& to, std::string_view name);

  void tell(const record& event);
  void tell_of_end(const pappus::peer::peer_info& who, const pappus::peer::disconnect_info& why);
  void answer(const record& answer);
  [[nodiscard]] std::string line_of(const record& said) const;
  void log(pappus::peer::log_level level, std::string_view line);
  void add_to_log(pappus::peer::log_level level, std::string_view line);
  void warn_of_overload();

  pappus::uv::loop& on_;
  const options options_;
  standard_streams streams_;
  output lines_;
  output log_lines_;
  event_limit strangers_;  // for events of connections without a completed handshake
  event_limit overload_;   // for log lines about blocks that are not requested
  memory_pool pool_;
  memory_chain chain_;
  pappus::node node_;
  follower follower_;
  commands commands_;
  pappus::uv::signal_set signals_;
  pappus::io::deadline farewell_;  // limit of both writers
  pappus::event listening_;
  std::set<std::uint64_t> connected_;  // ids of peers with a completed handshake
  bool dropping_ = false;              // the last event was dropped
};

}  // namespace mini_node
