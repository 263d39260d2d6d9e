// Connects events, commands, signals and output with the node.
#include "program.hpp"

#include <chrono>
#include <csignal>
#include <utility>

#include <pappus/coro/budget.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/error.hpp>
#include <pappus/io/buffered_reader.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/printable.hpp>

#include "text.hpp"

namespace mini_node {
namespace {

using pappus::task;
namespace io = pappus::io;
namespace integration = pappus::integration;
namespace peer = pappus::peer;
using peer::log_level;

/// Cost of a command, in units of the turn budget.
constexpr std::size_t command_cost = 200;

/// Bytes of a line that is too long in the answer to it: enough to identify the command.
constexpr std::size_t shown_beginning = 64;

/// Time limit for writing the remaining output after the node has stopped.
constexpr io::duration farewell = std::chrono::seconds{5};

/// Rate limit for events of connections without a completed handshake: an attacker that opens and closes connections
/// must not fill a disk.
constexpr double strangers_per_second = 0.5;
constexpr double strangers_at_once = 40;

std::string text_of(const peer::log_line& line) {
  std::string text = line.text;
  if (line.suppressed != 0) text += " (and " + std::to_string(line.suppressed) + " lines like it before)";
  return text;
}

pappus::node_config with_capabilities(pappus::node_config chosen, pappus::wire::capabilities ours) {
  chosen.capabilities = ours;
  return chosen;
}

/// Format: "1.2.3.4:5 < ping, 27 bytes"; "<" is received, ">" is sent.
std::string text_of(const peer::peer_info& with, const peer::passing_message& what) {
  const char* const way = what.direction == peer::message_direction::received ? " < " : " > ";
  return to_string(with.endpoint) + way + what.name + ", " + std::to_string(what.bytes) + " bytes";
}

}  // namespace

program::program(pappus::uv::loop& on, options chosen, standard_streams streams)
    : on_(on),
      options_(std::move(chosen)),
      streams_(std::move(streams)),
      strangers_(strangers_per_second, strangers_at_once, on.now()),
      overload_(peer::limits::log_rate, peer::limits::log_burst, on.now()),
      chain_(on, options_.node.chain, options_.chain),
      node_(on, with_capabilities(options_.node, chain_.capabilities()), make_host()),
      follower_(
          on, node_, chain_, [this](const record& event) { tell(event); }, [this] { warn_of_overload(); }),
      commands_(on, node_, pool_, chain_, follower_, lines_, strangers_),
      signals_(on, {SIGINT, SIGTERM}),
      farewell_(on, {}) {}

integration::adapter program::make_host() {
  integration::adapter host;
  host.transaction_received = [this](const auto& tx, peer::phase at, const peer::peer_info& from) {
    // Stem transactions are not added to the pool, so that no peer can request them.
    if (at == peer::phase::fluff && !pool_.add(tx)) return peer::validation_result::ignore;
    tell(transaction(*tx, at, from));
    return peer::validation_result::accept;
  };
  host.transaction_stemmed = [this](const auto& tx, const peer::peer_info& to) { tell(stemmed(*tx, to)); };
  host.transaction_fluffed = [this](const auto& tx, peer::fluff_reason why, const peer::broadcast_report& report) {
    pool_.add(tx);
    tell(fluffed(*tx, why, report));
  };
  host.get_transaction = [this](const auto& kernel) { return pool_.find(kernel); };
  // Blocks are not verified, so the peers that send them get no credit.
  host.header_received = [this](const auto& said, const peer::peer_info& from) {
    follower_.heard(said, from);
    return peer::validation_result::ignore;
  };
  host.compact_block_received = [this](const auto& said, const peer::peer_info& from) {
    follower_.heard(said, from);
    return peer::validation_result::ignore;
  };
  host.block_received = [this](const auto& said, const peer::peer_info& from) {
    follower_.heard(said, from);
    return peer::validation_result::ignore;
  };
  chain_.answer_for(host);
  host.listening = [this](io::endpoint at) {
    tell(listening(at));
    listening_.set();
  };
  host.peer_connected = [this](const peer::peer_info& who) {
    connected_.insert(who.id);
    tell(peer_connected(who));
  };
  host.peer_disconnected = [this](const peer::peer_info& who, const peer::disconnect_info& why) {
    follower_.forget(who.id);
    tell_of_end(who, why);
  };
  host.banned = [this](const peer::ban& made) { tell(banned(made)); };
  host.unbanned = [this](const peer::ban& lifted) { tell(unbanned(lifted)); };
  host.log = [this](const peer::log_line& line) { add_to_log(line.level, text_of(line)); };
  if (options_.trace) {
    host.trace = [this](const peer::peer_info& with, const peer::passing_message& what) {
      add_to_log(log_level::debug, text_of(with, what));
    };
  }
  return host;
}

task<bool> program::run() {
  auto living = live();
  auto writing = write(lines_, *streams_.output, "standard output");
  auto logging = write(log_lines_, *streams_.errors, "standard error");
  auto ended = co_await pappus::when_all(std::move(living), std::move(writing), std::move(logging));
  co_return std::get<0>(ended);
}

task<bool> program::live() {
  auto ended = co_await pappus::with_scope(&program::run_node, this);
  if (!ended) {
    const std::error_code why = ended.error();
    const std::string what = why.category() == peer::store_category()
                                 ? "cannot use the store '" + options_.node.store_path + "'"
                                 : "cannot listen on " + to_string(*options_.node.listen);
    // The only line without a timestamp: the program cannot run.
    log_lines_.add_event(pappus::printable("pappus-node: " + what + ": " + why.message()));
  }
  lines_.finish();
  log_lines_.finish();
  farewell_.expires_after(farewell);
  co_return ended.has_value();
}

task<pappus::result<void>> program::run_node(pappus::scope& beside, program* self) {
  self->commands_.run_beside(beside);
  beside.spawn(self->stop_on_signal());
  beside.spawn(self->obey());
  beside.spawn(self->follower_.run());
  auto ended = co_await self->node_.run();
  beside.request_stop();
  co_return ended;
}

task<void> program::stop_on_signal() {
  const auto caught = co_await signals_.wait();
  if (caught) node_.stop();
}

/// Reads and executes commands after the node listens, until the end of the input; the node keeps running.
task<void> program::obey() {
  const auto ready = co_await listening_.wait();
  if (!ready) co_return;
  io::buffered_reader input{*streams_.input};
  const std::size_t longest = longest_line(options_.node.chain);
  const pappus::coro::context here = co_await pappus::coro::current_context{};
  while (!here.stop.stop_requested()) {
    const auto room = co_await lines_.room();
    if (!room) co_return;
    co_await pappus::coro::consume_budget(command_cost);
    const auto line = co_await input.read_until("\n", longest);
    if (line) {
      carry_out(*line);
    } else if (line.error() == make_error_code(pappus::errc::truncated)) {  // the last line needs no line end
      carry_out(input.buffered());
      input.consume(input.buffered().size());
    } else if (line.error() == make_error_code(pappus::errc::too_long)) {
      answer(commands::too_long(input.buffered().substr(0, shown_beginning)));
      static_cast<void>(co_await input.discard_until("\n"));
    } else {
      log(log_level::info, "no more commands: " + line.error().message());
      co_return;
    }
  }
}

void program::carry_out(std::string_view line) {
  commands_.carry_out(line, [this](const record& said) { answer(said); });
}

task<void> program::write(output& lines, io::stream& to, std::string_view name) {
  auto writing = lines.write_to(to);
  const auto written = co_await std::move(writing).with_stop_token(farewell_.token());
  if (written || farewell_.expired()) co_return;
  log(log_level::warning, std::string{name} + " is lost: " + written.error().message());
}

void program::tell(const record& event) {
  const bool dropped = !lines_.add_event(line_of(event));
  if (dropped && !dropping_ && !lines_.lost())
    log(log_level::warning, "standard output is not being read: events are dropped");
  dropping_ = dropped;
}

/// Always reports the disconnect of a peer whose connection was reported; the others are rate-limited.
void program::tell_of_end(const peer::peer_info& who, const peer::disconnect_info& why) {
  if (connected_.erase(who.id) != 0) return tell(peer_disconnected(who, why, 0));
  if (const auto suppressed = strangers_.admit(on_.now())) tell(peer_disconnected(who, why, *suppressed));
}

void program::answer(const record& answer) { lines_.add_answer(line_of(answer)); }

std::string program::line_of(const record& said) const {
  return options_.json ? to_json_line(said) : to_plain_line(said);
}

void program::log(log_level level, std::string_view line) {
  if (level <= options_.node.log_level) add_to_log(level, line);
}

void program::warn_of_overload() {
  const auto suppressed = overload_.admit(on_.now());
  if (!suppressed) return;
  std::string text = "peers tell of more blocks than they can be asked for";
  if (*suppressed != 0) text += " (" + std::to_string(*suppressed) + " since then)";
  log(log_level::warning, text);
}

void program::add_to_log(log_level level, std::string_view line) {
  std::string whole = "pappus-node: " + timestamp(on_.runtime().wall_clock()) + ' ';
  log_lines_.add_event(whole.append(to_string(level)).append(": ").append(line));
}

}  // namespace mini_node
