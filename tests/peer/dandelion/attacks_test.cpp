// Attacks by relays and strangers that try to find the origin of a transaction, or to suppress it.
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>

namespace dandelion_attacks_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using peer::dandelion_scheme;
using peer::fluff_reason;
using peer::phase;
using support::scripted_peer;
using support::simulated_config;
using support::simulated_node;
using support::some_transaction;

namespace {

constexpr std::uint16_t attackers_port = 1000;

node_config config_with(dandelion_scheme scheme, std::vector<io::endpoint> dials = {}) {
  node_config config = simulated_config();
  config.dandelion = peer::dandelion_options::of(scheme);
  config.dandelion.stem_probability = 1;
  config.dandelion.epoch = 10h;
  config.dandelion.embargo.floor = 180s;  // in both schemes nothing is fluffed meanwhile
  config.preferred_peers = std::move(dials);
  return config;
}

/// The codes of all messages received within a while, without pings and pongs.
task<std::vector<std::uint8_t>> hear(scripted_peer* from, io::runtime* on, io::duration length) {
  static_cast<void>(co_await io::sleep_for(*on, length));
  co_await from->send(ping{});
  std::vector<std::uint8_t> heard;
  for (;;) {
    const auto got = co_await from->receive();
    REQUIRE(got);
    if (got->code == pong::code) co_return heard;
    if (got->code != ping::code && got->code != get_peer_addrs::code) heard.push_back(got->code);
  }
}

/// A node that only accepts connections.
struct listening {
  explicit listening(sim::machine& on)
      : machine(on), here(on.runtime().listen({on.address(), attackers_port}).value()) {}

  task<scripted_peer> accept() {
    auto accepted = co_await here->accept();
    scripted_peer who{machine.runtime(), *std::move(accepted)};
    static_cast<void>(co_await who.expect<hand>());
    co_await who.send(who.good_shake());
    static_cast<void>(co_await who.expect<ping>());
    co_return std::move(who);
  }

  [[nodiscard]] io::endpoint endpoint() const { return {machine.address(), attackers_port}; }

  sim::machine& machine;
  io::listener_ptr here;
};

task<scripted_peer> dial(sim::machine* from, io::endpoint where, std::uint16_t port) {
  auto dialed = co_await scripted_peer::dial(from->runtime(), where);
  static_cast<void>(co_await dialed.greet(dialed.good_hand(port)));
  static_cast<void>(co_await dialed.expect<ping>());
  co_return std::move(dialed);
}

/// Two nodes with the same relay, which stems to the attacker; one of them is the origin of a transaction.
struct possible_origins {
  possible_origins(std::uint64_t seed, dandelion_scheme scheme)
      : world{seed},
        relay_of_all{world.add_machine()},
        victim{world.add_machine(), config_with(scheme, {relay_of_all.endpoint()})},
        maker{world.add_machine(), config_with(scheme, {victim.endpoint()})},
        bystander{world.add_machine(), config_with(scheme, {victim.endpoint()})} {}

  sim::world world;
  listening relay_of_all;
  simulated_node victim;
  simulated_node maker;
  simulated_node bystander;
  sim::machine& stranger = world.add_machine();
};

}  // namespace

TEST_CASE(
    "an attacker that replays a stem to its possible origins gets the same reaction from both, and the relay gets no "
    "message") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    for (const auto scheme : {dandelion_scheme::grin, dandelion_scheme::dandelion_plus_plus}) {
      CAPTURE(seed);
      possible_origins of{seed, scheme};
      auto attack = [](possible_origins* all) -> task<void> {
        auto relay = co_await all->relay_of_all.accept();
        static_cast<void>(co_await io::sleep_for(all->stranger.runtime(), 5s));
        const auto tx = some_transaction(1);
        all->maker->stem(tx, [](const auto&) {});
        const stem_transaction stemmed = co_await relay.expect<stem_transaction>();

        auto to_maker = co_await dial(&all->stranger, all->maker.endpoint(), 1);
        auto to_bystander = co_await dial(&all->stranger, all->bystander.endpoint(), 2);
        auto to_victim = co_await dial(&all->stranger, all->victim.endpoint(), 3);
        for (scripted_peer* const each : {&to_maker, &to_bystander, &to_victim}) co_await each->send(stemmed);
        CHECK((co_await hear(&relay, &all->stranger.runtime(), 5s)).empty());
        CHECK((co_await hear(&to_maker, &all->stranger.runtime(), 5s)).empty());
        CHECK((co_await hear(&to_bystander, &all->stranger.runtime(), 5s)).empty());
        CHECK((co_await hear(&to_victim, &all->stranger.runtime(), 5s)).empty());
        CHECK(all->maker.fluffed.empty());
        CHECK(all->bystander.stemmed_to.size() == 1);  // the victim, which got it from the origin
        for (scripted_peer* const each : {&to_maker, &to_bystander, &to_victim, &relay}) each->close();
      };
      of.world.run(attack(&of));
    }
  }
}

