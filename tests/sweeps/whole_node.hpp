// A machine with a disk, an application that uses all that a node offers, and the node's runs one after another.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <integration/sync/block_chain.hpp>
#include <support/exposure.hpp>
#include <support/imaginary_disk.hpp>
#include <support/made_up.hpp>
#include <support/simulated_node.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/node.hpp>
#include <pappus/node_handle.hpp>
#include <pappus/peer/dandelion/status.hpp>
#include <pappus/peer/store/sqlite_store.hpp>
#include <pappus/sim/world.hpp>
#include <pappus/statistics.hpp>

namespace sweeps {

using namespace pappus;
using namespace std::chrono_literals;
using chain_sync_test::chain_application;
using support::exposed;
using support::port;
using support::sheltered;

/// What must hold, and did not.
class rules {
public:
  void broken(std::string what) {
    const sheltered here;
    broken_.push_back(std::move(what));
  }
  [[nodiscard]] const std::vector<std::string>& all_broken() const noexcept { return broken_; }

private:
  std::vector<std::string> broken_;
};

/// One run of a node.
struct node_run {
  sim::runtime* process = nullptr;
  std::unique_ptr<pappus::node> node;  // null if there was no memory to make it
  bool listened = false;
  std::optional<io::time_point> stopped_at;
  std::optional<io::time_point> ended_at;
  std::optional<result<void>> outcome;
  std::string thrown;
};

/// An application on a machine of its own. It accepts all that it has not seen; transactions that it accepted in public
/// are given on request.
class whole_node {
public:
  /// Alters the settings, and the functions of the adapter.
  struct options {
    std::function<void(node_config&)> configure;
    std::function<void(integration::adapter&)> alter;
    std::size_t blocks = 1;  // of `chain`
  };

  whole_node(rules& watch, sim::world& in, const std::string& name, options how)
      : watch_(watch),
        at_(in.add_machine()),
        name_(name),
        how_(std::move(how)),
        disk_(name.c_str()),
        chain_({chain().begin(), chain().begin() + static_cast<std::ptrdiff_t>(how_.blocks)}) {}
  whole_node(const whole_node&) = delete;
  whole_node& operator=(const whole_node&) = delete;
  ~whole_node() = default;

  /// The chain that nodes have parts of.
  [[nodiscard]] static const std::vector<wire::block_ptr>& chain() {
    static const std::vector<wire::block_ptr> made = chain_sync_test::extended({}, 45, 0);
    return made;
  }

