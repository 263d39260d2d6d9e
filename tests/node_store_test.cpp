// A node on a durable store of the application.
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <peer/store/stores.hpp>
#include <support/faulty_store.hpp>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/dandelion/status.hpp>
#include <pappus/peer/store/limits.hpp>
#include <pappus/statistics.hpp>

namespace node_store_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::store_errc;
using stores::in_memory;
using stores::on_sqlite;
using support::faulty_store;
using support::simulated_config;
using support::simulated_node;
using support::store_faults;

namespace {

/// Accepts stem transactions and relays none.
integration::adapter rejecting() {
  integration::adapter adapter;
  adapter.validate_tx = [](const auto&, peer::phase, const auto& answer) { answer(false); };
  return adapter;
}

/// The result of running a node on any store but this one.
std::error_code end_with(const peer::store_source& store) {
  sim::world world{1};
  sim::machine& at = world.add_machine();
  node_config config = simulated_config();
  config.custom_store = store;
  bool listened = false;
  integration::adapter adapter;
  adapter.listening = [&listened](io::endpoint) { listened = true; };
  node mine{at.runtime(), config, adapter};
  const auto ended = world.run(mine.run());
  CHECK_FALSE(listened);
  return ended ? std::error_code{} : ended.error();
}

}  // namespace

TEST_CASE_TEMPLATE("bans, addresses and own transactions outlive a node that is stopped, and one that crashes", Where,
                   on_sqlite, in_memory) {
  for (const bool crashes : {false, true}) {
    CAPTURE(crashes);
    const Where where;
    sim::world world{1};
    sim::machine& home = world.add_machine();
    simulated_node relay{world.add_machine(), simulated_config(), rejecting()};
    node_config config = simulated_config();
    config.custom_store = where.source();
    config.preferred_peers = {relay.endpoint()};
    config.dandelion.stem_probability = 1;
    const auto tx = support::some_transaction(1);
    const auto range = *io::endpoint_range::parse("203.0.113.0/24");
    std::vector<peer::ban> bans;
    {
      simulated_node first{home, config};
      world.run_for(1min);
      result<void> banned = failure{make_error_code(errc::canceled)};
      result<void> stemmed = failure{make_error_code(errc::canceled)};
      first->ban(range, 24h, wire::reason_for_ban::manual, [&banned](result<void> told) { banned = told; });
      first->stem(tx, [&stemmed](result<void> told) { stemmed = told; });
      world.run_for(5s);
      CHECK(banned.has_value());
      CHECK(stemmed.has_value());
      CHECK(first->statistics().store.in_sync);
      bans = first->bans();
      if (crashes) home.crash();
    }
    home.restart();

    config.preferred_peers.clear();
    simulated_node second{home, config};
    world.run_for(5s);
    CHECK(second->bans() == bans);
    const auto addresses = second->known_addresses();
    REQUIRE(addresses.size() == 1);
    CHECK(addresses[0].address == peer::to_wire(relay.endpoint()));
    CHECK(addresses[0].last_success != io::wall_time{});
    CHECK(second->dandelion().transactions == 1);
    second->connect(relay.endpoint(), {});
    world.run_for(1h);
    CHECK(second.fluffed == std::vector{peer::fluff_reason::embargo_expired});
    CHECK(second->dandelion().transactions == 0);
  }
}

TEST_CASE("a store of the application replaces the file") {
  const on_sqlite file;
  const in_memory records;
  node_config config = simulated_config();
  config.store_path = file.folder.file("peers.db");
  config.custom_store = records.source();
  support::stage on{{}, {}, config};
  auto script = [](support::stage* at) -> task<void> {
    const auto banned = co_await at->node->ban(io::endpoint{at->peer_host.address(), 9}, 1h);
    CHECK(banned.has_value());
  };
  on.play(script(&on));
  CHECK(records.records->content().bans.size() == 1);
  CHECK_FALSE(std::filesystem::exists(config.store_path));
}

TEST_CASE("an error of the application's store is the result of the change") {
  const auto faults = std::make_shared<store_faults>();
  node_config config = simulated_config();
  config.custom_store = faulty_store::source(in_memory{}.source(), faults);
  support::stage on{{}, {}, config};
  auto script = [](support::stage* at, store_faults* store) -> task<void> {
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    CHECK(at->node->statistics().store.in_sync);
    store->before_write = store_errc::disk_full;
    const auto banned = co_await at->node->ban(io::endpoint{at->peer_host.address(), 9}, 1h);
    REQUIRE_FALSE(banned.has_value());
    CHECK(banned.error() == store_errc::disk_full);
    const auto stemmed = co_await at->node->stem(support::some_transaction(1));
    REQUIRE_FALSE(stemmed.has_value());
    CHECK(stemmed.error() == store_errc::disk_full);
    CHECK(at->node->bans().size() == 1);
    CHECK_FALSE(at->node->statistics().store.in_sync);
    store->before_write.reset();
    static_cast<void>(co_await io::sleep_for(at->net(), peer::limits::max_store_retry_delay + 1s));
    CHECK(at->node->statistics().store.in_sync);
    CHECK(at->node->statistics().store.rows_waiting == 0);
  };
  on.play(script(&on, faults.get()));
}

TEST_CASE("a node whose store cannot be opened ends at once with the error") {
  const auto faults = std::make_shared<store_faults>();
  const auto faulty = faulty_store::source(in_memory{}.source(), faults);
  faults->opening = store_errc::too_new;
  CHECK(end_with(faulty) == store_errc::too_new);
  faults->throws = true;
  CHECK_THROWS_AS(end_with(faulty), std::runtime_error);
  const in_memory taken;
  const auto other = opened(taken);
  CHECK(end_with(taken.source()) == store_errc::in_use);
}

TEST_CASE("a node whose store hangs stops in time, and does not destroy what the store uses") {
  const in_memory where;
  {
    sim::world world{1};
    sim::machine& home = world.add_machine();
    node_config config = simulated_config();
    config.custom_store = where.source();
    node mine{home.runtime(), config, {}};
    auto script = [](sim::machine* at, node* stopped) -> task<void> {
      static_cast<void>(co_await io::sleep_for(at->runtime(), 1s));
      at->hang_workers(true);
      stopped->ban(io::endpoint{at->address(), 9}, 1h, wire::reason_for_ban::manual, {});
      stopped->stop();
    };
    auto both = [](sim::machine* at, node* running, task<void> beside) -> task<void> {
      auto ended = co_await when_all(running->run(), std::move(beside));
      REQUIRE_FALSE(std::get<0>(ended).has_value());
      CHECK(std::get<0>(ended).error() == store_errc::unresponsive);
      at->hang_workers(false);
    };
    world.run(both(&home, &mine, script(&home, &mine)));
    world.run_for(5s);
  }
  CHECK(opened(where).content.bans.size() == 1);
}

}  // namespace node_store_test
