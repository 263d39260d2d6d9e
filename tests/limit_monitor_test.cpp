// The monitor that logs limits in effect.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/simulated_node.hpp>

#include <pappus/limit_monitor.hpp>
#include <pappus/metrics.hpp>
#include <pappus/peer/limits.hpp>

namespace limit_watch_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

constexpr auto soon = peer::limits::limit_check_interval + 1s;

struct fixture {
  explicit fixture(peer::log_level max_level = peer::log_level::warning)
      : say{machine.runtime(), [this](const peer::log_line& line) { lines.push_back(line); }, max_level} {
    machine.runtime().spawn(watch.run());
  }
  ~fixture() {
    machine.runtime().request_stop();
    world.run_for(1s);
  }

  sim::world world{1};
  sim::machine& machine = world.add_machine();
  std::vector<peer::log_line> lines;
  node_statistics now;
  peer::logger say;
  limit_monitor watch{machine.runtime(), say, [this] { return now; }};
};

}  // namespace

TEST_CASE("every watched counter is one of the metrics") {
  const auto all = metrics_of({});
  for (const watched_counter& each : watched_counters()) {
    CAPTURE(std::string{each.metric});
    const auto found = std::ranges::find(all, each.metric, &integration::metric::name);
    REQUIRE(found != all.end());
    CHECK((found->kind == integration::metric_kind::counter));
    const auto has_label = [&each](const auto& sample) { return sample.label == each.label; };
    if (!each.label.empty()) CHECK(std::ranges::any_of(found->samples, has_label));
  }
}

TEST_CASE("a limit in effect is logged soon, and not again for a while") {
  fixture on;
  on.world.run_for(1h);
  CHECK(on.lines.empty());
  on.now.chain.quota_exceeded = 3;
  on.world.run_for(soon);
  REQUIRE(on.lines.size() == 1);
  CHECK((on.lines[0].level == peer::log_level::warning));
  CHECK((on.lines[0].category == peer::log_category::limit));
  CHECK(on.lines[0].text ==
        "a limit is reached: 3 chain requests refused by the upload quota (pappus_chain_quota_exceeded_total)");
  for (int i = 0; i != 10; ++i) {
    ++on.now.chain.quota_exceeded;
    on.world.run_for(soon);
  }
  CHECK(on.lines.size() == 1);
  on.world.run_for(peer::limits::limit_warning_interval);
  REQUIRE(on.lines.size() == 2);
  CHECK(on.lines[1].text.starts_with("a limit is reached: 10 chain requests"));
  on.world.run_for(1h);
  CHECK(on.lines.size() == 2);
}

TEST_CASE("limits are logged independently, and only labels of a limit count") {
  fixture on;
  on.now.chain.quota_exceeded = 1;
  on.world.run_for(soon);
  on.now.chain.quota_exceeded = 2;
  on.now.connections.refused.add(peer::disconnect_reason::banned);
  on.world.run_for(soon);
  CHECK(on.lines.size() == 1);
  on.now.connections.refused.add(peer::disconnect_reason::too_many_peers);
  on.world.run_for(soon);
  REQUIRE(on.lines.size() == 2);
  CHECK(on.lines[1].text.ends_with("(pappus_inbound_refused_total, too_many)"));
}

TEST_CASE("with warnings disabled no counter is read") {
  fixture on{peer::log_level::error};
  on.now.chain.quota_exceeded = 1;
  on.world.run_for(1h);
  CHECK(on.lines.empty());
}

TEST_CASE("a node logs that it refuses peers") {
  sim::world world{1};
  node_config config = support::simulated_config();
  config.connection_limits.inbound = 0;
  config.log_level = peer::log_level::warning;
  std::vector<std::string> lines;
  integration::adapter adapter;
  adapter.log = [&lines](const peer::log_line& line) { lines.push_back(line.text); };
  support::simulated_node node{world.add_machine(), std::move(config), std::move(adapter)};
  sim::machine& elsewhere = world.add_machine();
  auto script = [](sim::machine* from, io::endpoint where) -> task<void> {
    for (int i = 0; i != 5; ++i) {
      auto peer = co_await support::scripted_peer::dial(from->runtime(), where);
      const bool closed = co_await peer.closed();
      CHECK(closed);
    }
  };
  world.run(script(&elsewhere, node.endpoint()));
  world.run_for(soon);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("a limit is reached: 5 inbound connections refused "));
}

}  // namespace limit_watch_test
