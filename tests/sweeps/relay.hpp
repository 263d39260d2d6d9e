// Nodes that find each other and relay transactions and blocks; one of them is started again.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "scenario.hpp"

namespace sweeps {

/// The first node dials what a seed and its peers name; the third dials it. The second speaks version 2.
class relay final : public scenario {
public:
  relay() {
    whole_node::options seeded;
    seeded.configure = [](node_config& settings) {
      with_short_times(settings);
      settings.connection_limits.outbound = 3;
      settings.seeds = {{"seed.example", port}, {"nobody.example", port}};
      settings.preferred_hosts = {{"nobody.example", port}};
    };
    add("relay-0", std::move(seeded));
    whole_node::options older;
    older.configure = [](node_config& settings) {
      with_short_times(settings);
      settings.protocol_version = {2};
    };
    add("relay-1", std::move(older));
    whole_node::options usual;
    usual.configure = with_short_times;
    add("relay-2", usual);
    usual.configure = [](node_config& settings) {
      with_short_times(settings);
      settings.dandelion.stem_probability = 0;
    };
    add("relay-3", usual);
    world.set_name("seed.example", {nodes[1]->machine().address(), pappus::ip_address::v4(0x09090909)});
  }

  void play() override {
    for (std::size_t i = 1; i != nodes.size(); ++i) nodes[i]->start();
    run_for(500ms);
    nodes[1]->connect(*nodes[2]);
    run_for(500ms);
    first().connect(nodes[2]->endpoint());  // before it runs
    first().start();
    run_for(3s);
    nodes[3]->connect(first());
    nodes[3]->connect(*nodes[2]);
    run_for(3s);
    spread_transactions();
    announce_blocks();
    for (std::size_t i = 1; i != nodes.size(); ++i) {
      if (const auto to = nodes[i]->session_with(first())) ask_everything(*nodes[i], *to);
      if (const auto to = first().session_with(*nodes[i])) ask_everything(first(), *to);
    }
    run_for(10s);
    administer();
    run_for(25s);  // pings, feelers, embargoes, epochs
    stem_and_begin_again();
    end();
  }

private:
  static void with_short_times(node_config& settings) {
    settings.dandelion.epoch = 10s;
    settings.dandelion.epoch_jitter = 1s;
    settings.dandelion.aggregation = 2s;
    settings.dandelion.embargo = {6s, 3s};
  }

  void spread_transactions() {
    for (const auto& each : nodes) each->fluff(new_transaction());
    const auto of_handle = new_transaction();
    first().ask("handle.stem", [&](pappus::node& by, const auto& done) { by.handle().stem(of_handle, done); });
    first().stem(new_transaction());
    nodes[1]->stem(new_transaction(2));
    nodes[3]->stem(new_transaction());
    run_for(2s);
    const auto held = new_transaction();
    first().stem(held);
    first().ask("stem_result", [&](pappus::node& by, const auto& done) { by.stem_result(held, done); });
  }

  void announce_blocks() {
    for (std::size_t from : {std::size_t{0}, std::size_t{2}}) {
      nodes[from]->tell([this](pappus::node& by) { by.broadcast(new_block()->header()); });
      nodes[from]->tell([this](pappus::node& by) { by.broadcast(support::compact(*new_block())); });
      nodes[from]->tell([this](pappus::node& by) { by.broadcast(new_block()); });
    }
    const auto block = new_block();
    first().ask("handle.broadcast", [&](pappus::node& by, const auto& done) { by.handle().broadcast(block, done); });
    run_for(3s);
  }

  static void ask_everything(whole_node& from, std::uint64_t to) {
    using namespace wire::messages;
    const wire::hash genesis = whole_node::chain().front()->hash();
    const auto ask = [&](const char* what, const auto& request) {
      from.ask(what, [&](pappus::node& by, const auto& done) { by.request(to, request, done); });
    };
    ask("request: get_block", get_block{genesis});
    ask("request: get_compact_block", get_compact_block{genesis});
    ask("request: get_peer_addrs", get_peer_addrs{});
    ask("request: headers", peer::headers_request{{genesis}, [](const auto&) {}});
    ask("request: get_kernel_segment", get_kernel_segment{});
    from.tell([&](pappus::node& by) { by.send(to, txhashset_request{}); });
  }

  void administer() {
    const io::endpoint_range nobody{pappus::ip_address::v4(0x09090909)};
    first().ban(io::endpoint_range{pappus::ip_address::v4(0x09090a0a)});
    first().ban(nobody);
    run_for(2s);
    first().unban(nobody);
    first().connect({pappus::ip_address::v4(0x09090909), 2});
    first().ask("handle.peers", [](pappus::node& by, const auto& done) { by.handle().peers(done); });
    first().tell([](pappus::node& by) { static_cast<void>(by.statistics()); });
    first().tell([](pappus::node& by) { static_cast<void>(by.known_addresses()); });
    if (const auto liar = first().session_with(*nodes[3])) {
      first().tell([&](pappus::node& by) { by.report_misbehavior(*liar, wire::reason_for_ban::bad_block); });
    }
    first().tell([this](pappus::node& by) { by.disconnect(io::endpoint_range{nodes[2]->endpoint()}); });
    run_for(1s);
    first().connect(*nodes[2]);
  }

  void stem_and_begin_again() {
    first().stem(new_transaction());
    first().ban(io::endpoint_range{pappus::ip_address::v4(0x09090b0b)});
    run_for(1s);
    first().stop(false);
    run_for(peer::limits::shutdown_timeout);
    first().check_ended();
    first().start();
    run_for(2s);
    if (first().is_up()) first().check_kept();
    run_for(10s);
  }
};

}  // namespace sweeps
