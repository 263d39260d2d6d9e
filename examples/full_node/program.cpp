#include "full_node/program.hpp"

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <pappus/peer/limits.hpp>
#include <pappus/printable.hpp>

#include "full_node/chain_adapter.hpp"

namespace full_node {

using mini_node::record;
using pappus::peer::log_level;

program::program(pappus::uv::loop& on, options chosen, mini_node::standard_streams streams)
    : on_(on),
      options_(std::move(chosen)),
      folder_(options_.data),
      console_(
          on, std::move(streams),
          {"pappus-full-node", options_.json, options_.node.log_level, mini_node::longest_line(options_.node.chain)}),
      events_(on, node_, console_),
      sync_display_(console_),
      faults_(pappus::peer::limits::log_rate, pappus::peer::limits::log_burst, on.now()),
      chain_(open_chain(), options_.type,
             {[this](const place& body, std::uint64_t disconnected) { head_moved(body, disconnected); },
              [this](std::string_view what, const fault& why) { failed(what, why); }}),
      node_(on, node_settings(), make_host()),
      net_(node_.handle()),
      commands_(on, node_, chain_, chain_thread_.in()),
      runner_(on, node_, console_, make_duties()) {
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
  events_.add_to(host, options_.trace, [this] { runner_.listening(); });
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

mini_node::node_runner::duties program::make_duties() {
  return {[this](std::string_view line, std::function<void(record)> answer) {
            commands_.carry_out(line, std::move(answer));
          },
          [this](pappus::scope& beside) {
            commands_.run_beside(beside, [this](const record& event) { console_.tell(event); });
          }};
}

}  // namespace full_node
