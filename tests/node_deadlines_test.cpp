// Every configurable duration of a node at the ends of its range: the node is refused, or it works and ends. All these
// nodes run at the same time on one loop, simulated or real, with one common peer.
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/extremes.hpp>
#include <support/made_up.hpp>

#include <pappus/coro/event.hpp>
#include <pappus/coro/oneshot.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/node.hpp>
#include <pappus/peer/access/limits.hpp>
#include <pappus/sim/world.hpp>
#include <pappus/uv/loop.hpp>

namespace node_deadlines_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

/// Longer than any test here, and shorter than the configured times.
constexpr io::duration patience = 30s;

struct setting {
  const char* name;
  void (*set)(node_config&, io::duration);
};

constexpr std::array settings{
    setting{"stop_within", [](node_config& of, io::duration to) { of.shutdown_timeout = to; }},
    setting{"redial.first", [](node_config& of, io::duration to) { of.reconnect.initial = to; }},
    setting{"redial.longest", [](node_config& of, io::duration to) { of.reconnect.max = to; }},
    setting{"answers.interval", [](node_config& of, io::duration to) { of.upload_limits.interval = to; }},
    setting{"answers.archive", [](node_config& of, io::duration to) { of.upload_limits.archive = to; }},
    setting{"seen.window", [](node_config& of, io::duration to) { of.known_filter.window = to; }},
    setting{"dandelion.epoch", [](node_config& of, io::duration to) { of.dandelion.epoch = to; }},
    setting{"dandelion.epoch_jitter", [](node_config& of, io::duration to) { of.dandelion.epoch_jitter = to; }},
    setting{"dandelion.hold", [](node_config& of, io::duration to) { of.dandelion.aggregation = to; }},
    setting{"dandelion.embargo.floor", [](node_config& of, io::duration to) { of.dandelion.embargo.floor = to; }},
    setting{"dandelion.embargo.mean", [](node_config& of, io::duration to) { of.dandelion.embargo.mean = to; }},
    setting{"dandelion.diffusion_outbound",
            [](node_config& of, io::duration to) {
              of.dandelion.fluff_mode = peer::fluff_mode::diffusion;
              of.dandelion.diffusion_outbound = to;
            }},
    setting{"dandelion.diffusion_inbound",
            [](node_config& of, io::duration to) {
              of.dandelion.fluff_mode = peer::fluff_mode::diffusion;
              of.dandelion.diffusion_inbound = to;
            }},
};

[[nodiscard]] node_config quiet(pappus::ip_address where) {
  node_config config;
  config.listen = {where, 0};
  config.connection_limits.outbound = 0;
  config.connection_limits.inbound = 1000;
  config.connection_limits.inbound_per_address = 1000;
  return config;
}

[[nodiscard]] integration::adapter accepting() {
  integration::adapter all;
  all.transaction_received = [](const auto&, auto, const auto&) { return peer::validation_result::accept; };
  return all;
}

/// One node, from its start to its end.
class subject {
public:
  subject(io::runtime& on, std::string name, node_config config)
      : name_(std::move(name)), on_(on), node_(on, std::move(config), machine()) {}
  subject(const subject&) = delete;
  subject& operator=(const subject&) = delete;

  [[nodiscard]] pappus::node& node() noexcept { return node_; }
  event listening;
  event connected;

  task<void> run() {
    const auto ended = co_await node_.run();
    const bool had_no_time = node_.config().shutdown_timeout <= 0s;
    INFO(name_);
    CHECK((ended || (had_no_time && ended.error() == make_error_code(peer::store_errc::unresponsive))));
  }

  /// Connects, broadcasts a transaction, bans an address, and is stopped.
  task<void> live() { static_cast<void>(co_await when_all(run(), act_and_stop())); }

private:
  task<void> act_and_stop() {
    const auto is_connected = co_await io::with_timeout(on_, patience, connected.wait());
    {
      INFO(name_);
      CHECK(is_connected);
    }
    oneshot<result<void>> stemmed;
    node_.stem(support::some_transaction(1), std::function<void(result<void>)>{stemmed});
    const auto completed = co_await io::with_timeout(on_, patience, stemmed.wait());
    {
      INFO(name_);
      CHECK(completed);
    }
    node_.fluff(support::some_transaction(2));
    static_cast<void>(co_await io::sleep_for(on_, 20ms));
    node_.stop();
  }

