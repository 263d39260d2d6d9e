// Connects events, commands and output with the node.
#include "program.hpp"

#include <utility>

namespace mini_node {
namespace {

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
      events_(on, node_, console_),
      chain_(on, options_.node.chain, options_.chain, open_chain_file()),
      follower_(node_, chain_,
                [this](const record& event) {
                  if (event.contains("from") || !sync_display_.has_bar()) tell(event);
                }),
      sync_display_(console_),
      node_(on, with_capabilities(options_.node, chain_.capabilities()), make_host()),
      commands_(on, node_, pool_, chain_, follower_, console_.written(), events_.strangers()),
      runner_(on, node_, console_, make_duties()) {
  follower_.show();
}

std::unique_ptr<chain_file> program::open_chain_file() {
  if (options_.chain_store.empty()) return nullptr;
  return std::make_unique<chain_file>(options_.chain_store, options_.node.chain, [this](const std::string& why) {
    console_.log(log_level::error, "the chain is not stored any more: " + why);
  });
}

integration::adapter program::make_host() {
  integration::adapter host;
  events_.add_to(host, options_.trace, [this] { runner_.listening(); });
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
  follower_.receive_for(host, !options_.node.chain.on_internet && options_.chain.blocks != 0);
  host.sync_progressed = [this](const integration::sync_status& now) { sync_display_.show(now, on_.now()); };
  chain_.answer_for(host);
  return host;
}

node_runner::duties program::make_duties() {
  return {[this](std::string_view line, std::function<void(record)> answer) {
            commands_.carry_out(line, std::move(answer));
          },
          [this](pappus::scope& beside) {
            commands_.run_beside(beside, [this](const record& event) { tell(event); });
            beside.spawn(follower_.run(on_));
          }};
}

void program::tell(const record& event) { console_.tell(event); }

}  // namespace mini_node
