// Nodes of one operator that are connected by private links.
#include "linked_nodes.hpp"

#include <chrono>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/scripted_peer.hpp>
#include <support/socks_proxy.hpp>

#include <pappus/tls/errc.hpp>

namespace transport_linked_nodes_test {

using namespace linked_nodes;
using namespace std::chrono_literals;
using peer::transport_rule;
using peer::transport_type;
using support::scripted_peer;

TEST_CASE("both sides of a private link know each other by their keys") {
  network on{2};
  on.link_two();
  on.world.run_for(5s);
  for (std::size_t i = 0; i != 2; ++i) {
    REQUIRE(on.members[i].is_linked_with(on.members[1 - i]));
    const peer::peer_stats there = on.members[i].links().front();
    CHECK(there.direction == (i == 0 ? peer::direction::outbound : peer::direction::inbound));
    CHECK(there.transport == transport_type::direct);
    CHECK(there.endpoint.address.is_named());
    CHECK(on.members[i].lines_with("the key for private links is " + tls::to_hex(on.members[i].own.key_hash())) == 1);
  }
  CHECK(on.members[0].node->get().name_of(on.members[0].links().front().endpoint.address) ==
        to_string(on.members[1].at.address()));
}

TEST_CASE("a certificate that has expired and is for another name is as good as any with its key") {
  network on;
  on.add({"other", "DNS:other.example", false, -48h, -24h});
  on.add({"other", "DNS:other.example", false, 24h, 48h});
  on.link_two();
  on.world.run_for(5s);
  CHECK(on.members[0].is_linked_with(on.members[1]));
}

TEST_CASE("a transaction goes over a private link as over any other") {
  network on{2};
  on.link_two();
  on.world.run_for(5s);
  const auto tx = support::some_transaction(1);
  CHECK(on.members[0].node->submit(tx).sent == 1);
  on.world.run_for(5s);
  CHECK(on.members[1].node->has(tx));
}

TEST_CASE("a private link is made again when it was reset, cut, silent, or the other node has started anew") {
  network on{2};
  on.link_two();
  on.world.run_for(5s);
  sim::machine& one = on.members[0].at;
  sim::machine& other = on.members[1].at;
  const auto is_new_after = [&on](io::duration time) {
    const std::uint64_t before = on.members[0].links().empty() ? 0 : on.members[0].links().front().id;
    on.world.run_for(time);
    return on.members[0].is_linked_with(on.members[1]) && on.members[0].links().front().id != before;
  };
  on.world.reset(one, other);
  CHECK(is_new_after(1min));
  on.world.blackhole(one, other);
  CHECK(is_new_after(5min));
  on.world.cut(one, other);
  on.world.run_for(5min);
  CHECK(on.members[0].links().empty());
  on.world.heal(one, other);
  CHECK(is_new_after(5min));
  on.members[1].node.reset();
  on.world.run_for(1min);
  CHECK(on.members[0].links().empty());
  other.restart();
  on.members[1].run();
  CHECK(is_new_after(5min));
  CHECK(on.members[1].is_linked_with(on.members[0]));
}

TEST_CASE("two nodes that connect to each other keep one link") {
  network on{2};
  for (member& each : on.members) each.accept({&on.members[0], &on.members[1]});
  on.members[0].run({on.members[1].as_peer()});
  on.members[1].run({on.members[0].as_peer()});
  on.world.run_for(10min);
  CHECK(on.members[0].is_linked_with(on.members[1]));
  CHECK(on.members[1].is_linked_with(on.members[0]));
}

TEST_CASE("a private link takes no slot, and needs none") {
  network on{2};
  on.members[1].config.connection_limits.inbound = 2;
  on.members[1].config.connection_limits.listener_buffer = 0;
  on.members[1].config.connection_limits.inbound_per_address = 4;
  on.link_two();
  std::deque<scripted_peer> strangers;
  const auto greet = [](network& in, std::deque<scripted_peer>& all) -> task<bool> {
    auto dialed = co_await scripted_peer::dial(in.world.add_machine().runtime(), in.members[1].node->endpoint());
    co_await dialed.send(dialed.good_hand());
    const auto answer = co_await dialed.receive(10s);
    all.push_back(std::move(dialed));
    co_return answer.has_value();
  };
  on.world.run_for(5s);
  for (int i = 0; i != 2; ++i) CHECK(on.world.run(greet(on, strangers)));
  CHECK(on.members[1].node->get().peers().size() == 3);
  on.world.reset(on.members[0].at, on.members[1].at);
  on.world.run_for(5s);
  CHECK(on.members[0].is_linked_with(on.members[1]));
  CHECK(on.members[1].node->get().peers().size() == 3);
  CHECK(on.members[1].node->get().statistics().connections.evicted == 0);
}

TEST_CASE("a node without slots for inbound peers, and which allows other addresses only to dial it, accepts links") {
  network on{2};
  on.members[1].config.connection_limits.inbound = 0;
  on.members[0].config.peer_lists.allow = {*io::endpoint_range::parse("1.2.3.4")};
  on.link_two();
  on.world.run_for(5s);
  CHECK(on.members[0].is_linked_with(on.members[1]));
  CHECK(on.members[1].is_linked_with(on.members[0]));
}

TEST_CASE("an address that is denied or banned cannot even try its key") {
  network on{2};
  on.members[1].config.peer_lists.deny = {*io::endpoint_range::parse(to_string(on.members[0].at.address()))};
  on.link_two();
  on.world.run_for(1min);
  CHECK(on.members[0].links().empty());
  CHECK(on.members[1].lines_with("is turned away") != 0);
  CHECK(on.members[1].lines_with("TLS") == 0);
}

TEST_CASE("a private link is nothing that others are told of, or that is kept as an address") {
  network on{2};
  on.link_two();
  on.world.run_for(1h);
  for (const member& each : on.members) {
    CHECK(each.node->get().known_addresses().empty());
    CHECK(each.node->get().statistics().dialer.dials == 0);
  }
  const auto ask = [](network& in) -> task<std::size_t> {
    auto stranger = co_await scripted_peer::dial(in.world.add_machine().runtime(), in.members[1].node->endpoint());
    static_cast<void>(co_await stranger.greet(stranger.good_hand()));
    wire::messages::get_peer_addrs wanted;
    wanted.capabilities = wire::capability::peer_list;
    co_await stranger.send(wanted);
    const auto told = co_await stranger.expect<wire::messages::peer_addrs>();
    co_return told.addresses.size();
  };
  CHECK(on.world.run(ask(on)) == 0);
}

TEST_CASE("a node whose link misbehaves loses that session and may connect again at once") {
  network on{2};
  on.link_two();
  on.world.run_for(5s);
  for (std::size_t times = 1; times != 10; ++times) {
    const std::uint64_t last = on.members[1].links().front().id;
    CHECK(on.members[1].node->get().report_misbehavior(last, wire::reason_for_ban::bad_block));
    on.world.run_for(1min);
    REQUIRE(on.members[1].is_linked_with(on.members[0]));
    CHECK(on.members[1].links().front().id != last);
  }
  CHECK(on.members[1].node->get().statistics().ban_manager.discouraged == 0);
  CHECK(on.members[1].node->get().bans().empty());
}

namespace {

/// Watches what the first member's machine does.
struct watched : network {
  watched() : network(2) {
    world.trace([this](std::string_view line) {
      const std::string who = to_string(members[0].at.address()) + ' ';
      const std::size_t at = line.find(who + "connects to ");
      if (line.find(who + "looks up ") != line.npos) looks_up = true;
      if (at != line.npos && line.substr(at + who.size() + 12) != to_string(proxy.endpoint())) goes_elsewhere = true;
    });
  }

