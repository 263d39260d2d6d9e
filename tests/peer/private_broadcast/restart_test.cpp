// Own transactions that were not public when the node ended.
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/temporary_folder.hpp>

#include "private_network.hpp"

namespace private_broadcast_restart_test {

using namespace private_broadcast;
using peer::stem_outcome;

namespace {

peer::own_broadcast other_than(peer::own_broadcast which) {
  using enum peer::own_broadcast;
  return which == dandelion ? private_broadcast : dandelion;
}

}  // namespace

TEST_CASE("a node that is started again resumes what was not public, after a crash too") {
  for (const bool crashes : {false, true}) {
    private_network on{6};
    on.proxy.refuses = true;
    const auto tx = some_transaction(1);
    {
      on.start();
      on.send(tx);
      on.world.run_for(1min);
      if (crashes) on.here.crash();
      on.stop();
    }
    REQUIRE(on.records->content().stems.size() == 1);
    on.proxy.refuses = false;
    simulated_node& again = on.start();
    CHECK(again->dandelion().own.transactions == 1);
    std::optional<peer::stem_result> end;
    again->stem_result(tx, [&end](const auto& outcome) {
      if (outcome) end = *outcome;
    });
    on.world.run_for(10min);
    REQUIRE(end);
    CHECK(end->outcome == stem_outcome::seen);
    CHECK(on.having(tx) == 6);
    CHECK(on.records->content().stems.empty());
  }
}

TEST_CASE("a transaction that became invalid meanwhile is given up") {
  private_network on{6};
  on.proxy.refuses = true;
  const auto tx = some_transaction(1);
  {
    on.start();
    on.send(tx);
    on.world.run_for(1min);
    on.stop();
  }
  on.proxy.refuses = false;
  integration::adapter rejecting;
  rejecting.validate_tx = [](const auto&, peer::phase) { return false; };
  simulated_node& again = on.start(std::move(rejecting));
  on.world.run_for(10min);
  CHECK(again->dandelion().own.transactions == 0);
  CHECK(on.having(tx) == 0);
  CHECK(on.records->content().stems.empty());
}

TEST_CASE("a node that is started with the other way of broadcast takes own transactions up by its own") {
  using enum peer::own_broadcast;
  for (const peer::own_broadcast first : {private_broadcast, dandelion}) {
    CAPTURE(to_string(first));
    private_network on{6};
    on.proxy.refuses = true;
    const auto tx = some_transaction(1);
    node_config config = on.config();
    config.own_transactions = first;
    {
      if (first == dandelion) config.preferred_peers.clear();  // no relay yet
      if (first == dandelion) config.seeds = {{"seed.example", support::port}};
      if (first == dandelion) config.connection_limits.outbound = 1;
      if (first == dandelion) config.custom_store = stocked(on.records, {});
      on.start(config);
      on.send(tx);
      on.world.run_for(1min);
      on.stop();
    }
    REQUIRE(on.records->content().stems.size() == 1);
    const peer::stem_transaction stored = on.records->content().stems[0];
    CHECK(stored.is_private() == (first == private_broadcast));
    on.proxy.refuses = false;
    config = on.config();
    config.own_transactions = other_than(first);
    simulated_node& again = on.start(config);
    const auto left = stored.deadline - on.here.runtime().wall_clock();
    if (first == dandelion) on.world.run_for(left - 1s);
    if (first == dandelion) CHECK(on.proxy.requests.empty());  // its embargo is not over
    on.world.run_for(10min);
    if (first == private_broadcast) {
      CHECK(again.stemmed_to == std::vector{on.hub.endpoint()});
      CHECK(on.proxy.requests.size() <= 24);  // those that were refused
      CHECK(again.fluffed.empty());
    } else {
      CHECK(on.proxy.requests.size() == 3);
      CHECK(again->dandelion().own.counted.told == 3);
    }
    CHECK(on.having(tx) == 6);
    CHECK(on.records->content().stems.empty());
  }
}

TEST_CASE("pauses between rounds go on in the next run, and do not begin again") {
  private_network on{0};
  for (int i = 0; i != 30; ++i) on.add(swallow);
  on.start();
  on.send(some_transaction(1));
  on.world.run_for(3h);
  const auto told = [&on] {
    std::size_t count = 0;
    for (const strange_peer& each : on.strangers) count += each.transactions.size();
    return count;
  };
  for (int restarts = 0; restarts != 3; ++restarts) {
    const std::size_t before = told();
    on.stop();
    const auto stored = on.records->content().stems;
    REQUIRE(stored.size() == 1);
    CHECK(stored[0].rounds == before / 3);
    on.start();
    const auto left = stored[0].deadline - on.here.runtime().wall_clock();
    REQUIRE(left > 2min);
    on.world.run_for(left - 1s);
    CHECK(told() == before);
    on.world.run_for(15min);
    CHECK(told() == before + 3);  // the next pause is half an hour at least
  }
}

TEST_CASE("a node that never runs for long sends what it has resumed nevertheless") {
  private_network on{0};
  strange_peer& peer = on.add(swallow);
  on.proxy.refuses = true;
  on.start();
  on.send(some_transaction(1));
  on.world.run_for(1s);
  on.stop();
  on.proxy.refuses = false;
  int runs = 0;
  for (; peer.transactions.empty() && runs != 20; ++runs) {
    on.start();  // which takes a minute
    on.world.run_for(1min);
    on.stop();
  }
  CHECK(runs < 20);
}

TEST_CASE("a file keeps them, too, and a clock that is corrected gives them no deadline") {
  const support::temporary_folder folder;
  private_network on{6};
  on.proxy.refuses = true;
  const auto tx = some_transaction(1);
  node_config config = on.config();
  config.custom_store = {};
  config.store_path = folder.file("peers.db");
  {
    on.start(config);
    on.send(tx);
    on.world.run_for(1min);
    on.stop();
  }
  on.here.set_clock_offset(400 * 24h);
  {
    simulated_node& node = on.start(config);
    node->trust_clock();
    on.world.run_for(1min);
    on.stop();
  }
  config.own_transactions = peer::own_broadcast::dandelion;
  simulated_node& again = on.start(config);
  on.world.run_for(1min);
  CHECK(again.stemmed_to == std::vector{on.hub.endpoint()});
}

}  // namespace private_broadcast_restart_test
