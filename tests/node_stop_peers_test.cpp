// A node that stops while it connects, sends and receives.
#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/scripted_peer.hpp>
#include <support/stoppable_node.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/peer/session/limits.hpp>
#include <pappus/sim/world.hpp>

namespace node_stop_peers_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::conduit;
using support::connect_silent_peer;
using support::port;
using support::scripted_peer;
using support::simulated_config;
using support::soon;
using support::stoppable_node;

TEST_CASE("connect completes with shutting_down when the node stops, while it connects or performs the handshake") {
  sim::world world{1};
  stoppable_node node{world.add_machine()};
  sim::machine& silent = world.add_machine();
  const io::listener_ptr listening = silent.runtime().listen({{}, port}).value();
  node.start();
  std::vector<std::string> told;
  const auto note = [&told](const auto& outcome) { told.push_back(outcome ? "a peer" : outcome.error().message()); };
  world.run_for(1s);
  node->connect({pappus::ip_address::v4(0x05060708), port}, note);  // no machine is there
  node->connect({silent.address(), port}, note);
  world.run_for(2s);
  CHECK(told.empty());
  CHECK(node->statistics().connections.handshaking == 1);
  CHECK(node.stop() < soon);
  CHECK(node.ended_well());
  CHECK(told == std::vector<std::string>{"shutting_down", "shutting_down"});
}

TEST_CASE("a name that is being resolved does not delay the end of a node") {
  sim::world_options slow;
  slow.resolve_delay = 1h;
  sim::world world{1, slow};
  node_config config = simulated_config();
  config.connection_limits.outbound = 8;
  config.seeds.emplace().push_back(peer::seed::parse("seed.example:23414").value());
  stoppable_node node{world.add_machine(), std::move(config)};
  node.start();
  world.run_for(1min);
  CHECK(node.stop() < soon);
  CHECK(node.ended_well());
}

TEST_CASE("a peer that does not read does not delay the end, also while it is sent the reason of its ban") {
  for (const bool banned : {false, true}) {
    CAPTURE(banned);
    sim::world_options narrow;
    narrow.default_link.window = 1'000;
    sim::world world{1, narrow};
    stoppable_node node{world.add_machine()};
    node.start();
    std::optional<scripted_peer> silent;
    sim::machine& peer = world.add_machine();
    io::runtime& net = peer.runtime();
    world.run(connect_silent_peer(&net, node.endpoint(), &silent));
    for (int i = 0; i != 200; ++i) node->send(1, ping{});
    world.run_for(10s);
    REQUIRE(node->statistics().inbound == 1);
    if (banned) node->ban(io::endpoint_range{peer.address()}, 1h, wire::reason_for_ban::manual, {});
    CHECK(node.stop() < pappus::peer::limits::disconnect_timeout + soon);
    CHECK(node.ended_well());
  }
}

TEST_CASE("an archive that is being sent delays the end no longer than disconnect_timeout") {
  for (const bool given : {false, true}) {  // whether its file provides the bytes
    CAPTURE(given);
    sim::world_options narrow;
    narrow.default_link.window = 1'000;
    sim::world world{1, narrow};
    sim::machine& at = world.add_machine();
    conduit disk;
    integration::adapter adapter;
    adapter.txhashset_read = [&disk](const txhashset_request&) -> std::optional<peer::archive> {
      peer::archive opened;
      opened.description.bytes = 3'000'000;
      opened.content = std::move(disk.out);
      return opened;
    };
    stoppable_node node{at, simulated_config(), std::move(adapter)};
    node.start();
    std::optional<scripted_peer> silent;
    io::runtime& net = world.add_machine().runtime();
    world.run(connect_silent_peer(&net, node.endpoint(), &silent));
    auto ask = [](io::runtime* on, io::endpoint where, conduit* into, scripted_peer* as, bool fill) -> task<void> {
      *into = co_await conduit::make(*on, where);
      co_await as->send(txhashset_request{});
      const wire::bytes content = support::noise(100'000);
      if (fill) static_cast<void>(co_await into->in->write_all(content));
    };
    io::runtime& its_net = at.runtime();
    world.run(ask(&its_net, {at.address(), 99}, &disk, &*silent, given));
    world.run_for(10s);
    REQUIRE(disk.out == nullptr);
    CHECK(node.stop() < peer::limits::disconnect_timeout + soon);
    CHECK(node.ended_well());
    disk = {};
  }
}

TEST_CASE("an archive that is being received fails with disconnected when the node stops") {
  sim::world world{1};
  sim::machine& at = world.add_machine();
  stoppable_node node{at};
  node.start();
  std::optional<scripted_peer> giver;
  io::runtime& net = world.add_machine().runtime();
  world.run(connect_silent_peer(&net, node.endpoint(), &giver));
  conduit disk;
  std::optional<std::error_code> why;
  auto give = [](io::runtime* on, io::endpoint where, conduit* into, pappus::node* to,
                 std::optional<std::error_code>* told, scripted_peer* from) -> task<void> {
    *into = co_await conduit::make(*on, where);
    to->request(1, peer::archive_request{{}, std::move(into->in), 1'000'000}, [told](const auto& outcome) {
      if (!outcome) *told = outcome.error();
    });
    static_cast<void>(co_await from->expect<txhashset_request>());
    txhashset_archive response;
    response.bytes = 1'000'000;
    co_await from->send(response);
    co_await from->send_bytes(support::noise(600'000));
  };
  io::runtime& its_net = at.runtime();
  world.run(give(&its_net, {at.address(), 99}, &disk, node.operator->(), &why, &*giver));
  world.run_for(1s);
  CHECK_FALSE(why.has_value());
  CHECK(node.stop() < soon);
  CHECK(node.ended_well());
  CHECK(why == peer::request_error::disconnected);
}

}  // namespace node_stop_peers_test
