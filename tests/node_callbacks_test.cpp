// What the node's callbacks may do, and what they are told, at the edges of its life.
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <support/simulated_node.hpp>

#include <pappus/node.hpp>
#include <pappus/sim/world.hpp>

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

TEST_CASE("a node that hears that it listens may connect at once") {
  sim::world world{1};
  simulated_node other{world.add_machine()};
  sim::machine& here = world.add_machine();
  outcome answer;
  node* self = nullptr;
  peer::adapter host;
  host.listening = [&](io::endpoint) { self->connect(other.endpoint(), into(answer)); };
  node one{here.runtime(), simulated_config(), host};
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

TEST_CASE("a node that hears that it listens may stop at once") {
  sim::world world{1};
  sim::machine& here = world.add_machine();
  node* self = nullptr;
  peer::adapter host;
  host.listening = [&](io::endpoint) { self->stop(); };
  node one{here.runtime(), simulated_config(), host};
  self = &one;
  world.run(run(&one));
}

TEST_CASE("a connect that the node's end cuts short says so, however far it had come") {
  sim::world world{1};
  sim::machine& far_away = world.add_machine();
  sim::machine& here = world.add_machine();
  outcome dialling;
  {
    simulated_node one{here};
    world.run_for(1s);
    world.cut(here, far_away);
    one->connect({far_away.address(), support::port}, into(dialling));
    world.run_for(1s);
    CHECK_FALSE(dialling);
  }
  REQUIRE(dialling);
  REQUIRE_FALSE(*dialling);
  CHECK(dialling->error() == peer::disconnect_reason::shutting_down);
}

}  // namespace node_callbacks_test
