#include "console.hpp"

#include <chrono>
#include <utility>

#include <pappus/coro/budget.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/error.hpp>
#include <pappus/io/buffered_reader.hpp>
#include <pappus/printable.hpp>

#include "command_table.hpp"
#include "text.hpp"

namespace mini_node {

using pappus::task;
using pappus::peer::log_level;
namespace io = pappus::io;
namespace peer = pappus::peer;

namespace {

/// Cost of a command, in units of the turn budget.
constexpr std::size_t command_cost = 200;

/// Bytes of a line that is too long in the answer to it: enough to identify the command.
constexpr std::size_t shown_beginning = 64;

/// Time limit for writing the remaining output after the node has stopped.
constexpr io::duration farewell = std::chrono::seconds{5};

}  // namespace

console::console(pappus::uv::loop& on, standard_streams streams, settings how)
    : on_(on), streams_(std::move(streams)), settings_(std::move(how)), farewell_(on, {}) {}

void console::tell(const record& event) { add_event(line_of(event)); }

void console::add_event(std::string_view line) {
  const bool dropped = !lines_.add_event(line);
  if (dropped && !dropping_ && !lines_.lost())
    log(log_level::warning, "standard output is not being read: events are dropped");
  dropping_ = dropped;
}

void console::log(log_level level, std::string_view line) {
  if (level <= settings_.level) add_to_log(level, line);
}

void console::log(const peer::log_line& line) {
  std::string text = line.text;
  if (line.suppressed != 0) text += " (and " + std::to_string(line.suppressed) + " lines like it before)";
  add_to_log(line.level, text);
}

/// Format: "1.2.3.4:5 < ping, 27 bytes"; "<" is received, ">" is sent.
void console::log(const peer::peer_info& with, const peer::passing_message& what) {
  const char* const way = what.direction == peer::message_direction::received ? " < " : " > ";
  add_to_log(log_level::debug,
             to_string(with.endpoint) + way + what.name + ", " + std::to_string(what.bytes) + " bytes");
}

void console::cannot_run(const std::string& why) {
  log_lines_.add_event(pappus::printable(settings_.program + ": " + why));
}

task<void> console::read(command_reader carry_out) {
  io::buffered_reader input{*streams_.input};
  const auto reply = [this](const record& said) { answer(said); };
  const pappus::coro::context here = co_await pappus::coro::current_context{};
  while (!here.stop.stop_requested()) {
    const auto room = co_await lines_.room();
    if (!room) co_return;
    co_await pappus::coro::consume_budget(command_cost);
    const auto line = co_await input.read_until("\n", settings_.longest_line);
    if (line) {
      carry_out(*line, reply);
    } else if (line.error() == make_error_code(pappus::errc::truncated)) {  // the last line needs no line end
      carry_out(input.buffered(), reply);
      input.consume(input.buffered().size());
    } else if (line.error() == make_error_code(pappus::errc::too_long)) {
      answer(too_long(input.buffered().substr(0, shown_beginning)));
      static_cast<void>(co_await input.discard_until("\n"));
    } else {
      const bool is_stopped = line.error() == make_error_code(pappus::errc::canceled);
      if (!is_stopped) log(log_level::info, "no more commands: " + line.error().message());
      co_return;
    }
  }
}

task<void> console::write() {
  auto writing = write(lines_, *streams_.output, "standard output");
  auto logging = write(log_lines_, *streams_.errors, "standard error");
  static_cast<void>(co_await pappus::when_all(std::move(writing), std::move(logging)));
}

task<void> console::write(output& lines, io::stream& to, std::string_view name) {
  auto writing = lines.write_to(to);
  const auto written = co_await std::move(writing).with_stop_token(farewell_.token());
  if (written || farewell_.expired()) co_return;
  log(log_level::warning, std::string{name} + " is lost: " + written.error().message());
}

void console::finish() {
  lines_.finish();
  log_lines_.finish();
  farewell_.expires_after(farewell);
}

void console::answer(const record& reply) { lines_.add_answer(line_of(reply)); }

void console::add_to_log(log_level level, std::string_view line) {
  std::string whole = settings_.program + ": " + timestamp(on_.runtime().wall_clock()) + ' ';
  log_lines_.add_event(whole.append(to_string(level)).append(": ").append(line));
}

std::string console::line_of(const record& said) const {
  return settings_.json ? to_json_line(said) : to_plain_line(said);
}

}  // namespace mini_node
