// Callbacks of a node at the beginning and the end of its life.
#include <algorithm>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/simulated_node.hpp>

#include <pappus/node.hpp>
#include <pappus/sim/world.hpp>
#include <pappus/statistics.hpp>

namespace node_callbacks_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::simulated_config;
using support::simulated_node;

namespace {

using outcome = std::optional<result<peer::peer_info>>;

auto into(outcome& answer) {
  return [&answer](result<peer::peer_info> given) { answer.emplace(std::move(given)); };
}

task<void> run(node* one) {
  const auto ran = co_await one->run();
  CHECK(ran);
}

}  // namespace

TEST_CASE("the listening callback may call connect") {
  sim::world world{1};
  simulated_node other{world.add_machine()};
  sim::machine& here = world.add_machine();
  outcome answer;
  node* self = nullptr;
  integration::adapter machine;
  machine.listening = [&](io::endpoint) { self->connect(other.endpoint(), into(answer)); };
  node one{here.runtime(), simulated_config(), machine};
  self = &one;
  here.runtime().spawn(run(&one));
  world.run_for(5s);
  REQUIRE(answer);
  REQUIRE(*answer);
  CHECK((*answer)->endpoint == other.endpoint());
  CHECK(one.statistics().outbound == 1);
  one.stop();
  world.run_for(5s);
}

TEST_CASE("the listening callback may call stop") {
  sim::world world{1};
  sim::machine& here = world.add_machine();
  node* self = nullptr;
  integration::adapter machine;
  machine.listening = [&](io::endpoint) { self->stop(); };
  node one{here.runtime(), simulated_config(), machine};
  self = &one;
  world.run(run(&one));
}

TEST_CASE("connect before the node runs takes effect when it listens") {
  sim::world world{1};
  simulated_node other{world.add_machine()};
  sim::machine& here = world.add_machine();
  outcome answer;
  node one{here.runtime(), simulated_config(), {}};
  one.connect(other.endpoint(), into(answer));
  world.run_for(1s);
  CHECK_FALSE(answer);
  here.runtime().spawn(run(&one));
  world.run_for(5s);
  REQUIRE(answer);
  CHECK(answer->has_value());
  one.stop();
  world.run_for(5s);
}

TEST_CASE("a node stopped before it runs makes none of the requested connections") {
  sim::world world{1};
  simulated_node other{world.add_machine()};
  sim::machine& here = world.add_machine();
  outcome answer;
  node one{here.runtime(), simulated_config(), {}};
  one.connect(other.endpoint(), into(answer));
  one.stop();
  outcome later;
  one.connect(other.endpoint(), into(later));
  world.run_for(1s);
  for (const outcome* each : {&answer, &later}) {
    REQUIRE(each->has_value());
    REQUIRE_FALSE(**each);
    CHECK((*each)->error() == peer::disconnect_reason::shutting_down);
  }
  here.runtime().spawn(run(&one));
  world.run_for(5s);
}

TEST_CASE("a node listens on the port of its chain unless it is given an endpoint") {
  sim::world world{1};
  node_config config;
  config.chain = wire::chain_parameters_for(wire::chain_type::mainnet);
  config.seeds.emplace();
  node one{world.add_machine().runtime(), config, {}};
  sim::runtime& net = world.machines()[0]->runtime();
  net.spawn(run(&one));
  world.run_for(1s);
  CHECK(one.local_endpoint().port == config.chain.default_port);
  CHECK(config.chain.default_port == 3414);
  one.stop();
  world.run_for(5s);
}

TEST_CASE("a connect that the node's end interrupts completes with shutting_down, at every stage") {
  sim::world world{1};
  sim::machine& far_away = world.add_machine();
  sim::machine& here = world.add_machine();
  outcome dialing;
  {
    simulated_node one{here};
    world.run_for(1s);
    world.cut(here, far_away);
    one->connect({far_away.address(), support::port}, into(dialing));
    world.run_for(1s);
    CHECK_FALSE(dialing);
  }
  REQUIRE(dialing);
  REQUIRE_FALSE(*dialing);
  CHECK(dialing->error() == peer::disconnect_reason::shutting_down);
}

