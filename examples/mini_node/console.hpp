// The three standard streams of a program with a node: commands are read; events, replies and log lines are written.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <pappus/coro/task.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/peer/log.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/trace.hpp>
#include <pappus/uv/loop.hpp>

#include "output.hpp"
#include "process.hpp"
#include "records.hpp"

namespace mini_node {

/// Used on the loop's thread. The loop must outlive this object.
class console {
public:
  struct settings {
    std::string program;              // its name begins each line of the log
    bool json = false;                // one JSON object a line instead of text
    pappus::peer::log_level level{};  // least severe level that `log` writes
    std::size_t longest_line = 0;     // of commands, bytes
  };
  /// Carries out a command; `answer` is called once, then or later.
  using command_reader = std::function<void(std::string_view line, std::function<void(record)> answer)>;

  console(pappus::uv::loop& on, standard_streams streams, settings how);

  void tell(const record& event);
  /// Shows a line on a terminal until the next event, reply or status; nothing if it is empty.
  void set_status(std::string_view status) { lines_.set_status(status); }
  /// Whether a person reads the events on a terminal.
  [[nodiscard]] bool is_terminal() const noexcept { return streams_.output_is_terminal && !settings_.json; }
  [[nodiscard]] bool is_json() const noexcept { return settings_.json; }
  void log(pappus::peer::log_level level, std::string_view line);
  /// For the adapter's `log` and `trace`.
  void log(const pappus::peer::log_line& line);
  void log(const pappus::peer::peer_info& with, const pappus::peer::passing_message& what);
  /// Without a timestamp: why the program cannot run.
  void cannot_run(const std::string& why);

  /// Reads and executes commands until the end of the input, or until it is stopped.
  [[nodiscard]] pappus::task<void> read(command_reader carry_out);
  /// Writes what is told until `finish` was called, and then the rest, for 5 s.
  [[nodiscard]] pappus::task<void> write();
  /// Nothing will be told or answered any more.
  void finish();

  [[nodiscard]] const output& written() const noexcept { return lines_; }

private:
  pappus::task<void> write(output& lines, pappus::io::stream& to, std::string_view name);
  void add_event(std::string_view line);
  void answer(const record& reply);
  void add_to_log(pappus::peer::log_level level, std::string_view line);
  [[nodiscard]] std::string line_of(const record& said) const;

  pappus::uv::loop& on_;
  standard_streams streams_;
  settings settings_;
  output lines_;
  output log_lines_;
  pappus::io::deadline farewell_;  // limit of both writers
  bool dropping_ = false;          // the last event was dropped
};

}  // namespace mini_node
