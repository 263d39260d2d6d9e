// Dandelion in nodes of a simulated network.
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/sanitizers.hpp>
#include <support/simulated_node.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/io/timer.hpp>

namespace dandelion_dandelion_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using peer::fluff_reason;
using peer::phase;
using peer::stem_outcome;
using support::simulated_config;
using support::simulated_node;
using support::some_transaction;

namespace {

peer::dandelion_options only(dandelion_mode mode) {
  peer::dandelion_options options;
  options.stem_probability = mode == dandelion_mode::stem ? 1 : 0;
  return options;
}

/// Nodes that dial only whom they are told to.
class town {
public:
  explicit town(std::uint64_t seed = 1) : world{seed} {}

  simulated_node& add(const peer::dandelion_options& how, const std::vector<simulated_node*>& dials = {},
                      integration::adapter above = {}) {
    node_config config = simulated_config();
    config.dandelion = how;
    for (const simulated_node* const each : dials) config.preferred_peers.push_back(each->endpoint());
    nodes.push_back(std::make_unique<simulated_node>(world.add_machine(), std::move(config), std::move(above)));
    return *nodes.back();
  }

  /// The last takes what it gets to nobody but to all.
  std::vector<simulated_node*> add_row(std::size_t length, const peer::dandelion_options& how) {
    std::vector<simulated_node*> row;
    for (std::size_t i = 0; i != length; ++i) {
      row.insert(row.begin(), &add(how, row.empty() ? row : std::vector{row.front()}));
    }
    world.run_for(1min);
    return row;
  }

  sim::world world;
  std::vector<std::unique_ptr<simulated_node>> nodes;
};

/// What is said of one transaction of a node's own.
struct story {
  story(simulated_node& of, const wire::transaction_ptr& tx) {
    of->stem(tx, [this](const auto& outcome) { stemmed = outcome; });
    of->stem_result(tx, [this](const auto& told) {
      if (told) end = *told;
    });
  }

  std::optional<result<void>> stemmed;
  std::optional<peer::stem_result> end;
};

/// Takes stems, and passes none on.
integration::adapter swallowing() {
  integration::adapter hole;
  hole.validate_tx = [](const auto&, phase, const auto& answer) { answer(false); };
  return hole;
}

}  // namespace

TEST_CASE("a transaction goes along the stem to where no route leads on, and from there to everybody") {
  town on;
  const auto row = on.add_row(5, only(dandelion_mode::stem));
  const auto tx = some_transaction(1);
  const story told{*row[0], tx};
  on.world.run_for(10s);
  REQUIRE(told.stemmed);
  CHECK(told.stemmed->has_value());
  REQUIRE(told.end);
  CHECK(told.end->outcome == stem_outcome::seen);
  for (const simulated_node* const each : row) CHECK(each->has(tx));
  CHECK(row[1]->received == std::vector{phase::stem, phase::fluff});
  CHECK(row[0]->stemmed_to == std::vector{row[1]->endpoint()});
  CHECK(row[0]->fluffed.empty());
  CHECK(row[4]->fluffed == std::vector{fluff_reason::no_relay});
}

TEST_CASE("where an epoch is one of fluffing the stem of others ends after a while, our own goes on") {
  town on;
  simulated_node& last = on.add(only(dandelion_mode::stem));
  simulated_node& fluffer = on.add(only(dandelion_mode::fluff), {&last});
  simulated_node& origin = on.add(only(dandelion_mode::fluff), {&fluffer});
  on.world.run_for(1min);
  const auto tx = some_transaction(1);
  const story told{origin, tx};
  on.world.run_for(29s);
  CHECK(fluffer.received == std::vector{phase::stem});
  CHECK_FALSE(origin.has(tx));
  on.world.run_for(5s);
  CHECK(fluffer.fluffed == std::vector{fluff_reason::aggregation_expired});
  CHECK(last.received == std::vector{phase::fluff});
  CHECK(origin.has(tx));
}

