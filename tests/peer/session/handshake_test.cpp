#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>

#include <pappus/io/timer.hpp>

namespace session_handshake_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::scripted_peer;
using support::simulated_node;
using wire::messages::hand;
using wire::messages::shake;

namespace {

struct stage {
  sim::world world{1};
  sim::machine& node_host = world.add_machine();
  sim::machine& peer_host = world.add_machine();
  simulated_node node{node_host};

  /// Runs a script against the node, and then the time that everything needs to settle.
  void play(task<void> script) {
    world.run(std::move(script));
    world.run_for(5s);
  }
};

/// Dials the node with a Hand that `change` has had its way with, and waits for the node to close.
template <class Change>
void check_hand_refused(Change change, const std::string& reason) {
  stage on;
  auto script = [](stage* at, Change spoil) -> task<void> {
    auto peer = co_await scripted_peer::dial(at->peer_host.runtime(), at->node.endpoint());
    hand ours = peer.good_hand();
    spoil(ours);
    co_await peer.send(std::move(ours));
    const bool peer_closed = co_await peer.closed();
    CHECK(peer_closed);
  };
  on.play(script(&on, change));
  CHECK(on.node.connected.empty());
  REQUIRE(on.node.disconnected.size() == 1);
  CHECK(on.node.disconnected[0] == reason);
}

/// The same with raw frames in place of Hand.
void check_first_words_refused(std::uint8_t code, wire::bytes body, std::optional<std::uint64_t> declared,
                               const std::string& reason) {
  stage on;
  auto script = [](stage* at, std::uint8_t type, wire::bytes raw, std::optional<std::uint64_t> length) -> task<void> {
    auto peer = co_await scripted_peer::dial(at->peer_host.runtime(), at->node.endpoint());
    co_await peer.send_frame(type, std::move(raw), length);
    const bool peer_closed = co_await peer.closed();
    CHECK(peer_closed);
  };
  on.play(script(&on, code, std::move(body), declared));
  REQUIRE(on.node.disconnected.size() == 1);
  CHECK(on.node.disconnected[0].starts_with(reason));
  CHECK(on.node->statistics().connections.failed_handshakes.total() == 1);
}

}  // namespace

TEST_CASE("who dials gets a Shake with our version, capabilities, difficulty, agent and genesis") {
  stage on;
  on.node->set_chain_tip({99, 5});
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await scripted_peer::dial(at->peer_host.runtime(), at->node.endpoint());
    hand ours = peer.good_hand();
    const shake theirs = co_await peer.greet(std::move(ours));
    CHECK(theirs.version == wire::latest_version);
    CHECK(theirs.capabilities == (wire::capability::peer_list | wire::capability::tx_kernel_hash));
    CHECK(theirs.total_difficulty == 99);
    CHECK(theirs.user_agent.starts_with("MW/pappus "));
    CHECK(theirs.genesis == at->node->config().chain.genesis);
    static_cast<void>(co_await io::sleep_for(at->peer_host.runtime(), 1s));
    const auto peers = at->node->peers();
    REQUIRE(peers.size() == 1);
    CHECK(peers[0].direction == peer::direction::inbound);
    CHECK(peers[0].user_agent == "scripted");
    CHECK(peers[0].endpoint == io::endpoint{at->peer_host.address(), 9999});
  };
  on.play(script(&on));
  CHECK(on.node.connected == std::vector<std::string>{"scripted"});
}

TEST_CASE("what a peer calls itself is known in a form that can be shown") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await scripted_peer::dial(at->peer_host.runtime(), at->node.endpoint());
    hand ours = peer.good_hand();
    ours.user_agent = "\xe2\x80\xae\x1b[31m\r\nMW/Gr\xc3\xbcn";
    static_cast<void>(co_await peer.greet(std::move(ours)));
    static_cast<void>(co_await io::sleep_for(at->peer_host.runtime(), 1s));
  };
  on.play(script(&on));
  CHECK(on.node.connected == std::vector<std::string>{"\\u202e\\u001b[31m\\u000d\\u000aMW/Gr\xc3\xbcn"});
}