  [[nodiscard]] sim::machine& machine() noexcept { return at_; }
  /// Sets whether its workers hang. While they do a node leaves its store to them when it is stopped.
  void hang_workers(bool hang) {
    hangs_ = hang;
    at_.hang_workers(hang);
  }
  [[nodiscard]] support::imaginary_disk& disk() noexcept { return disk_; }
  [[nodiscard]] chain_application& application() noexcept { return chain_; }
  [[nodiscard]] io::endpoint endpoint() const noexcept { return {at_.address(), port}; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::vector<std::string>& errors() const noexcept { return errors_; }

  /// Called with the name of each function of the adapter that is called.
  std::function<void(const char* function)> on_told;
  std::function<void(const peer::log_line&)> on_log;

  // Lifecycle.

  /// Begins a run, in a new process if there was one.
  void start() {
    if (!runs_.empty()) {
      if (is_running()) watch_.broken(name_ + ": started while it runs");
      at_.restart();
    }
    pool_.clear();
    node_run& now = *runs_.emplace_back(std::make_unique<node_run>());
    now.process = &at_.runtime();
    try {
      integration::adapter functions = adapter(now);
      node_config settings = config();
      const exposed here;
      now.node = std::make_unique<pappus::node>(*now.process, std::move(settings), std::move(functions));
    } catch (const std::bad_alloc&) {
      now.ended_at = at_.in().now();
      return;
    }
    chain_.attach(*now.node);
    at_.spawn(live(&now));
  }

  /// Whether a run has begun and has not ended.
  [[nodiscard]] bool is_running() const noexcept { return !runs_.empty() && !runs_.back()->ended_at; }
  /// Whether a run has begun.
  [[nodiscard]] bool has_run() const noexcept { return !runs_.empty(); }
  [[nodiscard]] node_run& run() noexcept { return *runs_.back(); }
  [[nodiscard]] pappus::node& node() noexcept { return *runs_.back()->node; }
  /// Whether its node runs and takes calls.
  [[nodiscard]] bool is_up() const noexcept {
    return is_running() && runs_.back()->listened && !runs_.back()->stopped_at;
  }

  /// Requests the end of the run, by `node::stop` or through the stop token of its task.
  void stop(bool by_token) {
    if (!is_running() || run().stopped_at) return;
    run().stopped_at = at_.in().now();
    const exposed here;
    if (by_token) run().process->request_stop();
    else node().stop();
  }

  /// Whatever an ended run must have left behind: nothing. Destroys its node.
  void check_ended() {
    if (runs_.empty()) return;
    node_run& last = run();
    if (!last.ended_at) return watch_.broken(name_ + ": a stopped node ends: it has not");
    if (last.stopped_at && *last.ended_at > io::saturating_add(*last.stopped_at, config().shutdown_timeout))
      watch_.broken(name_ + ": a stopped node ends within its time");
    if (last.listened && !last.thrown.empty()) watch_.broken(name_ + ": a node that has begun ends by: " + last.thrown);
    if (last.listened && last.outcome && !*last.outcome) {
      const bool hung = hangs_ && last.outcome->error() == make_error_code(peer::store_errc::unresponsive);
      if (!hung) watch_.broken(name_ + ": a node that has begun ends with " + last.outcome->error().message());
    }
    if (last.process->tasks() != 0) watch_.broken(name_ + ": coroutines are left");
    last.node.reset();
    for (const call& each : calls_) {
      if (each.calls == 1 || (each.threw && each.calls == 0)) continue;
      watch_.broken(name_ + ": a completion is called once: " + each.what + " was called " +
                    std::to_string(each.calls) + " times");
    }
    calls_.clear();
  }

  /// In a run after others, soon after its start: what earlier ones have acknowledged is there.
  void check_kept() {
    if (!is_up()) return watch_.broken(name_ + ": a node begins on the store of its last run: " + why_ended());
    const auto banned = node().bans();
    for (const io::endpoint_range& each : kept_bans_) {
      const bool there =
          std::any_of(banned.begin(), banned.end(), [&](const peer::ban& one) { return one.range == each; });
      if (!there) watch_.broken(name_ + ": an acknowledged ban is lost: " + to_string(each));
    }
    for (const auto& [kernel, tx] : kept_stems_) {
      ask(
          "stem_result", [tx = tx](pappus::node& by, const auto& done) { by.stem_result(tx, done); },
          [this, kernel = kernel](const result<peer::stem_result>& ended) {
            if (!ended && ended.error() == make_error_code(peer::stem_errc::not_private) &&
                kept_stems_.contains(kernel))
              watch_.broken(name_ + ": an acknowledged private transaction is lost");
          });
    }
  }

  [[nodiscard]] std::string why_ended() {
    if (!has_run()) return "never started";
    if (!run().thrown.empty()) return run().thrown;
    if (run().outcome && !*run().outcome) return run().outcome->error().message();
    return run().ended_at ? "ended" : "runs";
  }

  // What an application does. If there is no memory for a call, the call has not been made.

  /// `operation` is called with the node and the completion, `then` with its outcome.
  template <class Operation, class Then>
  void ask(const char* what, Operation operation, Then then) {
    if (!is_running() || run().node == nullptr) return;
    const sheltered outside;
    call& made = calls_.emplace_back();
    made.what = what;
    const auto done = [made = &made, then](const auto& outcome) {
      const sheltered here;
      ++made->calls;
      then(outcome);
    };
    try {
      const exposed here;
      operation(node(), done);
    } catch (const std::bad_alloc&) {
      made.threw = true;
    }
  }
  template <class Operation>
  void ask(const char* what, Operation operation) {
    ask(what, operation, [](const auto&) {});
  }
  /// The same without a completion.
  template <class Operation>
  void tell(Operation operation) {
    if (!is_running() || run().node == nullptr) return;
    try {
      const exposed here;
      operation(node());
    } catch (const std::bad_alloc&) {
      return;
    }
  }

  void connect(const whole_node& to) { connect(to.endpoint()); }
  void connect(io::endpoint to) {
    ask("connect", [to](pappus::node& by, const auto& done) { by.connect(to, done); });
  }
  void ban(const io::endpoint_range& range) {
    ask(
        "ban", [range](pappus::node& by, const auto& done) { by.ban(range, 1h, wire::reason_for_ban::manual, done); },
        [this, range](const result<void>& stored) {
          if (stored && !lifted_.contains(range)) kept_bans_.insert(range);
        });
  }
  void unban(const io::endpoint_range& range) {
    kept_bans_.erase(range);
    lifted_.insert(range);
    ask("unban",
        [range](pappus::node& by, const auto& done) { by.unban(range, std::function<void(result<void>)>{done}); });
  }
  void stem(const wire::transaction_ptr& tx) {
    ask(
        "stem", [tx](pappus::node& by, const auto& done) { by.stem(tx, done); },
        [this, tx](const result<void>& stored) {
          if (stored && !has(tx)) kept_stems_[tx->kernel_hash(0)] = tx;
        });
  }
  void fluff(const wire::transaction_ptr& tx) {
    keep(tx);
    tell([&tx](pappus::node& by) { by.fluff(tx); });
  }

  [[nodiscard]] bool has(const wire::transaction_ptr& tx) const { return pool_.contains(tx->kernel_hash(0)); }

  /// The session with another node; none if there is none.
  [[nodiscard]] std::optional<std::uint64_t> session_with(const whole_node& other) {
    if (!is_running() || run().node == nullptr) return std::nullopt;
    for (const peer::peer_stats& each : node().peers()) {
      if (each.endpoint.address == other.at_.address()) return each.id;
    }
    return std::nullopt;
  }

private:
  /// A completion that the node was given.
  struct call {
    const char* what = "";
    int calls = 0;
    bool threw = false;  // the call with which it was given
  };

  [[nodiscard]] node_config config() const {
    node_config made = support::simulated_config();
    made.advertise = endpoint();
    made.log_level = peer::log_level::debug;
    made.custom_store.name = "the store";
    made.custom_store.open = [disk = std::string{disk_.name()}](const peer::keyed_hash::key& fresh) {
      return peer::sqlite_store::open("peers", fresh, disk.c_str());
    };
    if (how_.configure) how_.configure(made);
    return made;
  }

  task<void> live(node_run* now) {
    try {
      auto given = co_await now->node->run();
      now->outcome.emplace(std::move(given));
    } catch (const std::exception& error) {
      const sheltered here;
      now->thrown = error.what();
    }
    now->ended_at = at_.in().now();
  }

  void keep(const wire::transaction_ptr& tx) {
    const sheltered here;
    for (const wire::hash& kernel : tx->kernel_hashes()) {
      pool_[kernel] = tx;
      kept_stems_.erase(kernel);
    }
  }

  void told(const node_run& in, const char* function) {
    if (in.ended_at) watch_.broken(name_ + ": nothing is told after the end: " + function);
    if (on_told) on_told(function);
  }

  // The adapter.

  template <class Result, class... Args, class Function>
  void answer(const node_run& in, integration::request_handler<Result(Args...)>& handler, const char* name,
              Function function) {
    handler = [this, &in, name, function](Args... args) -> Result {
      const sheltered here;
      told(in, name);
      return function(args...);
    };
  }

  template <class Result>
  static task<void> respond(io::runtime* on, integration::responder<Result> to, Result value) {
    static_cast<void>(co_await io::sleep_for(*on, 50ms));
    try {
      to(std::move(value));
    } catch (const std::bad_alloc&) {
      co_return;  // as if it had not answered
    }
  }
  /// Completes the result later, by a coroutine of its own.
  template <class Result, class... Args, class Function>
  void answer_later(const node_run& in, integration::request_handler<Result(Args...)>& handler, const char* name,
                    Function function) {
    handler = [this, &in, name, function](Args... args, const integration::responder<Result>& to) {
      const sheltered here;
      told(in, name);
      in.process->spawn(respond<Result>(in.process, to, function(args...)));
    };
  }

  template <class... Args, class Function>
  void hear(const node_run& in, std::function<void(Args...)>& notification, const char* name, Function function) {
    notification = [this, &in, name, function](Args... args) {
      const sheltered here;
      told(in, name);
      function(args...);
    };
  }

  template <class Result, class... Args>
  void watch(const node_run& in, integration::request_handler<Result(Args...)>& handler, const char* name) {
    if (handler) answer(in, handler, name, [inner = handler](Args... args) { return inner(args...); });
  }

  integration::adapter adapter(node_run& now) {
    integration::adapter made = chain_.adapter();
    if (how_.alter) how_.alter(made);
    watch(now, made.get_locator, "get_locator");
    watch(now, made.import_headers, "import_headers");
    watch(now, made.get_missing_blocks, "get_missing_blocks");
    watch(now, made.import_block, "import_block");
    watch(now, made.locate_headers, "locate_headers");
    watch(now, made.get_output_bitmap_segment, "get_output_bitmap_segment");
    watch(now, made.get_output_segment, "get_output_segment");
    watch(now, made.get_range_proof_segment, "get_range_proof_segment");
    watch(now, made.get_kernel_segment, "get_kernel_segment");
    watch(now, made.continue_state, "continue_state");
    watch(now, made.import_segment, "import_segment");
    watch(now, made.finish_state, "finish_state");
    watch(now, made.import_archive, "import_archive");
    watch(now, made.txhashset_read, "txhashset_read");
    answer_about_transactions(now, made);
    answer_about_blocks(now, made);
    hear_all(now, made);
    return made;
  }

  void answer_about_transactions(node_run& now, integration::adapter& made) {
    answer_later(now, made.transaction_received, "transaction_received",
                 [this](const wire::transaction_ptr& tx, peer::phase at, const peer::peer_info&) {
                   if (has(tx)) return peer::validation_result::ignore;
                   if (at == peer::phase::fluff) keep(tx);
                   return peer::validation_result::accept;
                 });
    answer(now, made.get_transaction, "get_transaction", [this](const wire::hash& kernel) {
      const auto found = pool_.find(kernel);
      return found == pool_.end() ? nullptr : found->second;
    });
    answer_later(now, made.validate_tx, "validate_tx", [](const wire::transaction_ptr&, peer::phase) { return true; });
    answer_later(now, made.aggregate_transactions, "aggregate_transactions",
                 [](const std::vector<wire::transaction_ptr>&) { return std::vector<wire::transaction_ptr>{}; });
    made.get_output_features = [](const wire::commitment&) { return std::optional{wire::output_features::plain}; };
  }

  void answer_about_blocks(node_run& now, integration::adapter& made) {
    answer(now, made.header_received, "header_received",
           [](const wire::header&, const peer::peer_info&) { return peer::validation_result::accept; });
    answer_later(
        now, made.compact_block_received, "compact_block_received",
        [](const wire::compact_block_ptr&, const peer::peer_info&) { return peer::validation_result::accept; });
    answer_later(now, made.block_received, "block_received",
                 [](const wire::block_ptr&, const peer::peer_info&) { return peer::validation_result::accept; });
    answer_later(now, made.get_block, "get_block",
                 [inner = made.get_block](const wire::hash& id) { return inner(id); });
    answer(now, made.get_compact_block, "get_compact_block",
           [inner = chain_.adapter().get_block](const wire::hash& id) -> wire::compact_block_ptr {
             const wire::block_ptr found = inner(id);
             return found == nullptr ? nullptr : support::compact(*found);
           });
  }

  void hear_all(node_run& now, integration::adapter& made) {
    const auto nothing = [](const auto&...) {};
    hear(now, made.transaction_stemmed, "transaction_stemmed", nothing);
    hear(now, made.transaction_fluffed, "transaction_fluffed",
         [this](const wire::transaction_ptr& tx, const auto&...) { keep(tx); });
    hear(now, made.sync_progressed, "sync_progressed", nothing);
    hear(now, made.listening, "listening", [&now](io::endpoint) { now.listened = true; });
    hear(now, made.peer_connected, "peer_connected", nothing);
    hear(now, made.peer_disconnected, "peer_disconnected", nothing);
    hear(now, made.banned, "banned", nothing);
    hear(now, made.unbanned, "unbanned", nothing);
    made.log = [this](const peer::log_line& line) {
      const sheltered here;
      if (on_log) on_log(line);
      if (line.level == peer::log_level::error) errors_.push_back(line.text);
    };
    made.trace = nothing;
  }

  rules& watch_;
  sim::machine& at_;
  std::string name_;
  options how_;
  support::imaginary_disk disk_;
  chain_application chain_;
  std::map<wire::hash, wire::transaction_ptr> pool_;
  std::set<io::endpoint_range> lifted_;                     // bans that were to be lifted
  std::set<io::endpoint_range> kept_bans_;                  // acknowledged
  std::map<wire::hash, wire::transaction_ptr> kept_stems_;  // acknowledged, and not public yet; by the first kernel
  bool hangs_ = false;
  std::deque<call> calls_;
  std::vector<std::string> errors_;
  std::vector<std::unique_ptr<node_run>> runs_;
};

}  // namespace sweeps