TEST_CASE("stems go to outbound peers only") {
  town on;
  simulated_node& middle = on.add(only(dandelion_mode::stem));
  std::vector<simulated_node*> dialling;
  for (int i = 0; i != 5; ++i) dialling.push_back(&on.add(only(dandelion_mode::stem), {&middle}));
  on.world.run_for(1min);
  REQUIRE(middle->statistics().inbound == 5);
  const story told{middle, some_transaction(1)};
  on.world.run_for(5s);
  CHECK(middle.stemmed_to.empty());
  CHECK(middle.fluffed == std::vector{fluff_reason::no_relay});
  for (const simulated_node* const each : dialling) CHECK(each->received == std::vector{phase::fluff});
}

TEST_CASE("a relay that swallows stems delays a transaction and does not lose it") {
  town on;
  const auto swallow = [](const wire::transaction_ptr&, phase, const std::function<void(bool)>& answer) {
    answer(false);
  };
  integration::adapter hole;
  hole.validate_tx = swallow;
  simulated_node& neighbour = on.add(only(dandelion_mode::stem));
  simulated_node& relay = on.add(only(dandelion_mode::stem), {}, hole);
  simulated_node& origin = on.add(only(dandelion_mode::stem), {&relay});
  simulated_node& watcher = on.add(only(dandelion_mode::stem), {&origin, &neighbour});
  on.world.run_for(1min);
  const auto tx = some_transaction(1);
  const story told{origin, tx};
  on.world.run_for(180s);
  CHECK_FALSE(watcher.has(tx));
  on.world.run_for(1h);
  CHECK(watcher.has(tx));
  REQUIRE(told.end);
  CHECK(told.end->reason == fluff_reason::embargo_expired);
}

TEST_CASE("a relay that goes before the stem is written is replaced by another outbound peer") {
  for (std::uint64_t seed = 1; seed <= (support::sanitized ? 5 : 20); ++seed) {
    CAPTURE(seed);
    town on{seed};
    std::vector<simulated_node*> relays;
    for (int i = 0; i != 3; ++i) relays.push_back(&on.add(only(dandelion_mode::stem)));
    simulated_node& origin = on.add(only(dandelion_mode::stem), relays);
    on.world.run_for(1min);
    const auto tx = some_transaction(seed);
    const story told{origin, tx};
    REQUIRE(origin.stemmed_to.size() == 1);
    origin->disconnect(origin.stemmed_to[0]);  // in the same turn, but its last words are written
    const auto relay =
        std::ranges::find(relays, origin.stemmed_to[0], [](const auto* each) { return each->endpoint(); });
    on.world.run_for(1h);
    CHECK((*relay)->has(tx));
    for (const simulated_node* const each : relays) CHECK(each->has(tx));
    CHECK(std::ranges::count(origin.fluffed, fluff_reason::aggregation_expired) == 0);
  }
}

TEST_CASE("a loop ends: no node is sent a stem twice by one peer, and all hear of it in the end") {
  town on;
  std::vector<sim::machine*> hosts;
  constexpr std::size_t size = 6;
  for (std::size_t i = 0; i != size; ++i) hosts.push_back(&on.world.add_machine());
  for (std::size_t i = 0; i != size; ++i) {
    node_config config = simulated_config();
    config.dandelion = only(dandelion_mode::stem);
    config.preferred_peers = {{hosts[(i + 1) % size]->address(), support::port}};
    on.nodes.push_back(std::make_unique<simulated_node>(*hosts[i], std::move(config)));
  }
  on.world.run_for(2min);
  const auto tx = some_transaction(1);
  const story told{*on.nodes[0], tx};
  on.world.run_for(170s);
  for (const auto& each : on.nodes) {
    CHECK(each->stemmed_to.size() == 1);
    CHECK(each->fluffed.empty());
  }
  on.world.run_for(1h);
  for (const auto& each : on.nodes) CHECK(each->has(tx));
}

