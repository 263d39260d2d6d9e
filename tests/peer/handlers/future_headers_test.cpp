// Headers and blocks whose timestamp is ahead of the clock.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/grin_data.hpp>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include "peer/handlers/encoded.hpp"

namespace handlers_future_headers_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::encoded;
using support::stage;

namespace {

/// Seconds since 1970 by the clock of a node, plus `ahead`.
std::int64_t time_at(stage& at, std::chrono::seconds ahead) {
  return std::chrono::floor<std::chrono::seconds>(at.node.net().wall_clock() + ahead).time_since_epoch().count();
}

}  // namespace

TEST_CASE("announcements from more than five minutes ahead of the clock are ignored, without blame for the peer") {
  std::vector<wire::hash> told;
  std::vector<std::string> logged;
  integration::adapter adapter;
  adapter.header_received = [&](const wire::header& heard, const peer::peer_info&) {
    told.push_back(heard.hash());
    return peer::validation_result::accept;
  };
  adapter.compact_block_received = [&](const wire::compact_block_ptr& heard, const peer::peer_info&) {
    told.push_back(heard->hash());
    return peer::validation_result::accept;
  };
  adapter.block_received = [&](const wire::block_ptr& heard, const peer::peer_info&) {
    told.push_back(heard->hash());
    return peer::validation_result::accept;
  };
  adapter.log = [&logged](const peer::log_line& line) {
    if (line.text.find("ahead of this machine's clock") != line.text.npos) logged.push_back(line.text);
  };
  stage on{std::move(adapter)};
  std::vector<wire::hash> taken;
  auto script = [](stage* at, std::vector<wire::hash>* expected) -> task<void> {
    auto peer = co_await at->greeted();
    std::uint64_t seed = 0;
    for (const auto ahead : {0s, 295s, 310s, 600s, std::chrono::seconds{400 * 24h}}) {
      const std::int64_t time = time_at(*at, ahead);
      const wire::header alone = support::some_header(++seed, time);
      const wire::block_ptr whole = support::some_block(++seed, 1000, time);
      const wire::compact_block_ptr part = support::compact(*support::some_block(++seed, 1000, time));
      if (ahead < 300s) expected->insert(expected->end(), {alone.hash(), whole->hash(), part->hash()});
      co_await peer.send(header{alone});
      co_await peer.send(block{whole});
      co_await peer.send(compact_block{part});
    }
    co_await peer.send(ping{});
    static_cast<void>(co_await peer.expect<pong>());
  };
  on.play(script(&on, &taken));
  CHECK(told == taken);
  CHECK(on.node->peers().size() == 0);  // the peer of the script has disconnected
  CHECK(on.node.disconnected == std::vector<std::string>{"closed_by_peer"});
  CHECK(on.node->statistics().ban_manager.discouraged == 0);
  CHECK(on.node->statistics().clock.early_headers == 9);
  CHECK(on.node->statistics().chain.received == 15);
  CHECK(logged.size() == 1);  // once an hour
}

TEST_CASE("a malformed header is a fault, whatever its timestamp") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    wire::bytes body = encoded(header{support::some_header(1, time_at(*at, 1h))});
    body.pop_back();
    co_await peer.send_frame(header::code, body);
    const bool closed = co_await peer.closed(5s);
    CHECK(closed);
  };
  on.play(script(&on));
  REQUIRE(on.node.disconnected.size() == 1);
  CHECK(on.node.disconnected[0].starts_with("bad_message: header"));
}

TEST_CASE("a response with a block from the future fails, and one with headers ends before the first such header") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const std::uint64_t id = at->node->peers().at(0).id;

    const wire::block_ptr early = support::some_block(1, 1000, time_at(*at, 1h));
    std::optional<std::error_code> why;
    at->node->request(id, get_block{early->hash()}, [&why](const auto& answer) { why = answer.error(); });
    static_cast<void>(co_await peer.expect<get_block>());
    co_await peer.send(block{early});
    co_await peer.send(ping{});
    static_cast<void>(co_await peer.expect<pong>());
    CHECK(why == peer::request_error::from_future);

    headers many;
    for (std::uint64_t n = 0; n != 100; ++n) {
      many.values.push_back(support::some_header(100 + n, time_at(*at, std::chrono::seconds{n < 40 ? 0 : 1'000})));
    }
    std::vector<wire::hash> taken;
    std::optional<peer::headers_response> count;
    const auto take = [&taken](std::span<const wire::header> some) {
      CHECK_FALSE(some.empty());
      for (const wire::header& each : some) taken.push_back(each.hash());
    };
    at->node->request(id, peer::headers_request{{}, take}, [&count](const auto& answer) { count = *answer; });
    static_cast<void>(co_await peer.expect<get_headers>());
    co_await peer.send(many);
    co_await peer.send(ping{});
    static_cast<void>(co_await peer.expect<pong>());
    CHECK(count == peer::headers_response{40, true});
    REQUIRE(taken.size() == 40);
    for (std::size_t n = 0; n != 40; ++n) CHECK(taken[n] == many.values[n].hash());
    CHECK(at->node->statistics().clock.early_headers == 2);
  };
  on.play(script(&on));
  CHECK(on.node->statistics().ban_manager.discouraged == 0);
}

}  // namespace handlers_future_headers_test