TEST_CASE("the lower version is the one spoken, on either side and at every version there is") {
  for (const std::uint32_t ours : {1U, 2U, 3U, 1000U}) {
    for (const std::uint32_t theirs : {1U, 2U, 3U, 500U, 1000U, 4'000'000'000U}) {
      sim::world world{1};
      node_config config = support::simulated_config();
      config.protocol_version = {ours};
      simulated_node node{world.add_machine(), config};
      sim::machine& peer_host = world.add_machine();
      auto script = [](sim::machine* from, simulated_node* to, std::uint32_t version) -> task<std::uint32_t> {
        auto peer = co_await scripted_peer::dial(from->runtime(), to->endpoint());
        hand said = peer.good_hand();
        said.version = {version};
        static_cast<void>(co_await peer.greet(std::move(said)));
        static_cast<void>(co_await io::sleep_for(from->runtime(), 1s));
        co_return (*to)->peers().at(0).version.number;
      };
      CHECK(world.run(script(&peer_host, &node, theirs)) == std::min(ours, theirs));
    }
  }
}

TEST_CASE("we say Hand to whom we dial, with a nonce and where we listen") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto listening = at->peer_host.runtime().listen({{}, 1111});
    REQUIRE(listening);
    const io::endpoint where{at->peer_host.address(), 1111};
    std::vector<std::string> outcome;
    at->node->connect(where, [&outcome](result<peer::peer_info> given) {
      outcome.push_back(given ? given->user_agent : given.error().message());
    });
    auto accepted = co_await (*listening)->accept();
    REQUIRE(accepted);
    scripted_peer peer{at->peer_host.runtime(), std::move(*accepted)};
    const hand theirs = co_await peer.expect<hand>();
    CHECK(theirs.version == wire::latest_version);
    CHECK(theirs.nonce != 0);
    CHECK(theirs.sender.port == support::port);
    CHECK(theirs.receiver.port == 1111);
    CHECK(theirs.genesis == at->node->config().chain.genesis);
    CHECK(outcome.empty());
    co_await peer.send(peer.good_shake());
    static_cast<void>(co_await io::sleep_for(at->peer_host.runtime(), 1s));
    CHECK(outcome == std::vector<std::string>{"scripted"});
  };
  on.play(script(&on));
}

TEST_CASE("a Hand from another chain, of no version, or from ourselves is refused by name") {
  const std::string zeros(64, '0');
  check_hand_refused([](hand& said) { said.genesis = {}; }, "other_genesis: " + zeros);
  check_hand_refused([](hand& said) { said.version = {0}; }, "no_common_version: version 0");
}

TEST_CASE("a Shake from another chain ends the attempt, and its dialer is told") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto listening = at->peer_host.runtime().listen({{}, 1111});
    REQUIRE(listening);
    std::string outcome;
    at->node->connect({at->peer_host.address(), 1111}, [&outcome](result<peer::peer_info> given) {
      outcome = given ? given->user_agent : given.error().message();
    });
    auto accepted = co_await (*listening)->accept();
    REQUIRE(accepted);
    scripted_peer peer{at->peer_host.runtime(), std::move(*accepted)};
    static_cast<void>(co_await peer.expect<hand>());
    shake ours = peer.good_shake();
    ours.genesis = {};
    co_await peer.send(std::move(ours));
    const bool peer_closed = co_await peer.closed();
    CHECK(peer_closed);
    CHECK(outcome.starts_with("other_genesis"));
  };
  on.play(script(&on));
}

TEST_CASE("a node that dials itself finds out, on both ends of the connection") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const auto given = co_await at->node->connect(at->node.endpoint());
    REQUIRE_FALSE(given);
    CHECK(given.error() == peer::disconnect_reason::self_connection);
  };
  on.play(script(&on));
  CHECK(on.node.connected.empty());
  CHECK(on.node.disconnected == std::vector<std::string>{"self_connection", "self_connection"});
}

TEST_CASE("a nonce of ours gives us away only while the handshake that it belongs to is under way") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    io::runtime& net = at->peer_host.runtime();
    auto listening = net.listen({{}, 1111}).value();
    at->node->connect({at->peer_host.address(), 1111}, [](const auto&) {});
    auto accepted = co_await listening->accept();
    scripted_peer dialed{net, std::move(accepted).value()};
    const hand theirs = co_await dialed.expect<hand>();
    const auto is_answered = [](stage* in, std::uint64_t nonce) -> task<bool> {
      auto probe = co_await scripted_peer::dial(in->peer_host.runtime(), in->node.endpoint());
      hand ours = probe.good_hand();
      ours.nonce = nonce;
      co_await probe.send(std::move(ours));
      const auto said = co_await probe.receive(1s);
      co_return said.has_value();
    };
    const bool meanwhile = co_await is_answered(at, theirs.nonce);
    CHECK_FALSE(meanwhile);
    dialed.close();
    static_cast<void>(co_await io::sleep_for(net, 1s));
    at->node->connect({at->peer_host.address(), 1111}, [](const auto&) {});
    accepted = co_await listening->accept();
    scripted_peer peer{net, std::move(accepted).value()};
    const hand second = co_await peer.expect<hand>();
    co_await peer.send(peer.good_shake());
    static_cast<void>(co_await peer.expect<wire::messages::ping>());
    const bool afterwards = co_await is_answered(at, second.nonce);
    CHECK(afterwards);
    const bool long_past = co_await is_answered(at, theirs.nonce);
    CHECK(long_past);
  };
  on.play(script(&on));
}