  integration::adapter machine() {
    integration::adapter all = accepting();
    all.listening = [this](io::endpoint) { listening.set(); };
    all.peer_connected = [this](const peer::peer_info&) { connected.set(); };
    return all;
  }

  std::string name_;
  io::runtime& on_;
  pappus::node node_;
};

/// All nodes under test on one runtime, and their peer on another or the same.
class all_subjects {
public:
  all_subjects(io::runtime& on, pappus::ip_address here, io::runtime& peer_on, pappus::ip_address peer_at)
      : on_(on), here_(here), common_(peer_on, "the peer of all", quiet(peer_at)) {}

  task<void> live() {
    co_await with_scope([this](scope& beside) { return live_in(beside); });
  }

  std::vector<std::string> refused;
  std::size_t taken = 0;

private:
  task<void> live_in(scope& beside) {
    beside.spawn(common_.run());
    const auto listens = co_await io::with_timeout(on_, patience, common_.listening.wait());
    CHECK(listens);
    for (const setting& which : settings) {
      for (const io::duration value : support::extremes()) add(which, value, common_.node().local_endpoint());
    }
    co_await with_scope([this](scope& all) {
      for (subject& each : subjects_) all.spawn(each.live());
    });
    common_.node().stop();
  }

  void add(const setting& which, io::duration value, io::endpoint peer) {
    const std::string name = std::string{which.name} + " = " + std::to_string(value.count()) + " ns";
    node_config config = quiet(here_);
    config.preferred_peers = {peer};
    which.set(config, value);
    try {
      subjects_.emplace_back(on_, name, std::move(config));
      ++taken;
    } catch (const std::invalid_argument&) {
      refused.push_back(which.name);
    }
  }

  io::runtime& on_;
  pappus::ip_address here_;
  subject common_;
  std::deque<subject> subjects_;
};

constexpr pappus::ip_address loopback = pappus::ip_address::v4(0x7f000001);

void check(const all_subjects& all) {
  CHECK(all.taken != 0);
  CHECK(all.taken + all.refused.size() == settings.size() * support::extremes().size());
}

/// Adds a ban of each duration; returns how long each lasts.
task<std::vector<io::wall_time::duration>> ban_for_all_lengths(io::runtime& on, pappus::ip_address here) {
  pappus::node node{on, quiet(here), {}};
  std::vector<io::wall_time::duration> lengths;
  auto ban_all = [](scope& beside, pappus::node* of, std::vector<io::wall_time::duration>* into) -> task<void> {
    auto run = [](pappus::node* running) -> task<void> { static_cast<void>(co_await running->run()); };
    beside.spawn(run(of));
    for (const io::duration each : support::extremes()) {
      const io::endpoint_range range{pappus::ip_address::v4(0x08080808)};
      const auto stored = co_await of->ban(range, each);
      CHECK(stored);
      const auto bans = of->bans();
      into->push_back(bans.empty() ? io::wall_time::duration{} : bans[0].until - bans[0].since);
    }
    of->stop();
  };
  co_await with_scope(ban_all, &node, &lengths);
  co_return std::move(lengths);
}

void check_bans(const std::vector<io::wall_time::duration>& lengths) {
  std::vector<io::wall_time::duration> expected(support::no_time_at_all().size());
  expected.resize(support::extremes().size(), peer::limits::max_ban_time);
  CHECK(lengths == expected);
}

}  // namespace

TEST_CASE("a node with any durations runs and ends, or is refused: simulated") {
  sim::world world{1};
  sim::machine& here = world.add_machine();
  sim::machine& there = world.add_machine();
  all_subjects all{here, here.address(), there, there.address()};
  world.run(all.live());
  check(all);
}

TEST_CASE("a node with any durations runs and ends, or is refused: real") {
  uv::loop loop;
  all_subjects all{loop, loopback, loop, loopback};
  loop.run(all.live());
  check(all);
}

TEST_CASE("a ban lasts between no time and a hundred years: simulated") {
  sim::world world{1};
  sim::machine& here = world.add_machine();
  check_bans(world.run(ban_for_all_lengths(here, here.address())));
}

TEST_CASE("a ban lasts between no time and a hundred years: real") {
  uv::loop loop;
  check_bans(loop.run(ban_for_all_lengths(loop, loopback)));
}

}  // namespace node_deadlines_test
