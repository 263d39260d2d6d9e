#include "full_node/program.hpp"

#include <csignal>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <pappus/coro/when_all.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/printable.hpp>

#include "full_node/chain_adapter.hpp"

namespace full_node {

using mini_node::record;
using pappus::task;
using pappus::peer::log_level;

program::program(pappus::uv::loop& on, options chosen, mini_node::standard_streams streams)
    : on_(on),
      options_(std::move(chosen)),
      folder_(options_.data),
      console_(
          on, std::move(streams),
          {"pappus-full-node", options_.json, options_.node.log_level, mini_node::longest_line(options_.node.chain)}),
      events_(on, console_),
      sync_display_(console_),
      faults_(pappus::peer::limits::log_rate, pappus::peer::limits::log_burst, on.now()),
      chain_(open_chain(), options_.type,
             {[this](const place& body, std::uint64_t disconnected) { head_moved(body, disconnected); },
              [this](std::string_view what, const fault& why) { failed(what, why); }}),
      node_(on, node_settings(), make_host()),
      net_(node_.handle()),
      commands_(on, node_, chain_, chain_thread_.in()),
      signals_(on, {SIGINT, SIGTERM}) {
  chain_thread_.wait_for([this] { chain_.attach(node_.handle(chain_thread_.in())); });
}

/// Whatever ends the program: functions of the chain's thread use the members.
program::~program() { chain_thread_.end(); }

grin_chain program::open_chain() {
  auto opened =
      chain_thread_.wait_for([this] { return grin_chain::open(folder_.path(), options_.type, options_.first); });
  if (opened) return *std::move(opened);
  throw std::runtime_error{
      fmt::format("cannot open the chain in '{}': {}", folder_.path().string(), opened.error().reason)};
}

/// With the capabilities of the chain as it is now; `chain_service` sets later ones.
pappus::node_config program::node_settings() {
  const auto chain = chain_thread_.wait_for([this] { return chain_.chain().heads(); });
  const auto first = chain_thread_.wait_for([this] { return chain_.chain().genesis_header(); });
  if (!first) throw std::runtime_error{"cannot read the genesis of the chain: " + first.error().reason};
  if (!chain) throw std::runtime_error{"cannot read the heads of the chain: " + chain.error().reason};
  auto settings = options_.node;
  settings.chain.genesis = first->hash();
  settings.capabilities = capabilities_of(*chain);
  settings.archive_folder = (folder_.path() / "incoming").string();
  return settings;
}

pappus::integration::adapter program::make_host() {
  auto host = make_adapter({chain_, chain_thread_.in(), on_, [this](record event) { tell(std::move(event)); }});
  events_.add_to(host, options_.trace, [this] { listening_.set(); });
  host.sync_progressed = [this](const pappus::integration::sync_status& now) { sync_display_.show(now, on_.now()); };
  return host;
}

void program::tell(record event) {
  net_.post([this, event = std::move(event)](pappus::node&) { console_.tell(event); }, {});
}

/// A bar stands for the blocks that are downloaded.
void program::head_moved(const place& body, std::uint64_t disconnected) {
  const record event{{"event", "head"},
                     {"hash", to_string(body.hash)},
                     {"height", body.height},
                     {"total_difficulty", body.total_difficulty},
                     {"disconnected", disconnected}};
  const auto show = [this, event](pappus::node&) {
    if (!sync_display_.has_bar()) console_.tell(event);
  };
  net_.post(show, {});
}

void program::failed(std::string_view what, const fault& why) {
  const std::string line = pappus::printable(fmt::format("{} failed: {}", what, why.reason));
  net_.post(
      [this, line](pappus::node&) {
        const auto suppressed = faults_.admit(on_.now());
        if (!suppressed) return;
        const std::string more = *suppressed == 0 ? "" : fmt::format(" (and {} others before)", *suppressed);
        console_.log(log_level::error, line + more);
      },
      {});
}

task<bool> program::run() {
  auto living = live();
  auto writing = console_.write();
  const auto ended = co_await pappus::when_all(std::move(living), std::move(writing));
  co_return std::get<0>(ended);
}

task<bool> program::live() {
  const auto ended = co_await pappus::with_scope(&program::run_node, this);
  if (!ended) console_.cannot_run(mini_node::failure_of(options_.node, ended.error()));
  console_.finish();
  co_return ended.has_value();
}

task<pappus::result<void>> program::run_node(pappus::scope& beside, program* self) {
  self->commands_.run_beside(beside);
  beside.spawn(self->stop_on_signal());
  beside.spawn(self->obey());
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

}  // namespace full_node
