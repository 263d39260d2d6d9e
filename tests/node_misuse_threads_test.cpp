// Misuse of a node: the program ends with a line that names the call and the error.
#include <memory>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <support/death.hpp>
#include <support/simulated_node.hpp>

#include <pappus/node.hpp>
#include <pappus/sim/world.hpp>

namespace node_misuse_threads_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::simulated_config;
using support::words_of_death;

namespace {

task<void> run(node* which) { static_cast<void>(co_await which->run()); }

}  // namespace

TEST_CASE("destroying a running node is reported" * doctest::skip(!support::can_fork)) {
  const std::string output = words_of_death([] {
    sim::world world{1};
    sim::machine& at = world.add_machine();
    auto mine = std::make_unique<node>(at.runtime(), simulated_config(), integration::adapter{});
    at.runtime().spawn(run(mine.get()));
    world.run_for(1s);
    mine.reset();
  });
  CHECK(output == "pappus: node: destroyed while it runs; stop it, and wait until run() has completed\n");
}

TEST_CASE("destroying a node that shuts down is reported" * doctest::skip(!support::can_fork)) {
  const std::string output = words_of_death([] {
    sim::world world{1};
    sim::machine& at = world.add_machine();
    auto mine = std::make_unique<node>(at.runtime(), simulated_config(), integration::adapter{});
    at.runtime().spawn(run(mine.get()));
    world.run_for(1s);
    mine->stop();
    mine.reset();
  });
  CHECK(output == "pappus: node: destroyed while it runs; stop it, and wait until run() has completed\n");
}

TEST_CASE("destroying a node in one of its callbacks is reported" * doctest::skip(!support::can_fork)) {
  const std::string output = words_of_death([] {
    sim::world world{1};
    sim::machine& at = world.add_machine();
    auto mine = std::make_unique<node>(at.runtime(), simulated_config(), integration::adapter{});
    mine->request(1, wire::messages::get_block{}, [&mine](const auto&) { mine.reset(); });
    world.run_for(1s);
  });
  CHECK(output == "pappus: node: destroyed by one of its own callbacks\n");
}

TEST_CASE("destroying a node again in a callback of its destructor is reported" * doctest::skip(!support::can_fork)) {
  const std::string output = words_of_death([] {
    sim::world world{1};
    sim::machine& at = world.add_machine();
    auto mine = std::make_unique<node>(at.runtime(), simulated_config(), integration::adapter{});
    mine->connect(io::endpoint{}, [&mine](const auto&) { mine.reset(); });
  });
  CHECK(output == "pappus: node: destroyed by one of its own callbacks\n");
}

TEST_CASE("calling a node in a callback of its destructor is reported" * doctest::skip(!support::can_fork)) {
  const std::string output = words_of_death([] {
    sim::world world{1};
    sim::machine& at = world.add_machine();
    auto mine = std::make_unique<node>(at.runtime(), simulated_config(), integration::adapter{});
    node* const raw = mine.get();
    mine->connect(io::endpoint{}, [raw](const auto&) { raw->connect(io::endpoint{}, {}); });
    mine.reset();
  });
  CHECK(output == "pappus: node::connect: called by a callback while the node is destroyed\n");
}

TEST_CASE("a second run is reported" * doctest::skip(!support::can_fork)) {
  const std::string output = words_of_death([] {
    sim::world world{1};
    sim::machine& at = world.add_machine();
    node mine{at.runtime(), simulated_config(), {}};
    at.runtime().spawn(run(&mine));
    at.runtime().spawn(run(&mine));
    world.run_for(1s);
  });
  CHECK(output == "pappus: node::run: called a second time; a node runs once\n");
}

TEST_CASE("a call from another thread than the loop's is reported with its name" * doctest::skip(!support::can_fork)) {
  const auto said_of = [](void (*call)(node&)) {
    return words_of_death([call] {
      sim::world world{1};
      sim::machine& at = world.add_machine();
      node mine{at.runtime(), simulated_config(), {}};
      at.runtime().spawn(run(&mine));
      world.run_for(1s);
      std::thread{[&mine, call] { call(mine); }}.join();
    });
  };
  const auto words_for = [](const std::string& member) {
    return "pappus: node::" + member + ": called from another thread than the loop's; use node::handle()\n";
  };
  CHECK(said_of([](node& mine) { mine.stop(); }) == words_for("stop"));
  CHECK(said_of([](node& mine) { static_cast<void>(mine.run()); }) == words_for("run"));
  CHECK(said_of([](node& mine) { static_cast<void>(mine.config()); }) == words_for("config"));
  CHECK(said_of([](node& mine) { static_cast<void>(mine.local_endpoint()); }) == words_for("local_endpoint"));
  CHECK(said_of([](node& mine) { mine.trust_clock(); }) == words_for("trust_clock"));
  CHECK(said_of([](node& mine) { static_cast<void>(mine.chain_tip()); }) == words_for("chain_tip"));
  CHECK(said_of([](node& mine) { static_cast<void>(mine.unban({})); }) == words_for("unban"));
  CHECK(said_of([](node& mine) { static_cast<void>(mine.request(1, wire::messages::get_block{})); }) ==
        words_for("request"));
}

TEST_CASE("before it runs and afterwards a node may be used from any thread, one at a time") {
  sim::world world{1};
  sim::machine& at = world.add_machine();
  node mine{at.runtime(), simulated_config(), {}};
  std::thread{[&mine] { mine.set_chain_tip({1, 2}); }}.join();
  mine.stop();
  at.runtime().spawn(run(&mine));
  world.run_for(1s);
  std::thread{[&mine] { CHECK(mine.peers().empty()); }}.join();
}

}  // namespace node_misuse_threads_test