TEST_CASE("an own transaction waits for a preferred peer that is given by its name, and is not fluffed meanwhile") {
  sim::world world{1};
  node_config config = simulated_config();
  config.dandelion = only(dandelion_mode::stem);
  config.preferred_hosts.push_back({"friend.example", support::port});
  config.reconnect.max = 1min;
  simulated_node origin{world.add_machine(), std::move(config)};
  config = simulated_config();
  config.preferred_peers = {origin.endpoint()};
  simulated_node inbound{world.add_machine(), std::move(config)};
  simulated_node relay{world.add_machine()};
  world.run_for(1min);
  const auto tx = some_transaction(1);
  const story told{origin, tx};
  world.run_for(10s);
  CHECK(origin.fluffed.empty());
  CHECK_FALSE(inbound.has(tx));
  world.set_name("friend.example", {relay.endpoint().address});
  world.run_for(2min);
  CHECK(origin.stemmed_to == std::vector{relay.endpoint()});
}

TEST_CASE("without a single peer our own transaction waits until there is one") {
  town on;
  simulated_node& origin = on.add(only(dandelion_mode::stem));
  const auto tx = some_transaction(1);
  on.world.run_for(1s);
  const story told{origin, tx};
  on.world.run_for(1h);
  CHECK_FALSE(told.end);
  simulated_node& late = on.add(only(dandelion_mode::stem), {&origin});
  on.world.run_for(1min);
  CHECK(late.has(tx));
}

TEST_CASE("after a kill our own transaction is neither stemmed again nor fluffed at once, but fluffed in the end") {
  const support::temporary_folder folder;
  sim::world world{1};
  sim::machine& home = world.add_machine();
  simulated_node relay{world.add_machine(), simulated_config(), swallowing()};
  node_config config = simulated_config();
  config.store_path = folder.file("peers.db");
  config.dandelion = only(dandelion_mode::stem);
  config.preferred_peers = {relay.endpoint()};
  const auto tx = some_transaction(1);
  const auto other = some_transaction(2);
  {
    simulated_node origin{home, config};
    world.run_for(1min);
    const story told{origin, tx};
    const story done{origin, other};
    world.run_for(1s);
    REQUIRE(told.stemmed);
    CHECK(told.stemmed->has_value());
    origin->fluff(other);
    world.run_for(5s);
    home.crash();
  }
  home.restart();
  simulated_node again{home, config};
  world.run_for(1min);
  CHECK(again->dandelion().transactions == 1);
  world.run_for(1min);
  CHECK(again.stemmed_to.empty());
  CHECK(again.fluffed.empty());
  world.run_for(1h);
  CHECK(again.fluffed == std::vector{fluff_reason::embargo_expired});
  CHECK(relay.has(tx));
}

TEST_CASE("our own transaction has as long to go as before when the clock is corrected, while the node runs or after") {
  for (const auto by : {400 * 24h, -400 * 24h}) {
    for (const bool while_it_runs : {true, false}) {
      CAPTURE(by.count());
      CAPTURE(while_it_runs);
      const support::temporary_folder folder;
      sim::world world{1};
      sim::machine& home = world.add_machine();
      simulated_node relay{world.add_machine(), simulated_config(), swallowing()};
      node_config config = simulated_config();
      config.store_path = folder.file("peers.db");
      config.dandelion = only(dandelion_mode::stem);
      config.preferred_peers = {relay.endpoint()};
      const auto tx = some_transaction(1);
      home.set_clock_offset(by);
      {
        simulated_node origin{home, config};
        world.run_for(1min);
        const story told{origin, tx};
        world.run_for(1s);
        if (while_it_runs) {
          home.set_clock_offset({});
          origin->trust_clock();
        }
        world.run_for(5s);
        home.crash();
      }
      home.set_clock_offset({});
      home.restart();
      simulated_node again{home, config};
      world.run_for(2min);
      CHECK(again->statistics().clock.trusted == while_it_runs);
      CHECK(again->dandelion().transactions == 1);
      CHECK(again.fluffed.empty());
      world.run_for(50min);
      CHECK(again.fluffed == std::vector{fluff_reason::embargo_expired});
    }
  }
}

