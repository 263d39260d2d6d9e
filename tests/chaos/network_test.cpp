// Networks in which faults occur: what is simulated, and what the rules find.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <chaos/address_families.hpp>
#include <chaos/fault_kinds.hpp>
#include <chaos/network.hpp>
#include <chaos/plan.hpp>
#include <chaos/proxies.hpp>
#include <chaos/report.hpp>
#include <doctest/doctest.h>

#include <pappus/coro/ready_queue.hpp>
#include <pappus/io/timer.hpp>

namespace network_test {

using namespace chaos;
using namespace std::chrono_literals;
using pappus::task;

plan planned(const std::string& faults) {
  const auto read = plan_from_text("plan 1 8 2 5\n" + faults);
  REQUIRE(read);
  return *read;
}

TEST_CASE("a network without faults keeps all rules, and transactions, blocks and bans are made") {
  const outcome how = run_plan(planned(""));
  CHECK_FALSE(how.broken);
  CHECK(how.blocks > 0);
  CHECK(how.bans > 0);
  CHECK(how.acknowledged > 0);
  CHECK(how.published > 0);
}

TEST_CASE("a plan always has the same outcome, which its text holds") {
  const plan same = planned("crash 1 130 160 0\npartition 0 140 200 900\nspy 0 130 200 5\n");
  const outcome how = run_plan(same);
  CHECK(to_text(how) == to_text(run_plan(same)));
  const auto read = outcome_from_text(to_text(how));
  REQUIRE(read);
  CHECK(to_text(*read) == to_text(how));
}

TEST_CASE("each kind of fault begins and ends, and a network of nodes as they are keeps all rules") {
  for (const fault_kind& each : fault_kinds()) {
    CAPTURE(each.name);
    const std::string name = each.name;
    const outcome how = run_plan(planned(name + " 0 130 170 450\n" + name + " 1 150 200 901\n"));
    CHECK_MESSAGE(!how.broken, (how.broken ? how.broken->rule + ": " + how.broken->detail : ""));
  }
}

/// One undivided piece of work.
task<void> work(sim::machine* on, std::size_t units) {
  static_cast<void>(co_await io::sleep_for(on->runtime(), 90s));
  on->runtime().ready().charge(units);
}

/// The rule that is broken by such a piece of work.
std::optional<violation> broken_by_work(std::size_t units) {
  network made{planned("")};
  sim::machine& home = made.world().add_machine();
  home.spawn(work(&home, units));
  const outcome how = made.run();
  for (std::size_t i = 0; i != made.size(); ++i) made.at(i).stop();
  made.world().run_for(10s);
  return how.broken;
}

TEST_CASE("a turn that takes more work than its budget breaks a rule") {
  constexpr std::size_t budget = pappus::coro::ready_queue::default_budget;
  CHECK_FALSE(broken_by_work(budget));
  const auto broken = broken_by_work(2 * budget);
  REQUIRE(broken);
  CHECK(broken->rule == "no turn is over its budget");
}

/// The first seed of which that holds.
template <class Predicate>
plan plan_where(Predicate holds) {
  std::uint64_t seed = 1;
  while (!holds(seed)) ++seed;
  return plan{seed, {8, 2, 5}, {}};
}

/// Peers of each node in the middle of a run that keeps all rules.
std::vector<std::vector<peer::peer_stats>> peers_in_run(const plan& of) {
  network made{of};
  std::vector<std::vector<peer::peer_stats>> found;
  made.world().observe([&] {
    if (made.world().now() < io::time_point{4min} || !found.empty()) return;
    for (std::size_t i = 0; i != made.size(); ++i) found.push_back(made.at(i).running()->node().peers());
  });
  const outcome how = made.run();
  CHECK_MESSAGE(!how.broken, (how.broken ? how.broken->rule + ": " + how.broken->detail : ""));
  REQUIRE(found.size() == 8);
  return found;
}

TEST_CASE("in a run with proxies some nodes have outbound peers through them alone, and others directly") {
  const plan proxied = plan_where([](std::uint64_t seed) { return is_proxied(seed, 3); });
  const auto peers = peers_in_run(proxied);
  for (std::size_t i = 0; i != peers.size(); ++i) {
    const auto expected = is_proxied(proxied.seed, i) ? peer::transport_type::proxy : peer::transport_type::direct;
    std::size_t outbound = 0;
    for (const peer::peer_stats& each : peers[i]) {
      if (each.direction != peer::direction::outbound) continue;
      ++outbound;
      CHECK(each.transport == expected);
    }
    CHECK(outbound > 0);
  }
}

task<void> dial_directly(sim::machine* from, io::endpoint to) {
  static_cast<void>(co_await io::sleep_for(from->runtime(), 90s));
  const auto stream = co_await from->runtime().connect(to);
  if (stream) static_cast<void>(co_await (*stream)->write_all("directly"));
}

TEST_CASE("a node behind a proxy that connects elsewhere breaks a rule") {
  network made{plan_where([](std::uint64_t seed) { return is_proxied(seed, 3) && !has_ipv6(seed); })};
  sim::machine& home = made.at(3).machine();
  made.world().run_for(1s);  // its process has been started
  home.spawn(dial_directly(&home, {made.at(0).machine().address(), made.all().chain().default_port}));
  const outcome how = made.run();
  for (std::size_t i = 0; i != made.size(); ++i) made.at(i).stop();
  made.world().run_for(10s);
  REQUIRE(how.broken);
  CHECK(how.broken->rule == "a node behind a proxy connects to it alone");
}

TEST_CASE("in a run with IPv6 nodes of one family have peers of that alone, and nodes of both have peers of both") {
  const plan mixed = plan_where([](std::uint64_t seed) { return has_ipv6(seed) && proxies_of(seed, 8) == 0; });
  const auto peers = peers_in_run(mixed);
  std::array<std::size_t, 2> of_both{};  // sessions, by family
  for (std::size_t i = 0; i != peers.size(); ++i) {
    for (const peer::peer_stats& each : peers[i]) {
      if (each.tls_key) continue;
      const bool is_v4 = each.endpoint.address.is_v4();
      if (i % 4 == 1) CHECK_FALSE(is_v4);
      else if (i % 4 == 3) CHECK(is_v4);
      else ++of_both[is_v4 ? 1 : 0];
    }
  }
  CHECK(of_both[0] > 0);
  CHECK(of_both[1] > 0);
}

TEST_CASE("an outcome that breaks a rule is a line of JSON with the rule") {
  report made{planned("crash 1 130 160 0\n"), {}, planned("")};
  made.how.broken = violation{"a rule", "a \"detail\"", io::duration{1500000000}};
  CHECK(
      to_json(made) ==
      R"({"seed":1,"nodes":8,"hostile":2,"minutes":5,"faults":1,"kinds":1,"ok":false,"length":0.000,)"
      R"("recovery":0.000,"events":0,"transactions":0,"acknowledged":0,"published":0,"blocks":0,"bans":0,"longest_turn":0,)"
      R"("rule":"a rule","detail":"a \"detail\"","at":1.500,"shrunk_to":0,"plan":"plan 1 8 2 5\n"})"
      "\n");
}

TEST_CASE("an outcome of which nothing was measured has no figures in JSON, also after it was told another process") {
  outcome thrown;
  thrown.end = run_end::crashed;
  thrown.broken = violation{"a rule", "a detail", {}};
  const auto read = outcome_from_text(to_text(thrown));
  REQUIRE(read);
  CHECK(to_json(report{planned("crash 1 130 160 0\n"), *read, std::nullopt}) ==
        R"({"seed":1,"nodes":8,"hostile":2,"minutes":5,"faults":1,"kinds":1,"ok":false,"rule":"a rule",)"
        R"("detail":"a detail"})"
        "\n");
}

}  // namespace network_test
