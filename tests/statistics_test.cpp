// The statistics of a node by reason, and their log lines.
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/session/limits.hpp>

namespace statistics_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using peer::disconnect_reason;
using support::scripted_peer;
using support::stage;

namespace {

/// The reasons in the lines of the log.
struct log_lines {
  [[nodiscard]] integration::adapter adapter() {
    integration::adapter adapter;
    adapter.log = [this](const peer::log_line& line) {
      causes.push_back(line.category);
      texts.push_back(line.text);
    };
    return adapter;
  }
  [[nodiscard]] bool says(std::string_view text) const {
    return std::ranges::any_of(texts, [text](const std::string& each) { return each.find(text) != each.npos; });
  }

  std::vector<peer::log_category> causes;
  std::vector<std::string> texts;
};

node_config debug_config() {
  node_config config = support::simulated_config();
  config.log_level = peer::log_level::debug;
  return config;
}

}  // namespace

TEST_CASE("failed handshakes and refused peers are counted by reason and logged") {
  log_lines log;
  node_config config = debug_config();
  config.peer_lists.deny.push_back(io::endpoint_range::parse("0.0.0.0/0:10000").value());
  stage on{log.adapter(), {}, std::move(config)};
  auto script = [](stage* at) -> task<void> {
    auto foreign = co_await scripted_peer::dial(at->net(), at->node.endpoint());
    hand elsewhere = foreign.good_hand();
    elsewhere.genesis = {};
    co_await foreign.send(elsewhere);
    auto silent = co_await scripted_peer::dial(at->net(), at->node.endpoint());
    auto first = co_await at->greeted();
    auto denied = co_await at->shaken();
    static_cast<void>(co_await denied.closed());
    static_cast<void>(co_await silent.closed());
    const auto counted = at->node->statistics().connections;
    CHECK(counted.failed_handshakes[disconnect_reason::other_genesis] == 1);
    CHECK(counted.failed_handshakes[disconnect_reason::handshake_timeout] == 1);
    CHECK(counted.failed_handshakes.total() == 2);
    CHECK(counted.refused_after_handshake[disconnect_reason::not_allowed] == 1);
    CHECK(counted.refused_after_handshake.total() == 1);
    CHECK(counted.sessions == 1);
    CHECK(counted.ended.total() == 0);
  };
  on.play(script(&on));
  CHECK(log.says("handshake failed: other_genesis"));
  CHECK(log.says("is not taken: denied"));
}

TEST_CASE("ended sessions are counted by reason, each once") {
  log_lines log;
  stage on{log.adapter(), {}, debug_config()};
  auto script = [](stage* at) -> task<void> {
    auto confused = co_await at->greeted();
    co_await confused.send_frame(ping::code, wire::bytes(15));
    static_cast<void>(co_await confused.closed());
    static_cast<void>(co_await io::sleep_for(at->net(), peer::limits::min_refusal_time));
    auto leaving = co_await at->greeted();
    leaving.close();
    auto hasty = co_await at->greeted();
    for (int n = 0; n != 600; ++n) co_await hasty.send(pong{});
    static_cast<void>(co_await hasty.closed());
  };
  on.play(script(&on));
  const auto counted = on.node->statistics().connections;
  CHECK(counted.ended[disconnect_reason::bad_message] == 1);
  CHECK(counted.ended[disconnect_reason::closed_by_peer] == 1);
  CHECK(counted.ended[disconnect_reason::too_many_messages] == 1);
  CHECK(counted.ended.total() == counted.sessions);
  CHECK(on.node->statistics().ban_manager.discouraged == 2);
  CHECK(log.says("bad_message: ping"));
  CHECK(log.says("is discouraged: too_many_messages"));
}

TEST_CASE("failed connection attempts are counted by reason") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const io::endpoint nobody{at->peer_host.address(), 1};
    const auto refused = co_await at->node->connect(nobody);
    CHECK_FALSE(refused.has_value());
    at->node->ban(io::endpoint{at->peer_host.address(), 2}, 1h, wire::reason_for_ban::manual, {});
    const auto banned = co_await at->node->connect({at->peer_host.address(), 2});
    CHECK_FALSE(banned.has_value());
  };
  on.play(script(&on));
  const auto counted = on.node->statistics().connections.failed_dials;
  CHECK(counted[disconnect_reason::connection_refused] == 1);
  CHECK(counted[disconnect_reason::banned] == 1);
  CHECK(counted.total() == 2);
}

TEST_CASE("a node without addresses searches in vain, and counts it") {
  node_config config = support::simulated_config();
  config.connection_limits.outbound = 8;
  sim::world world{1};
  support::simulated_node alone{world.add_machine(), config};
  world.run_for(1min);
  CHECK(alone->statistics().dialer.empty_searches > 0);
  CHECK(alone->statistics().dialer.dials == 0);
}

TEST_CASE("messages that wait for a peer are counted until it disconnects") {
  support::narrow_stage on;
  auto script = [](stage* at) -> task<void> {
    auto lazy = co_await at->greeted(1000, false);
    auto other = co_await at->greeted();
    for (std::uint64_t n = 1; n != 101; ++n) at->node->broadcast(support::some_transaction(n));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    const auto waiting = at->node->statistics().queues;
    CHECK(waiting.frames_waiting >= 50);
    CHECK(waiting.max_frames <= waiting.frames_waiting);
    CHECK(waiting.max_bytes > 1000);
    CHECK(waiting.max_bytes <= waiting.bytes_waiting);
    CHECK(waiting.pings == 2);
    co_await other.send(pong{});
    lazy.close();
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    CHECK(at->node->statistics().queues.pings == 0);
    CHECK(at->node->statistics().queues.max_bytes < waiting.max_bytes);
  };
  on.play(script(&on));
}

TEST_CASE("a disconnect message that a peer does not read in time is counted") {
  support::narrow_stage on;
  auto script = [](stage* at) -> task<void> {
    auto lazy = co_await at->greeted(1000, false);
    for (std::uint64_t n = 1; n != 101; ++n) at->node->broadcast(support::some_transaction(n));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    at->node->disconnect(at->node->peers().at(0).endpoint);
    static_cast<void>(co_await io::sleep_for(at->net(), peer::limits::disconnect_timeout + 1s));
    CHECK(at->node->statistics().sessions.sends_abandoned == 1);
    lazy.close();
  };
  on.play(script(&on));
  CHECK(on.node->statistics().connections.ended[disconnect_reason::requested] == 1);
}

TEST_CASE("the bytes of an incomplete message are counted") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    co_await peer.send_frame(ping::code, wire::bytes(5), 16);
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    CHECK(at->node->statistics().queues.bytes_buffered == wire::frame_header::size + 5);
  };
  on.play(script(&on));
}

}  // namespace statistics_test