TEST_CASE("a deadline that passed while nobody ran is made up for within a minute, not at once") {
  const support::temporary_folder folder;
  int at_once = 0;
  for (std::uint64_t seed = 1; seed <= (support::sanitized ? 3 : 10); ++seed) {
    sim::world world{seed};
    sim::machine& home = world.add_machine();
    simulated_node neighbour{world.add_machine()};
    node_config config = simulated_config();
    config.store_path = folder.file("peers" + std::to_string(seed));
    config.dandelion = only(dandelion_mode::stem);
    const auto tx = some_transaction(seed);
    {
      simulated_node origin{home, config};
      world.run_for(1s);
      const story told{origin, tx};
      world.run_for(5s);
    }
    home.restart();
    home.set_clock_offset(24h);
    config.preferred_peers = {neighbour.endpoint()};
    simulated_node again{home, config};
    world.run_for(1s);
    at_once += neighbour.has(tx) ? 1 : 0;
    world.run_for(75s);
    CHECK(neighbour.has(tx));
    CHECK(again.stemmed_to.empty());
  }
  CHECK(at_once <= 2);
}

TEST_CASE("one whose time has passed is verified when the node starts, and given up if it is not valid any more") {
  const support::temporary_folder folder;
  sim::world world{1};
  sim::machine& home = world.add_machine();
  simulated_node neighbour{world.add_machine()};
  node_config config = simulated_config();
  config.store_path = folder.file("peers.db");
  config.dandelion = only(dandelion_mode::stem);
  const auto tx = some_transaction(1);
  {
    simulated_node origin{home, config};
    world.run_for(1s);
    const story told{origin, tx};
    world.run_for(5s);
  }
  home.restart();
  home.set_clock_offset(24h);
  config.preferred_peers = {neighbour.endpoint()};
  std::vector<phase> asked;
  integration::adapter strict;
  strict.validate_tx = [&asked](const auto&, phase before, const auto& answer) {
    asked.push_back(before);
    answer(false);
  };
  simulated_node again{home, config, strict};
  world.run_for(1s);
  CHECK(asked == std::vector{phase::fluff});
  CHECK(again->dandelion().transactions == 0);
  world.run_for(5min);
  CHECK_FALSE(neighbour.has(tx));
}

TEST_CASE("what is not valid is not sent, and its maker is told so") {
  town on;
  integration::adapter strict;
  strict.validate_tx = [](const auto&, phase, const auto& answer) { answer(false); };
  simulated_node& relay = on.add(only(dandelion_mode::stem));
  simulated_node& origin = on.add(only(dandelion_mode::stem), {&relay}, strict);
  on.world.run_for(1min);
  const story told{origin, some_transaction(1)};
  on.world.run_for(1s);
  REQUIRE(told.stemmed);
  CHECK_FALSE(told.stemmed->has_value());
  CHECK(relay.received.empty());
  CHECK(origin->dandelion().transactions == 0);
}

TEST_CASE("what is public or private already is not taken again") {
  town on;
  const auto row = on.add_row(3, only(dandelion_mode::stem));
  const auto tx = some_transaction(1);
  const story first{*row[0], tx};
  const story second{*row[0], tx};
  on.world.run_for(10s);
  REQUIRE(second.stemmed);
  CHECK(second.stemmed->error() == peer::stem_errc::already_private);
  const story third{*row[0], tx};
  on.world.run_for(1s);
  REQUIRE(third.stemmed);
  CHECK(third.stemmed->error() == peer::stem_errc::already_public);
}

TEST_CASE("a host may verify later, and one that is asked when the node has gone does no harm") {
  std::vector<std::function<void(bool)>> asked;
  const auto tx = some_transaction(1);
  {
    town on;
    integration::adapter slow;
    slow.validate_tx = [&asked](const auto&, phase, const auto& answer) { asked.push_back(answer); };
    simulated_node& relay = on.add(only(dandelion_mode::stem));
    simulated_node& origin = on.add(only(dandelion_mode::stem), {&relay}, slow);
    on.world.run_for(1min);
    const story told{origin, tx};
    on.world.run_for(1s);
    CHECK_FALSE(told.stemmed);
    REQUIRE(asked.size() == 1);
    asked[0](true);
    on.world.run_for(1s);
    CHECK(told.stemmed);
    CHECK(relay.received == std::vector{phase::stem});
  }
  asked[0](true);
}