TEST_CASE("repeated replays make neither the origin nor another holder fluff") {
  for (const bool to_its_maker : {false, true}) {
    possible_origins of{1, dandelion_scheme::grin};
    auto attack = [](possible_origins* all, bool maker) -> task<void> {
      auto relay = co_await all->relay_of_all.accept();
      static_cast<void>(co_await io::sleep_for(all->stranger.runtime(), 5s));
      all->maker->stem(some_transaction(1), [](const auto&) {});
      const stem_transaction stemmed = co_await relay.expect<stem_transaction>();
      simulated_node& accused = maker ? all->maker : all->bystander;
      auto replays = co_await dial(&all->stranger, accused.endpoint(), 1);
      for (int time = 0; time != 10; ++time) co_await replays.send(stemmed);
      CHECK((co_await hear(&replays, &all->stranger.runtime(), 20s)).empty());
      CHECK(accused.fluffed.empty());
      CHECK(accused.stemmed_to.size() == 1);
      replays.close();
      relay.close();
    };
    of.world.run(attack(&of, to_its_maker));
  }
}

TEST_CASE("a relay whose connection is reset while a stem is written is replaced by another, and nothing is fluffed") {
  sim::world world{1};
  sim::machine& home = world.add_machine();
  listening slow{world.add_machine()};
  sim::link narrow = world.options().default_link;
  narrow.window = 512;  // less than a transaction
  world.set_link(home, slow.machine, narrow);
  simulated_node other{world.add_machine(), config_with(dandelion_scheme::grin)};
  simulated_node maker{home, config_with(dandelion_scheme::grin, {slow.endpoint()})};
  const auto tx = some_transaction(1);
  REQUIRE(tx->raw_bytes().size() > 2 * narrow.window);
  auto attack = [](auto* in, listening* by, simulated_node* from, simulated_node* spare, auto what) -> task<void> {
    auto relay = co_await by->accept();
    from->get().stem(what, [](const auto&) {});
    CHECK(from->stemmed_to == std::vector{by->endpoint()});
    from->get().connect(spare->endpoint(), [](const auto&) {});
    static_cast<void>(co_await io::sleep_for(by->machine.runtime(), 5s));  // it does not read
    CHECK(spare->received.empty());
    in->reset(*in->find(from->endpoint().address), by->machine);
    static_cast<void>(co_await io::sleep_for(by->machine.runtime(), 1s));
    CHECK(spare->received.front() == phase::stem);
    CHECK(from->stemmed_to == std::vector{by->endpoint(), spare->endpoint()});
    CHECK(from->fluffed.empty());
    relay.close();
  };
  world.run(attack(&world, &slow, &maker, &other, tx));
}

TEST_CASE("stems lost in a syncing relay are fluffed by their deadline; later stems go on") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    const auto scheme = seed % 2 == 0 ? dandelion_scheme::grin : dandelion_scheme::dandelion_plus_plus;
    sim::world world{seed};
    bool syncing = true;
    integration::adapter busy;
    busy.validate_tx = [&syncing](const auto&, phase, const auto& answer) { answer(!syncing); };
    simulated_node last{world.add_machine(), config_with(scheme)};
    simulated_node relay{world.add_machine(), config_with(scheme, {last.endpoint()}), busy};
    simulated_node maker{world.add_machine(), config_with(scheme, {relay.endpoint()})};
    world.run_for(1min);
    const auto early = some_transaction(1);
    const auto late = some_transaction(2);
    maker->stem(early, [](const auto&) {});
    world.run_for(1s);
    CHECK(maker.stemmed_to == std::vector{relay.endpoint()});
    CHECK(relay.stemmed_to.empty());
    syncing = false;
    maker->stem(late, [](const auto&) {});
    world.run_for(5s);
    CHECK(relay.stemmed_to == std::vector{last.endpoint()});
    CHECK(maker.has(late));
    world.run_for(1h);
    CHECK(last.has(early));
    CHECK(maker.fluffed == std::vector{fluff_reason::embargo_expired});
  }
}

}  // namespace dandelion_attacks_test
