// Strangers that make a node fluff many transactions do not keep others from being announced.
#include <chrono>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>

namespace dandelion_crowding_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::scripted_peer;
using support::some_transaction;
using support::stage;

namespace {

node_config in_an_epoch_of_fluffing() {
  node_config config = support::simulated_config();
  config.dandelion.stem_probability = 0;
  return config;
}

/// The transactions announced to a peer within that time.
task<void> hear_all(scripted_peer* peer, io::duration length, std::set<wire::hash>* into) {
  const io::time_point until = peer->now() + length;
  while (peer->now() < until) {
    const auto got = co_await peer->receive(until - peer->now());
    if (!got) continue;
    if (got->code == ping::code) co_await peer->send(pong{});
    if (got->code != transaction_kernel::code) continue;
    into->insert(wire::decode<transaction_kernel>(got->body, peer->spoken())->kernel);
  }
}

}  // namespace

TEST_CASE("every transaction that waited to be aggregated is announced, however many one peer stemmed before") {
  stage on{integration::adapter{}, {}, in_an_epoch_of_fluffing()};
  auto script = [](stage* at) -> task<void> {
    auto listener = co_await at->stranger();
    auto spammer = co_await at->stranger();
    auto honest = co_await at->stranger();
    for (std::uint64_t seed = 1; seed <= 450; ++seed) co_await spammer.send(stem_transaction{some_transaction(seed)});
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    co_await honest.send(stem_transaction{some_transaction(1'000'000)});
    std::set<wire::hash> heard;
    co_await hear_all(&listener, 5min, &heard);
    CHECK(heard.contains(some_transaction(1'000'000)->kernel_hash(0)));
    CHECK(heard.size() == 451);
    CHECK(at->node->dandelion().transactions == 0);
  };
  on.play(script(&on));
}

TEST_CASE("inbound peers that do not read, however many, do not delay a fluff") {
  for (const bool dials : {false, true}) {
    CAPTURE(dials);
    sim::world_options narrow;
    narrow.default_link.window = 4096;
    integration::adapter adapter;
    const auto wanted = some_transaction(1);
    adapter.get_transaction = [&wanted](const wire::hash& kernel) {
      return kernel == wanted->kernel_hash(0) ? wanted : nullptr;
    };
    node_config config = in_an_epoch_of_fluffing();
    config.dandelion.aggregation = 5s;
    stage on{std::move(adapter), narrow, std::move(config)};
    support::simulated_node good{on.world.add_machine()};
    auto script = [](stage* at, support::simulated_node* honest, wire::hash kernel, bool outbound) -> task<void> {
      std::vector<scripted_peer> mute;
      for (int i = 0; i != 5; ++i) mute.push_back(co_await at->shaken());
      for (scripted_peer& each : mute) {
        for (int n = 0; n != 300; ++n) co_await each.send(get_transaction{kernel});
      }
      if (outbound) static_cast<void>(co_await at->node->connect(honest->endpoint()));
      else static_cast<void>(co_await (*honest)->connect(at->node.endpoint()));
      auto sender = co_await at->shaken();
      co_await sender.send(stem_transaction{some_transaction(2)});
      static_cast<void>(co_await io::sleep_for(at->net(), 6s));
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
      CHECK((*honest)->statistics().sessions.received[transaction_kernel::code] == 1);
    };
    on.play(script(&on, &good, wanted->kernel_hash(0), dials));
  }
}

}  // namespace dandelion_crowding_test