TEST_CASE("a host that takes ten minutes for a verdict, or gives none at first, loses no transaction of its own") {
  enum class manner { slow, silent, careless };  // answers late; keeps the first questions; throws them away
  for (const manner how : {manner::slow, manner::silent, manner::careless}) {
    for (const io::duration embargo : {0s, 180s}) {
      CAPTURE(static_cast<int>(how));
      town on;
      std::vector<integration::responder<bool>> kept;
      std::size_t asked = 0;
      std::optional<io::runtime*> net;
      const auto answer_late = [](io::runtime* in, integration::responder<bool> answer) -> task<void> {
        static_cast<void>(co_await io::sleep_for(*in, 10min));
        answer(true);
      };
      integration::adapter busy;
      busy.validate_tx = [&](const auto&, phase, integration::responder<bool> answer) {
        ++asked;
        if (how == manner::slow) return on.world.machines()[1]->spawn(answer_late(*net, answer));
        if (asked % 3 == 0) return answer(true);
        if (how == manner::silent) kept.push_back(answer);
      };
      peer::dandelion_options options = only(dandelion_mode::stem);
      options.embargo.floor = embargo;
      simulated_node& relay = on.add(options);
      simulated_node& origin = on.add(options, {&relay}, busy);
      net = &origin.net();
      on.world.run_for(1min);
      const auto tx = some_transaction(1);
      const story told{origin, tx};
      on.world.run_for(30min);
      REQUIRE(told.stemmed);
      CHECK(told.stemmed->has_value());
      CHECK(origin.stemmed_to == std::vector{relay.endpoint()});
      on.world.run_for(3h);
      CHECK(relay.has(tx));
      CHECK(origin->dandelion().transactions == 0);
      kept.clear();
    }
  }
}

TEST_CASE("a block with it in it ends a private transaction's story") {
  town on;
  const auto row = on.add_row(2, only(dandelion_mode::stem));
  const auto block = support::some_block(7);
  const auto tx = some_transaction(7);  // the same kernels
  integration::adapter quiet;
  simulated_node& lonely = on.add(only(dandelion_mode::stem));
  const story told{lonely, tx};
  on.world.run_for(1s);
  lonely->block_accepted(*block);
  REQUIRE(told.end);
  CHECK(told.end->outcome == stem_outcome::confirmed);
}

TEST_CASE("whatever crashes or is cut off, what is private is public within its time, as long as its maker lives") {
  for (std::uint64_t seed = 1; seed <= (support::sanitized ? 3 : 10); ++seed) {
    CAPTURE(seed);
    town on{seed};
    std::vector<sim::machine*> hosts;
    constexpr std::size_t size = 12;
    for (std::size_t i = 0; i != size; ++i) hosts.push_back(&on.world.add_machine());
    for (std::size_t i = 0; i != size; ++i) {
      node_config config = simulated_config();
      config.dandelion = peer::dandelion_options::of(seed % 2 == 0 ? peer::dandelion_scheme::grin
                                                                   : peer::dandelion_scheme::dandelion_plus_plus);
      config.dandelion.stem_probability = 0.8;
      config.dandelion.epoch = 100s;
      for (std::size_t to = 1; to <= 3; ++to)
        config.preferred_peers.push_back({hosts[(i + to * to) % size]->address(), support::port});
      on.nodes.push_back(std::make_unique<simulated_node>(*hosts[i], std::move(config)));
    }
    on.world.run_for(2min);
    std::vector<wire::transaction_ptr> all;
    for (std::size_t i = 0; i != size; ++i) {
      all.push_back(some_transaction(seed * 100 + i));
      (*on.nodes[i])->stem(all.back(), [](const auto&) {});
      on.world.run_for(7s);
      if (i == 3 || i == 7) hosts[i + 1]->crash(sim::crash::blackhole);
    }
    on.world.partition({hosts[0], hosts[1], hosts[2]});
    on.world.run_for(2min);
    on.world.heal();
    on.world.run_for(1h);
    for (std::size_t i = 0; i != size; ++i) {
      if (!hosts[i]->reachable()) continue;
      CHECK((*on.nodes[i])->dandelion().transactions == 0);
      CHECK(on.nodes[i]->has(all[i]));  // others may have been cut off when it was told
    }
  }
}

}  // namespace dandelion_dandelion_test
