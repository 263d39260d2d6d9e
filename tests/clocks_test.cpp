// A node whose clock is wrong, among nodes whose clocks are right: it keeps its content, and no peer is blamed.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <peer/store/samples.hpp>
#include <support/made_up.hpp>
#include <support/simulated_node.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/clock/limits.hpp>
#include <pappus/peer/store/sqlite_store.hpp>

namespace clocks_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::simulated_config;
using support::simulated_node;

namespace {

using seconds = std::chrono::seconds;

constexpr std::initializer_list<seconds> deviations{10min, -10min, 30 * 24h, -30 * 24h, 400 * 24h, -400 * 24h};
constexpr std::size_t addresses = 100;  // in the store before
constexpr auto ban_length = 3h;
constexpr std::size_t neighbors = 3;

/// A network with a block a minute, and a node in it that is started and stopped.
struct network {
  explicit network(bool with_store = true, std::uint64_t seed = 1) : world(seed), with_store_(with_store) {
    for (std::size_t i = 0; i != neighbors; ++i) {
      sim::machine& at = world.add_machine();
      others.emplace_back(at);
      endpoints.push_back({at.address(), support::port});
    }
    world.run_for(1min);
  }

  /// A store of a run that ended `ago`, with a right clock: three bans, and addresses seen at its end or before, the
  /// first `youngest` ago.
  void make_store(seconds ended = 0s, seconds youngest = 0s) {
    const io::wall_time end = truth() - ended;
    auto opened = peer::sqlite_store::open(file(), samples::key(1));
    REQUIRE(opened.has_value());
    peer::store_batch batch;
    for (std::uint32_t i = 0; i != addresses; ++i) {
      peer::address_info each = samples::known(i);
      each.last_seen = end - youngest - i * 2h;
      each.last_try = each.last_success = {};
      each.failures = 0;
      each.tried = false;
      batch.addresses.push_back(each);
    }
    for (std::uint32_t i = 0; i != 3; ++i) {
      peer::ban each = samples::against(i);
      each.since = end - 1h;
      each.until = each.since + ban_length;
      batch.banned.push_back(each);
    }
    batch.written = end;
    REQUIRE(opened->store->write(batch).has_value());
  }

  void start(seconds wrong_by, bool trust_clock = false) {
    if (runs++ != 0) home.restart();
    home.set_clock_offset(wrong_by);
    node_config config = simulated_config();
    config.preferred_peers = endpoints;
    config.trust_clock = trust_clock;
    if (with_store_) config.store_path = file();
    integration::adapter adapter;
    adapter.log = [this](const peer::log_line& line) {
      if (line.category == peer::log_category::clock) logged.push_back(line.text);
    };
    node.emplace(home, config, adapter);
    world.run_for(5s);
  }

  void mine(std::size_t minutes) {
    for (std::size_t i = 0; i != minutes; ++i) {
      world.run_for(1min);
      const auto now = std::chrono::floor<seconds>(truth()).time_since_epoch().count();
      others[blocks % others.size()]->broadcast(support::some_header(1'000 + blocks, now));
      ++blocks;
      world.run_for(1s);
    }
  }

  /// No peer was blamed, and all are connected.
  void check_peace() {
    REQUIRE(node.has_value());
    CHECK(node->disconnected.empty());
    CHECK((*node)->statistics().outbound == neighbors);
    CHECK((*node)->statistics().ban_manager.discouraged == 0);
    CHECK((*node)->statistics().ban_manager.banned == 0);
  }
  [[nodiscard]] std::size_t known() { return (*node)->known_addresses().size(); }
  [[nodiscard]] std::size_t bans() { return (*node)->bans().size(); }
  [[nodiscard]] peer::clock_statistics clock() { return (*node)->statistics().clock; }
  [[nodiscard]] std::size_t count_said(std::string_view part) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(logged, [part](const std::string& line) { return line.find(part) != line.npos; }));
  }

  [[nodiscard]] std::string file() const { return folder.file("peers.db"); }
  [[nodiscard]] io::wall_time truth() { return others.front().net().wall_clock(); }

