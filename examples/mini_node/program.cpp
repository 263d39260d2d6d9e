// Connects events, commands, signals and output with the node.
#include "program.hpp"

#include <chrono>
#include <csignal>
#include <utility>

#include <pappus/coro/when_all.hpp>
#include <pappus/peer/limits.hpp>

namespace mini_node {
namespace {

using pappus::task;
namespace io = pappus::io;
namespace integration = pappus::integration;
namespace peer = pappus::peer;
using peer::log_level;

pappus::node_config with_capabilities(pappus::node_config chosen, pappus::wire::capabilities ours) {
  chosen.capabilities = ours;
  return chosen;
}

}  // namespace

program::program(pappus::uv::loop& on, options chosen, standard_streams streams)
    : on_(on),
      options_(std::move(chosen)),
      console_(on, std::move(streams),
               {"pappus-node", options_.json, options_.node.log_level, longest_line(options_.node.chain)}),
      events_(on, console_),
      overload_(peer::limits::log_rate, peer::limits::log_burst, on.now()),
      chain_(on, options_.node.chain, options_.chain),
      node_(on, with_capabilities(options_.node, chain_.capabilities()), make_host()),
      follower_(
          on, node_, chain_, [this](const record& event) { tell(event); }, [this] { warn_of_overload(); }),
      commands_(on, node_, pool_, chain_, follower_, console_.written(), events_.strangers()),
      signals_(on, {SIGINT, SIGTERM}) {}

integration::adapter program::make_host() {
  integration::adapter host;
  events_.add_to(host, options_.trace, [this] { listening_.set(); });
  host.peer_disconnected = [this, tell = std::move(host.peer_disconnected)](const auto& who, const auto& why) {
    follower_.forget(who.id);
    tell(who, why);
  };
  host.transaction_received = [this](const auto& tx, peer::phase at, const peer::peer_info& from) {
    // Stem transactions are not added to the pool, so that no peer can request them.
    if (at == peer::phase::fluff && !pool_.add(tx)) return peer::validation_result::ignore;
    tell(transaction(*tx, at, from));
    return peer::validation_result::accept;
  };
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
  return host;
}

task<bool> program::run() {
  auto living = live();
  auto writing = console_.write();
  const auto ended = co_await pappus::when_all(std::move(living), std::move(writing));
  co_return std::get<0>(ended);
}

task<bool> program::live() {
  auto ended = co_await pappus::with_scope(&program::run_node, this);
  if (!ended) console_.cannot_run(failure_of(options_.node, ended.error()));
  console_.finish();
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

/// Reads commands after the node listens; the node keeps running when there are no more.
task<void> program::obey() {
  const auto ready = co_await listening_.wait();
  if (!ready) co_return;
  auto reading = console_.read([this](std::string_view line, std::function<void(record)> answer) {
    commands_.carry_out(line, std::move(answer));
  });
  co_await std::move(reading);
}

void program::tell(const record& event) { console_.tell(event); }

void program::warn_of_overload() {
  const auto suppressed = overload_.admit(on_.now());
  if (!suppressed) return;
  std::string text = "peers tell of more blocks than they can be asked for";
  if (*suppressed != 0) text += " (" + std::to_string(*suppressed) + " since then)";
  console_.log(log_level::warning, text);
}

}  // namespace mini_node