TEST_CASE("nothing but Hand opens a connection") {
  check_first_words_refused(3, wire::bytes(16), std::nullopt, "unexpected_message: ping in place of hand");
  check_first_words_refused(2, wire::bytes(8), std::nullopt, "unexpected_message: shake in place of hand");
  check_first_words_refused(200, wire::bytes(8), std::nullopt, "unexpected_message: unknown in place of hand");
}

TEST_CASE("a Hand that cannot be read is refused with the field and the place") {
  check_first_words_refused(1, wire::bytes(3), std::nullopt, "bad_message: hand.version at byte 0: unexpected end");
  check_first_words_refused(1, {}, 100'000, "bad_message: ");
  check_first_words_refused(1, {}, 1ULL << 63, "bad_message: ");
}

TEST_CASE("another magic is refused as what it is") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await scripted_peer::dial(at->peer_host.runtime(), at->node.endpoint());
    co_await peer.send_bytes(wire::bytes(64, std::byte{'G'}));
    const bool peer_closed = co_await peer.closed();
    CHECK(peer_closed);
  };
  on.play(script(&on));
  REQUIRE(on.node.disconnected.size() == 1);
  CHECK(on.node.disconnected[0].starts_with("wrong_magic"));
}

TEST_CASE("a silent and a dribbling dialer have ten seconds in all, and harm nobody else") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    io::runtime& net = at->peer_host.runtime();
    const io::time_point start = net.now();
    auto silent = co_await scripted_peer::dial(net, at->node.endpoint());
    auto dribbler = co_await scripted_peer::dial(net, at->node.endpoint());

    auto honest = co_await scripted_peer::dial(net, at->node.endpoint());
    static_cast<void>(co_await honest.greet(honest.good_hand()));
    CHECK(net.now() - start < 1s);

    const auto whole = wire::grin_messages::encode(
        dribbler.good_hand(), wire::chain_parameters_for(wire::chain_type::usernet), wire::latest_version);
    REQUIRE(whole);
    for (std::size_t i = 0; i != 11; ++i) {
      wire::bytes next(1, (*whole)[i]);
      co_await dribbler.send_bytes(std::move(next));
      static_cast<void>(co_await io::sleep_for(net, 1s));
    }
    const bool dribbler_closed = co_await dribbler.closed();
    CHECK(dribbler_closed);
    const bool silent_closed = co_await silent.closed();
    CHECK(silent_closed);
    CHECK(net.now() - start < 13s);
    CHECK(net.now() - start >= 10s);
  };
  on.play(script(&on));
  CHECK(on.node.connected.size() == 1);
  const auto timeouts = std::count(on.node.disconnected.begin(), on.node.disconnected.end(), "handshake_timeout");
  CHECK(timeouts == 2);
}

TEST_CASE("a Hand may come in pieces of any size") {
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 50U}) {
    sim::world_options options;
    options.default_link.max_segment = piece;
    sim::world world{piece, options};
    simulated_node node{world.add_machine()};
    sim::machine& peer_host = world.add_machine();
    auto script = [](sim::machine* from, simulated_node* to) -> task<bool> {
      auto peer = co_await scripted_peer::dial(from->runtime(), to->endpoint());
      const shake theirs = co_await peer.greet(peer.good_hand());
      co_return theirs.genesis == peer.good_hand().genesis;
    };
    CHECK(world.run(script(&peer_host, &node)));
  }
}

TEST_CASE("what arrives right behind the handshake is not lost when the session begins in a later turn") {
  for (const bool dialed : {false, true}) {
    CAPTURE(dialed);
    stage on;
    auto script = [](stage* at, bool by_node) -> task<void> {
      // In one write with the handshake.
      const auto send = [](scripted_peer& peer, auto first) -> task<void> {
        const auto& network = wire::chain_parameters_for(wire::chain_type::usernet);
        auto both = wire::grin_messages::encode(first, network, wire::latest_version).value();
        const auto second = wire::grin_messages::encode(wire::messages::ping{}, network, wire::latest_version).value();
        both.insert(both.end(), second.begin(), second.end());
        co_await peer.send_bytes(std::move(both));
      };
      if (by_node) {
        auto listener = at->peer_host.runtime().listen({at->peer_host.address(), 9999}).value();
        at->node->connect(listener->local_endpoint(), {});
        auto accepted = co_await listener->accept();
        scripted_peer peer{at->peer_host.runtime(), std::move(accepted).value()};
        static_cast<void>(co_await peer.expect<hand>());
        at->world.observe([] {});  // each turn ends after one event, as when its budget is spent
        co_await send(peer, peer.good_shake());
        static_cast<void>(co_await peer.expect<wire::messages::pong>());
      } else {
        auto peer = co_await scripted_peer::dial(at->peer_host.runtime(), at->node.endpoint());
        at->world.observe([] {});
        co_await send(peer, peer.good_hand());
        static_cast<void>(co_await peer.expect<wire::messages::pong>());
      }
    };
    on.play(script(&on, dialed));
    CHECK(on.node.connected.size() == 1);
  }
}

}  // namespace session_handshake_test