  support::temporary_folder folder;
  sim::world world;
  std::deque<simulated_node> others;
  std::vector<io::endpoint> endpoints;
  sim::machine& home = world.add_machine();
  std::optional<simulated_node> node;
  std::vector<std::string> logged;
  std::size_t blocks = 0;
  std::size_t runs = 0;

private:
  bool with_store_;
};

void check_all_there(network& in) {
  in.check_peace();
  CHECK(in.known() >= addresses);
  CHECK(in.bans() == 3);
}

void check_difference(network& in, seconds by) { CHECK(std::abs(in.clock().offset_seconds - by.count()) <= 1); }

/// A slightly wrong clock counts as right.
bool is_unsuspicious(seconds by) { return std::chrono::abs(by) <= peer::limits::max_clock_step_back; }

peer::ban the_ban(network& in) {
  const auto list = (*in.node)->bans();
  REQUIRE(list.size() == 1);
  return list[0];
}

void ban_somebody(network& in) {
  (*in.node)->ban(samples::against(1).range, ban_length, wire::reason_for_ban::manual, {});
  in.world.run_for(1s);
}

}  // namespace

TEST_CASE("a clock that is wrong from the start, with content of earlier runs, loses nothing") {
  for (const seconds by : deviations) {
    CAPTURE(by.count());
    network in;
    in.make_store();
    in.start(by);
    CHECK(in.clock().trusted == is_unsuspicious(by));
    check_all_there(in);
    in.mine(30);
    check_all_there(in);
    CHECK(in.clock().trusted == is_unsuspicious(by));
    check_difference(in, by);
    CHECK(in.clock().early_headers == 0);  // the node's own time is right
    const auto left = is_unsuspicious(by) && by > 0s ? 90min - by : seconds{90min};
    in.mine(static_cast<std::size_t>(left / 61s) - 2);
    CHECK(in.bans() == 3);
    in.mine(5);
    CHECK(in.bans() == 0);
  }
}

TEST_CASE("a clock that is wrong in the first run blames no peer, and is logged once an hour") {
  for (const seconds by : deviations) {
    CAPTURE(by.count());
    network in{false};
    in.start(by);
    ban_somebody(in);
    in.mine(170);
    in.check_peace();
    CHECK(in.bans() == 1);
    CHECK(in.count_said("blocks that peers announce") == 3);  // after 11, 71 and 131 minutes
    CHECK(in.count_said("ahead of this machine's clock") == (by < 0s ? 3 : 0));
    CHECK((in.clock().early_headers != 0) == (by < 0s));
    check_difference(in, by);
    in.mine(15);
    CHECK(in.bans() == 0);
  }
}

TEST_CASE("a clock before 1970 and a header from the end of time are handled") {
  network in{false};
  in.start(-100 * 365 * 24h);
  in.others.front()->broadcast(support::some_header(1, std::numeric_limits<std::int64_t>::max()));
  in.world.run_for(1s);
  CHECK(in.clock().early_headers == 1);
  CHECK(in.clock().headers == 1);
  in.mine(12);
  in.check_peace();
  check_difference(in, -100 * 365 * 24h);
}

TEST_CASE("a right clock is not logged") {
  network in;
  in.start(0s);
  in.mine(100);
  CHECK(in.logged.empty());
  CHECK(in.clock().trusted);
  CHECK(in.clock().headers == peer::limits::max_header_times);
  check_difference(in, 0s);
}

TEST_CASE("a clock that is corrected while the node runs loses nothing, and all times are right from then on") {
  for (const seconds by : deviations) {
    for (const bool with_blocks : {true, false}) {
      CAPTURE(by.count());
      CAPTURE(with_blocks);
      network in;
      in.start(by);
      ban_somebody(in);
      const io::wall_time end = in.truth() + ban_length;
      if (with_blocks) in.mine(15);
      in.home.set_clock_offset({});
      in.world.run_for(31s);
      CHECK(in.clock().trusted == with_blocks);
      in.world.run_for(1h);
      CHECK(in.bans() == 1);
      CHECK(in.known() >= neighbors);
      in.mine(12);
      CHECK(in.clock().trusted);
      CHECK(in.clock().corrections == 1);
      in.check_peace();
      CHECK(in.known() >= neighbors);
      CHECK(std::chrono::abs(the_ban(in).until - end) < 3s);
      for (const auto& each : (*in.node)->known_addresses()) CHECK(std::chrono::abs(each.last_seen - in.truth()) < 2h);

      in.node.reset();
      in.start(0s);
      CHECK(in.clock().trusted);
      CHECK(std::chrono::abs(the_ban(in).until - end) < 3s);
      CHECK(in.known() >= neighbors);
    }
  }
}

TEST_CASE("a clock that is corrected between two runs loses nothing") {
  for (const seconds by : deviations) {
    CAPTURE(by.count());
    network in;
    in.start(by);
    ban_somebody(in);
    in.mine(5);
    in.node.reset();
    in.start(0s);
    CHECK(in.clock().trusted == is_unsuspicious(by));
    CHECK(in.bans() == 1);
    CHECK(in.known() >= neighbors);
    in.mine(12);
    CHECK(in.clock().trusted);
    in.check_peace();
    CHECK(in.bans() == 1);
    CHECK(in.known() >= neighbors);
    CHECK(std::chrono::abs(the_ban(in).until - in.truth()) < ban_length);
    in.mine(190);
    CHECK(in.bans() == 0);
  }
}