TEST_CASE("requests to a node that never runs complete at the latest when it is destroyed, in every form") {
  sim::world world{1};
  sim::machine& here = world.add_machine();
  std::vector<std::error_code> told;
  const auto note = [&told](const auto& given) { told.push_back(given ? std::error_code{} : given.error()); };
  const io::endpoint_range range{pappus::ip_address::v4(0x0a000000), 8};
  const auto await_ban = [](node* one, io::endpoint_range what, std::vector<std::error_code>* into) -> task<void> {
    const auto banned = co_await one->ban(what, 1h);
    into->push_back(banned ? std::error_code{} : banned.error());
  };
  const auto await_unban = [](node* one, io::endpoint_range what, std::vector<std::error_code>* into) -> task<void> {
    const auto lifted = co_await one->unban(what);
    into->push_back(lifted ? std::error_code{} : lifted.error());
  };
  {
    node one{here.runtime(), simulated_config(), {}};
    one.ban(range, 1h, wire::reason_for_ban::manual, note);
    CHECK(one.unban(range, note) == 1);
    here.runtime().spawn(await_ban(&one, range, &told));
    here.runtime().spawn(await_unban(&one, range, &told));
    world.run_for(1s);
    CHECK(told.empty());
    one.connect(io::endpoint{}, note);
    CHECK(told.empty());
  }
  world.run_for(1s);
  REQUIRE(told.size() == 5);
  CHECK(std::ranges::count(told, make_error_code(errc::closed)) == 4);
  CHECK(std::ranges::count(told, make_error_code(peer::disconnect_reason::shutting_down)) == 1);
}

TEST_CASE("stem_result completes when the node stops") {
  sim::world world{1};
  sim::machine& here = world.add_machine();
  std::vector<std::error_code> told;
  const auto note = [&told](const auto& given) { told.push_back(given ? std::error_code{} : given.error()); };
  node_config config = simulated_config();
  config.connection_limits.outbound = 1;
  config.seeds.emplace();
  config.preferred_peers = {{pappus::ip_address::v4(0x05060708), 1}};
  node one{here.runtime(), config, {}};
  here.runtime().spawn(run(&one));
  world.run_for(1s);
  const auto tx = support::some_transaction(1);
  one.stem(tx, {});
  world.run_for(1s);
  one.stem_result(tx, note);
  one.stem_result(support::some_transaction(2), note);
  world.run_for(1s);
  CHECK(told == std::vector{make_error_code(peer::stem_errc::not_private)});
  one.stop();
  world.run_for(10s);
  CHECK(told == std::vector{make_error_code(peer::stem_errc::not_private), make_error_code(errc::closed)});
}

TEST_CASE("a stem handler that is called because the node stops may call stem again, which completes likewise") {
  sim::world world{1};
  sim::machine& here = world.add_machine();
  std::vector<integration::responder<wire::transaction_ptr>> pending;
  integration::adapter machine;
  machine.get_transaction = [&pending](const wire::hash&, integration::responder<wire::transaction_ptr> to) {
    pending.push_back(std::move(to));
  };
  std::vector<std::error_code> told;
  {
    node one{here.runtime(), simulated_config(), machine};
    here.runtime().spawn(run(&one));
    world.run_for(1s);
    const auto tx = support::some_transaction(1);
    one.stem(tx, [&](result<void> first) {
      told.push_back(first.error());
      one.stem(tx, [&told](result<void> second) { told.push_back(second.error()); });
    });
    world.run_for(1s);
    CHECK(told.empty());
    one.stop();
    world.run_for(10s);
    CHECK(told == std::vector(2, make_error_code(errc::closed)));
  }
  world.run_for(1h);
}

}  // namespace node_callbacks_test
