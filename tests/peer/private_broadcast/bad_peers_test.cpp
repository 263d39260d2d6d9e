// Peers and proxies that do not do what a private connection needs.
#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/peer/private_broadcast/limits.hpp>
#include <pappus/sim/random.hpp>
#include <pappus/statistics.hpp>

#include "private_network.hpp"

namespace private_broadcast_bad_peers_test {

using namespace private_broadcast;
using peer::stem_outcome;
using support::scripted_peer;
using wire::messages::hand;

namespace {

struct misdeed {
  const char* what;
  bool is_told;  // the peer gets the transaction
  strange_peer::behavior acts;
};

task<void> say(scripted_peer& with, std::string text) {
  wire::bytes raw;
  for (const char each : text) raw.push_back(static_cast<std::byte>(each));
  co_await with.send_bytes(std::move(raw));
}

/// Sends frames of a body each until the other side has closed.
task<void> pour(scripted_peer& with, std::uint8_t code, std::size_t body, std::size_t count) {
  for (std::size_t i = 0; i != count; ++i) {
    wire::bytes filler(body);
    co_await with.send_frame(code, std::move(filler));
  }
}

std::vector<misdeed> misdeeds() {
  using wire::messages::header;
  std::vector<misdeed> all;
  all.push_back({"closes at once", false, [](scripted_peer& with, strange_peer&) -> task<void> {
                   with.close();
                   co_return;
                 }});
  all.push_back({"is silent", false, [](scripted_peer&, strange_peer&) -> task<void> { co_return; }});
  all.push_back({"closes after the Hand", false, [](scripted_peer& with, strange_peer&) -> task<void> {
                   static_cast<void>(co_await with.expect<hand>());
                   with.close();
                 }});
  all.push_back({"speaks another protocol", false, [](scripted_peer& with, strange_peer&) -> task<void> {
                   static_cast<void>(co_await with.expect<hand>());
                   co_await say(with, "HTTP/1.1 400 Bad Request\r\n\r\n");
                 }});
  all.push_back({"has another genesis block", false, [](scripted_peer& with, strange_peer&) -> task<void> {
                   auto wrong = with.good_shake();
                   wrong.genesis = wire::hash{};
                   co_await with.send(std::move(wrong));
                 }});
  all.push_back({"has version 0", false, [](scripted_peer& with, strange_peer&) -> task<void> {
                   auto wrong = with.good_shake();
                   wrong.version.number = 0;
                   co_await with.send(std::move(wrong));
                 }});
  all.push_back({"sends a malformed Shake", false, [](scripted_peer& with, strange_peer&) -> task<void> {
                   wire::bytes body(20);
                   co_await with.send_frame(wire::messages::shake::code, std::move(body));
                 }});
  all.push_back({"sends half a Shake", false, [](scripted_peer& with, strange_peer&) -> task<void> {
                   wire::bytes body(20);
                   co_await with.send_frame(wire::messages::shake::code, std::move(body), 60);
                 }});
  all.push_back({"sends a Shake that is too long", false, [](scripted_peer& with, strange_peer&) -> task<void> {
                   wire::bytes body(20);
                   co_await with.send_frame(wire::messages::shake::code, std::move(body), 1 << 20);
                 }});
  all.push_back({"sends another message for a Shake", false, [](scripted_peer& with, strange_peer&) -> task<void> {
                   co_await with.send(wire::messages::ping{1, 1});
                   co_await with.send(with.good_shake());
                 }});
  all.push_back({"sends a Shake byte by byte", false, [](scripted_peer& with, strange_peer&) -> task<void> {
                   for (int i = 0; i != 30; ++i) {
                     wire::bytes one(1, std::byte{73});
                     co_await with.send_bytes(std::move(one));
                     if (!co_await with.receive(10s)) co_return;
                   }
                 }});
  all.push_back({"never pongs", true,
                 [](scripted_peer& with, strange_peer& who) -> task<void> { co_await who.listen_to(with); }});
  all.push_back({"closes after the transaction", true, [](scripted_peer& with, strange_peer& who) -> task<void> {
                   co_await who.listen_to(with);
                   with.close();
                 }});
  all.push_back({"sends a malformed Pong", true, [](scripted_peer& with, strange_peer& who) -> task<void> {
                   co_await who.listen_to(with);
                   wire::bytes body(3);
                   co_await with.send_frame(wire::messages::pong::code, std::move(body));
                 }});
  all.push_back({"bans", true, [](scripted_peer& with, strange_peer& who) -> task<void> {
                   co_await who.listen_to(with);
                   co_await with.send(wire::messages::ban_reason{});
                 }});
  all.push_back({"sends many small messages", true, [](scripted_peer& with, strange_peer& who) -> task<void> {
                   co_await who.listen_to(with);
                   co_await pour(with, header::code, 1, 10 * peer::limits::max_private_reply_frames);
                 }});
  all.push_back({"sends megabytes in large messages", true, [](scripted_peer& with, strange_peer& who) -> task<void> {
                   co_await who.listen_to(with);
                   co_await pour(with, wire::messages::block::code, 7'000, 10'000);
                 }});
  all.push_back({"sends megabytes of an unknown type", true, [](scripted_peer& with, strange_peer& who) -> task<void> {
                   co_await who.listen_to(with);
                   co_await pour(with, 200, 30'000, 2'000);
                 }});
  all.push_back({"requests what there is", true, [](scripted_peer& with, strange_peer& who) -> task<void> {
                   co_await who.listen_to(with);
                   co_await with.send(wire::messages::get_peer_addrs{});
                   co_await with.send(wire::messages::get_transaction{who.transactions.front()->kernel_hash(0)});
                   CHECK_FALSE(co_await with.receive(10min));
                 }});
  return all;
}

}  // namespace

TEST_CASE("whatever a peer does costs one bounded connection, and only one with a valid handshake is told") {
  for (const misdeed& each : misdeeds()) {
    const std::string what = each.what;
    CAPTURE(what);
    private_network on{0};
    const strange_peer& peer = on.add(each.acts);
    simulated_node& node = on.start();
    const auto memory = node->statistics().memory.used;
    const own_record& sent = on.send(some_transaction(1));
    on.world.run_for(140s);
    CHECK(peer.connections == 1);
    CHECK(peer.open == 0);
    for (const io::duration length : peer.lengths) CHECK(length <= peer::limits::private_connection_timeout + 1s);
    CHECK(peer.transactions.size() == (each.is_told ? 1U : 0U));
    const auto now = node->dandelion().own;
    CHECK(now.counted.told == (each.is_told ? 1U : 0U));
    CHECK(now.counted.confirmed == 0);
    CHECK(now.counted.refused == (each.is_told ? 0U : 1U));
    CHECK(now.connections == 0);
    CHECK(now.transactions == 1);
    CHECK_FALSE(sent.end);
    CHECK(node->statistics().memory.used <= memory);
    CHECK(node->statistics().ban_manager.discouraged == 0);
    CHECK(node->bans().empty());
  }
}

TEST_CASE("whatever bytes a peer sends, a private connection ends in its time, and holds no memory") {
  for (std::uint64_t seed = 1; seed != 300; ++seed) {
    CAPTURE(seed);
    sim::xoshiro256 chance{seed};
    private_network on{0};
    const auto babble = [&chance](scripted_peer& with, strange_peer&) -> task<void> {
      static_cast<void>(co_await with.expect<hand>());
      if (chance() % 2 == 0) co_await with.send(with.good_shake());
      for (std::uint64_t left = chance() % 50; left != 0; --left) {
        wire::bytes body(chance() % 100);
        for (std::byte& each : body) each = static_cast<std::byte>(chance());
        const std::uint64_t declared = chance() % 4 == 0 ? chance() >> (chance() % 64) : body.size();
        const auto code = static_cast<std::uint8_t>(chance() % 3 == 0 ? chance() : chance() % 5);
        if (chance() % 8 == 0) co_await with.send_bytes(std::move(body));
        else co_await with.send_frame(code, std::move(body), declared);
      }
    };
    const strange_peer& peer = on.add(babble);
    simulated_node& node = on.start();
    const auto memory = node->statistics().memory.used;
    on.send(some_transaction(1));
    on.world.run_for(140s);
    CHECK(peer.connections == 1);
    CHECK(peer.open == 0);
    CHECK(node->dandelion().own.connections == 0);
    CHECK(node->statistics().memory.used <= memory);
  }
}

TEST_CASE("peers that refuse or do not answer cost an attempt, and others are told in their place") {
  private_network on{4};
  const auto refuse = [](scripted_peer& with, strange_peer&) -> task<void> {
    with.close();
    co_return;
  };
  for (int i = 0; i != 2; ++i) on.add(refuse);
  on.more_known.push_back({on.world.add_machine().address(), support::port});  // nothing listens there
  for (std::uint64_t seed = 1; seed != 6; ++seed) {
    simulated_node& node = on.start();
    const own_record& sent = on.send(some_transaction(seed));
    on.world.run_for(10min);
    CHECK(sent.outcome() == stem_outcome::seen);
    const auto counted = node->dandelion().own.counted;
    CHECK(counted.told >= 3);
    CHECK(counted.told <= 4);
    on.stop();
  }
}

TEST_CASE("a proxy that fails lets own transactions wait: nothing goes another way, and that is said once") {
  std::vector<std::string> warnings;
  std::vector<std::string> elsewhere;
  private_network on{6};
  on.world.trace([&](std::string_view line) {
    const std::string who = to_string(on.here.address()) + " connects to ";
    const std::size_t at = line.find(who);
    if (at == line.npos) return;
    const std::string_view to = line.substr(at + who.size());
    if (to != to_string(on.proxy.endpoint()) && to != to_string(on.hub.endpoint())) elsewhere.emplace_back(to);
  });
  on.proxy.refuses = true;
  integration::adapter noting;
  noting.log = [&warnings](const peer::log_line& line) {
    if (line.level == peer::log_level::warning) warnings.push_back(line.text);
  };
  simulated_node& node = on.start(std::move(noting));
  const auto tx = some_transaction(1);
  const own_record& sent = on.send(tx);
  on.world.run_for(5h);
  CHECK_FALSE(sent.end);
  CHECK(elsewhere.empty());
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("own transactions wait") != std::string::npos);
  CHECK(node->dandelion().own.stalled);
  CHECK(node->dandelion().own.counted.proxy_failures > 24);
  CHECK(on.having(tx) == 0);
  CHECK_FALSE(on.hub.has(tx));
  on.proxy.refuses = false;
  on.world.run_for(90min);
  CHECK(sent.outcome() == stem_outcome::seen);
  CHECK_FALSE(node->dandelion().own.stalled);
  CHECK(warnings.size() == 2);
  CHECK(elsewhere.empty());
}