TEST_CASE("a clock that becomes wrong while the node runs loses nothing, and adjusts no time") {
  for (const seconds by : deviations) {
    CAPTURE(by.count());
    network in;
    in.make_store();
    in.start(0s);
    in.mine(12);
    CHECK(in.clock().trusted);
    in.home.set_clock_offset(by);
    in.world.run_for(31s);
    CHECK(in.clock().trusted == (std::chrono::abs(by) <= peer::limits::clock_trust_tolerance));
    in.mine(30);
    check_all_there(in);
    CHECK(in.clock().early_headers == 0);
    in.home.set_clock_offset({});
    in.mine(2);
    CHECK(in.clock().trusted);
    CHECK(in.clock().corrections == 0);
    check_all_there(in);
    in.node.reset();
    in.start(0s);
    CHECK(in.clock().trusted);
    check_all_there(in);
  }
}

TEST_CASE("content expires by a trusted clock only") {
  for (const seconds by : {seconds{0}, seconds{30 * 24h}, seconds{-30 * 24h}}) {
    CAPTURE(by.count());
    network in;
    in.make_store(0s, 7 * 24h);  // the last of them were silent for longer than is trusted
    in.start(by);
    in.world.run_for(2min);
    if (by == 0s) CHECK(in.known() < addresses);
    else CHECK(in.known() >= addresses);
    CHECK(in.known() > addresses / 2);
    in.home.set_clock_offset({});
    in.mine(13);
    CHECK(in.clock().trusted);
    CHECK(in.known() < addresses);
    CHECK(in.known() > addresses / 2);
  }
}

TEST_CASE("after a pause of many days the clock is trusted as soon as peers agree with it, and all content is kept") {
  network in;
  in.make_store(100 * 24h);
  in.start(0s);
  CHECK_FALSE(in.clock().trusted);
  check_all_there(in);
  in.mine(12);
  CHECK(in.clock().trusted);
  CHECK(in.clock().corrections == 1);
  check_all_there(in);
  for (const auto& each : (*in.node)->bans()) CHECK(each.until - in.truth() < 2h);
}

TEST_CASE("after a pause of up to three days the clock is trusted at once, and an expired ban is removed") {
  for (const seconds rest : {seconds{1h}, seconds{71h}}) {
    network in;
    in.make_store(rest);
    in.start(0s);
    CHECK(in.clock().trusted);
    CHECK(in.bans() == (rest < ban_length - 1h ? 3 : 0));
    in.mine(12);
    in.check_peace();
    CHECK(in.clock().trusted);
    CHECK(in.clock().corrections == 0);
    CHECK(in.logged.empty());
  }
}

TEST_CASE("the operator may trust a clock before the start, and content expires by it, or later") {
  network in;
  in.make_store();
  in.start(30 * 24h, true);
  CHECK(in.clock().trusted);
  CHECK(in.bans() == 0);
  in.world.run_for(2min);
  CHECK(in.known() < addresses);

  network later;
  later.make_store();
  later.start(-400 * 24h);
  CHECK_FALSE(later.clock().trusted);
  later.home.set_clock_offset({});
  (*later.node)->trust_clock();
  CHECK(later.clock().trusted);
  later.world.run_for(2min);
  check_all_there(later);
}

TEST_CASE("an inbound peer cannot set the node's time by its announcements") {
  network in;
  in.start(0s);
  auto flood = [](network* at, std::int64_t believed) -> task<void> {
    auto liar = co_await support::scripted_peer::dial(at->others.front().net(), at->node->endpoint());
    static_cast<void>(co_await liar.greet(liar.good_hand()));
    const auto then = std::chrono::floor<seconds>(at->truth() - 48h).time_since_epoch().count();
    for (std::uint64_t n = 0; n != 300; ++n) {
      co_await liar.send(wire::messages::header{support::some_header(50'000 + n, then)});
    }
    static_cast<void>(co_await io::sleep_for(at->others.front().net(), 1s));
    check_difference(*at, seconds{believed});
    liar.close();
  };
  in.world.run(flood(&in, 48 * 3600));  // as long as it is the only one that announces
  in.mine(8);
  check_difference(in, 0s);
  CHECK(in.clock().trusted);
  in.world.run(flood(&in, 0));
  CHECK(in.count_said("blocks that peers announce") == 1);  // before there were others
}

}  // namespace clocks_test
