// The limit of frames sent to one peer, in sessions of a node.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>

namespace session_send_limit_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::some_transaction;
using support::stage;

namespace {

/// The most arrivals within a minute.
std::size_t busiest_minute(const std::vector<io::time_point>& arrivals) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last != arrivals.size(); ++last) {
    while (arrivals[last] - arrivals[first] >= 60s) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

}  // namespace

TEST_CASE("no peer gets more than 470 messages in a minute, however much there is to tell, to answer and to ask") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    std::vector<io::time_point> arrivals;
    std::size_t behind = 0;
    std::size_t told = 0;
    std::size_t answered = 0;
    std::size_t requested = 0;
    std::size_t pongs = 0;
    for (std::uint64_t second = 0; second != 240; ++second) {
      // Nothing is told in the second half, so that all that waits may come.
      for (std::uint64_t n = 0; n != 50 && second < 120; ++n) {
        behind += at->node.submit(some_transaction(1 + 50 * second + n)).congested;
      }
      transaction_kernel unheard_of;
      unheard_of.kernel.raw[0] = static_cast<std::byte>(second);
      co_await peer.send(unheard_of);
      co_await peer.send(ping{});
      const io::time_point until = io::saturating_add(at->net().now(), 1s);
      while (at->net().now() < until) {
        const auto got = co_await peer.receive(until - at->net().now());
        if (!got) break;
        arrivals.push_back(at->net().now());
        if (got->code == ping::code) co_await peer.send(pong{});
        pongs += got->code == pong::code ? 1 : 0;
        requested += got->code == get_transaction::code ? 1 : 0;
        answered += got->code == transaction::code ? 1 : 0;
        if (got->code != transaction_kernel::code) continue;
        ++told;
        const auto heard = wire::decode<transaction_kernel>(got->body, peer.spoken());
        co_await peer.send(get_transaction{heard->kernel});
      }
    }
    CHECK(busiest_minute(arrivals) <= 470);
    CHECK(busiest_minute(arrivals) > 400);
    CHECK(behind > 0);
    CHECK(told > 300);
    CHECK(answered == told);
    CHECK(requested >= 238);  // of the last ones it is asked later, since it has not answered before
    CHECK(pongs == 240);
  };
  on.play(script(&on));
  CHECK(on.node.disconnected.size() <= 1);
}

TEST_CASE("a ping is answered, and a question asked, ahead of all the news that wait") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    for (std::uint64_t n = 1; n != 200; ++n) at->node.submit(some_transaction(n));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    const io::time_point asked = at->net().now();
    co_await peer.send(ping{});
    co_await peer.send(transaction_kernel{some_transaction(1000)->kernel_hash(0)});
    static_cast<void>(co_await peer.expect<get_transaction>());
    static_cast<void>(co_await peer.expect<pong>());
    CHECK(at->net().now() - asked < 1s);
  };
  on.play(script(&on));
}

TEST_CASE("a peer that has been told too much is passed over and counted, until it has heard what waits") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    std::size_t sent = 0;
    std::size_t behind = 0;
    for (std::uint64_t n = 1; n != 301; ++n) {
      const auto report = at->node.submit(some_transaction(n));
      sent += report.sent;
      behind += report.congested;
    }
    CHECK(sent == peer::rate_limit{}.backlog());
    CHECK(behind == 300 - peer::rate_limit{}.backlog());
    for (std::size_t n = 0; n != sent; ++n) static_cast<void>(co_await peer.expect<transaction_kernel>());
    const auto report = at->node.submit(some_transaction(301));
    CHECK(report.sent == 1);
  };
  on.play(script(&on));
}

TEST_CASE("who asks more at once than may be answered gets its answers as their turn comes, and nothing is lost") {
  constexpr std::size_t questions = 300;
  static_assert(questions > peer::rate_limit{}.backlog());
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    auto other = co_await at->greeted();
    const auto tx = some_transaction(1);
    at->node.keep(tx);
    wire::bytes all;
    const auto add = [&all](const auto& message) {
      const auto frame = wire::grin_messages::encode(message, wire::chain_parameters_for(wire::chain_type::usernet),
                                                     wire::latest_version)
                             .value();
      all.insert(all.end(), frame.begin(), frame.end());
    };
    for (std::size_t n = 0; n != questions; ++n) add(get_transaction{tx->kernel_hash(0)});
    const std::size_t cut = all.size() + 12;
    add(ping{});
    co_await peer.send_bytes({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(cut)});
    for (int n = 0; n != 20; ++n) co_await other.send(pong{});
    co_await peer.send_bytes({all.begin() + static_cast<std::ptrdiff_t>(cut), all.end()});
    std::size_t answers = 0;
    std::size_t pongs = 0;
    while (answers != questions || pongs != 1) {
      const auto got = co_await peer.receive(5s);
      REQUIRE(got.has_value());
      if (got->code == ping::code) co_await peer.send(pong{});
      answers += got->code == transaction::code ? 1 : 0;
      pongs += got->code == pong::code ? 1 : 0;
    }
  };
  on.play(script(&on));
  CHECK(on.node->statistics().sessions.read_pauses > 0);
  CHECK(on.node->statistics().connections.sends_throttled > 0);
}

TEST_CASE("a peer that is banned is told why, although many messages wait for their turn") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    for (std::uint64_t n = 1; n != 200; ++n) at->node.submit(some_transaction(n));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    at->node->ban(io::endpoint_range{at->peer_host.address()}, 1h, wire::reason_for_ban::bad_block, {});
    std::size_t news = 0;
    for (;;) {
      const auto got = co_await peer.receive(3s);
      REQUIRE(got.has_value());
      if (got->code == ban_reason::code) break;
      ++news;
    }
    CHECK(news <= 70);
    const bool closed = co_await peer.closed(3s);
    CHECK(closed);
  };
  on.play(script(&on));
}

TEST_CASE("on a network of one's own everything may be told at once") {
  node_config config = support::simulated_config();
  config.send_limit = peer::rate_limit::unlimited();
  stage on{{}, {}, config};
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const io::time_point start = at->net().now();
    for (std::uint64_t n = 1; n != 1000; ++n) {
      at->node.submit(some_transaction(n));
      static_cast<void>(co_await peer.expect<transaction_kernel>());
    }
    CHECK(at->net().now() - start < 120s);
  };
  on.play(script(&on));
}

}  // namespace session_send_limit_test