TEST_CASE("a proxy that is not there, or is silent, lets own transactions wait") {
  for (const bool silent : {false, true}) {
    private_network on{4};
    sim::machine& nothing = on.world.add_machine();
    const auto listen = [](sim::machine& at) -> task<void> {
      auto listener = at.runtime().listen({{}, 1080}).value();
      std::vector<io::stream_ptr> held;
      for (;;) {
        auto accepted = co_await listener->accept();
        if (!accepted) co_return;
        held.push_back(std::move(*accepted));
      }
    };
    if (silent) nothing.spawn(listen(nothing));
    node_config config = on.config();
    config.transport.proxy = io::socks5_proxy{{nothing.address(), 1080}};
    simulated_node& node = on.start(std::move(config));
    const own_record& sent = on.send(some_transaction(1));
    on.world.run_for(1h);
    CHECK_FALSE(sent.end);
    CHECK(node->dandelion().own.stalled);
    CHECK(node->dandelion().own.connections <= 3);
    CHECK(node->dandelion().own.counted.told == 0);
  }
}

TEST_CASE("a proxy that takes no passwords lets own transactions wait, since it would link them, and that is said") {
  std::vector<std::string> warnings;
  private_network on{4};
  on.proxy.knows_passwords = false;
  integration::adapter noting;
  noting.log = [&warnings](const peer::log_line& line) {
    if (line.level == peer::log_level::warning) warnings.push_back(line.text);
  };
  simulated_node& node = on.start(std::move(noting));
  on.send(some_transaction(1));
  on.world.run_for(1h);
  CHECK(on.proxy.requests.empty());
  CHECK(node->dandelion().own.stalled);
  CHECK(node->dandelion().own.counted.proxy_failures > 3);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("the proxy takes no passwords") != std::string::npos);
}

TEST_CASE("the node stops in time at each point of a private connection") {
  for (int tenths = 0; tenths < 300; tenths += 7) {
    private_network on{3, static_cast<std::uint64_t>(tenths) + 1};
    on.start();
    const own_record& sent = on.send(some_transaction(1));
    on.world.run_for(std::chrono::milliseconds{100 * tenths});
    on.node.reset();  // waits for it
    CHECK(on.here.runtime().tasks() == 0);
    REQUIRE(sent.end);
  }
}

}  // namespace private_broadcast_bad_peers_test