  ~watched() { members.clear(); }  // while there is a proxy

  support::socks_proxy proxy{world.add_machine()};
  bool looks_up = false;
  bool goes_elsewhere = false;
};

}  // namespace

TEST_CASE("a private link goes the way of the rule, and its host is the proxy's to look up") {
  const std::string onion = std::string(56, 'c') + ".onion";
  struct way {
    transport_rule rule;
    std::string host;
    transport_type transport;
  };
  for (const way& each : {way{transport_rule::proxy, "node.example", transport_type::proxy},
                          way{transport_rule::proxy, onion, transport_type::onion},
                          way{transport_rule::onion_only, onion, transport_type::onion}}) {
    watched on;
    CAPTURE(each.host);
    on.world.set_name("node.example", {on.members[1].at.address()});
    on.proxy.services[onion] = on.members[1].tls_endpoint();
    on.members[0].config.transport.rule = each.rule;
    on.members[0].config.transport.proxy = on.proxy.settings();
    on.members[1].accept({&on.members[0]});
    on.members[1].run();
    on.members[0].run({on.members[1].as_peer(each.host)});
    on.world.run_for(10s);
    REQUIRE(on.members[0].is_linked_with(on.members[1]));
    CHECK(on.members[0].links().front().transport == each.transport);
    CHECK(on.members[0].node->get().name_of(on.members[0].links().front().endpoint.address) == each.host);
    CHECK_FALSE(on.looks_up);
    CHECK_FALSE(on.goes_elsewhere);
    on.world.reset(on.members[0].at, *on.world.find(on.proxy.endpoint().address));
    on.world.run_for(1min);
    CHECK(on.members[0].is_linked_with(on.members[1]));
  }
}

TEST_CASE("with onion services alone a node with a link to another host is not made") {
  watched on;
  on.members[0].config.transport.rule = transport_rule::onion_only;
  on.members[0].config.transport.proxy = on.proxy.settings();
  for (const std::string& host : {to_string(on.members[1].at.address()), std::string{"node.example"}}) {
    CHECK_THROWS_AS(on.members[0].run({on.members[1].as_peer(host)}), std::invalid_argument);
  }
}

TEST_CASE("without a proxy the host of a link is looked up anew for each connection, and each address is tried") {
  network on{2};
  sim::machine& nobody = on.world.add_machine();
  on.world.set_name("node.example", {nobody.address(), on.members[1].at.address()});
  on.members[1].accept({&on.members[0]});
  on.members[1].run();
  on.members[0].run({on.members[1].as_peer("node.example")});
  on.world.run_for(1min);
  CHECK(on.members[0].is_linked_with(on.members[1]));
}

TEST_CASE("a node with a certificate that cannot be used does not run") {
  network on{1};
  on.members[0].config.tls.own = {on.files.next(), on.files.next()};
  on.members[0].config.listen = io::endpoint{{}, support::port};
  pappus::node node{on.members[0].at.runtime(), on.members[0].config, {}};
  const auto run = [](pappus::node& it) -> task<std::error_code> {
    const auto ended = co_await it.run();
    co_return ended ? std::error_code{} : ended.error();
  };
  CHECK(on.world.run(run(node)) == tls::errc::certificate_missing);
}

}  // namespace transport_linked_nodes_test
