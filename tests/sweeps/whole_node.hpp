// A machine with a disk, an application that uses all that a node offers, and the node's runs one after another.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
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

#include "completions.hpp"
#include "node_run.hpp"
#include "rules.hpp"
#include "watched_functions.hpp"

namespace sweeps {

using namespace pappus;
using namespace std::chrono_literals;
using chain_sync_test::chain_application;
using support::port;

/// An application on a machine of its own. It accepts all that it has not seen; transactions that it accepted in public
/// are given on request.
class whole_node final : private call_observer {
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
    completions_.check(watch_, name_);
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
    if (is_running() && run().node != nullptr) completions_.ask(node(), what, operation, then);
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

  void told(const node_run& in, const char* function) override {
    if (in.ended_at) watch_.broken(name_ + ": nothing is told after the end: " + function);
    if (on_told) on_told(function);
  }

  // The adapter.

  integration::adapter adapter(node_run& now) {
    integration::adapter made = chain_.adapter();
    if (how_.alter) how_.alter(made);
    const watched_functions watched{*this, now};
    watched.watch(made.get_locator, "get_locator");
    watched.watch(made.import_headers, "import_headers");
    watched.watch(made.get_missing_blocks, "get_missing_blocks");
    watched.watch(made.import_block, "import_block");
    watched.watch(made.locate_headers, "locate_headers");
    watched.watch(made.get_output_bitmap_segment, "get_output_bitmap_segment");
    watched.watch(made.get_output_segment, "get_output_segment");
    watched.watch(made.get_range_proof_segment, "get_range_proof_segment");
    watched.watch(made.get_kernel_segment, "get_kernel_segment");
    watched.watch(made.continue_state, "continue_state");
    watched.watch(made.import_segment, "import_segment");
    watched.watch(made.finish_state, "finish_state");
    watched.watch(made.import_archive, "import_archive");
    watched.watch(made.txhashset_read, "txhashset_read");
    answer_about_transactions(watched, made);
    answer_about_blocks(watched, made);
    hear_all(now, watched, made);
    return made;
  }

  void answer_about_transactions(const watched_functions& watched, integration::adapter& made) {
    watched.answer_later(made.transaction_received, "transaction_received",
                         [this](const wire::transaction_ptr& tx, peer::phase at, const peer::peer_info&) {
                           if (has(tx)) return peer::validation_result::ignore;
                           if (at == peer::phase::fluff) keep(tx);
                           return peer::validation_result::accept;
                         });
    watched.answer(made.get_transaction, "get_transaction", [this](const wire::hash& kernel) {
      const auto found = pool_.find(kernel);
      return found == pool_.end() ? nullptr : found->second;
    });
    watched.answer_later(made.validate_tx, "validate_tx",
                         [](const wire::transaction_ptr&, peer::phase) { return true; });
    watched.answer_later(
        made.aggregate_transactions, "aggregate_transactions",
        [](const std::vector<wire::transaction_ptr>&) { return std::vector<wire::transaction_ptr>{}; });
    made.get_output_features = [](const wire::commitment&) { return std::optional{wire::output_features::plain}; };
  }

  void answer_about_blocks(const watched_functions& watched, integration::adapter& made) {
    watched.answer(made.header_received, "header_received",
                   [](const wire::header&, const peer::peer_info&) { return peer::validation_result::accept; });
    watched.answer_later(
        made.compact_block_received, "compact_block_received",
        [](const wire::compact_block_ptr&, const peer::peer_info&) { return peer::validation_result::accept; });
    watched.answer_later(made.block_received, "block_received", [](const wire::block_ptr&, const peer::peer_info&) {
      return peer::validation_result::accept;
    });
    watched.answer_later(made.get_block, "get_block",
                         [inner = made.get_block](const wire::hash& id) { return inner(id); });
    watched.answer(made.get_compact_block, "get_compact_block",
                   [inner = chain_.adapter().get_block](const wire::hash& id) -> wire::compact_block_ptr {
                     const wire::block_ptr found = inner(id);
                     return found == nullptr ? nullptr : support::compact(*found);
                   });
  }

  void hear_all(node_run& now, const watched_functions& watched, integration::adapter& made) {
    const auto nothing = [](const auto&...) {};
    watched.hear(made.transaction_stemmed, "transaction_stemmed", nothing);
    watched.hear(made.transaction_fluffed, "transaction_fluffed",
                 [this](const wire::transaction_ptr& tx, const auto&...) { keep(tx); });
    watched.hear(made.sync_progressed, "sync_progressed", nothing);
    watched.hear(made.listening, "listening", [&now](io::endpoint) { now.listened = true; });
    watched.hear(made.peer_connected, "peer_connected", nothing);
    watched.hear(made.peer_disconnected, "peer_disconnected", nothing);
    watched.hear(made.banned, "banned", nothing);
    watched.hear(made.unbanned, "unbanned", nothing);
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
  completions completions_;
  std::vector<std::string> errors_;
  std::vector<std::unique_ptr<node_run>> runs_;
};

}  // namespace sweeps
