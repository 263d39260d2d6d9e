// Peers that send at the full rate do not delay the transactions of others for long.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/sanitizers.hpp>
#include <support/simulated_node.hpp>

namespace starvation_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::scripted_peer;
using support::simulated_node;
using support::some_transaction;

namespace {

constexpr std::uint64_t hostile_peers = 3;
constexpr std::uint64_t at_once = support::sanitized ? 50 : 300;  // what they send at the beginning
constexpr int seconds = support::sanitized ? 10 : 40;

/// Transactions of their own, seven a second, sent unsolicited, or announced and then sent.
task<void> bring_without_end(sim::machine* from, io::endpoint to, std::uint64_t number, bool unasked) {
  auto peer = co_await scripted_peer::dial(from->runtime(), to);
  static_cast<void>(co_await peer.greet(peer.good_hand()));
  std::uint64_t next = number << 32;
  std::map<wire::hash, wire::transaction_ptr> announced;
  const auto dispatch = [&](wire::transaction_ptr tx) -> task<void> {
    const wire::hash kernel = tx->kernel_hash(0);
    if (unasked) return peer.send(transaction{std::move(tx)});
    announced.emplace(kernel, std::move(tx));
    return peer.send(transaction_kernel{kernel});
  };
  for (std::uint64_t n = 0; n != (unasked ? at_once : 40); ++n) co_await dispatch(some_transaction(++next));
  for (;;) {
    co_await dispatch(some_transaction(++next));
    const io::time_point until = io::saturating_add(from->runtime().now(), io::duration{1s} / 7);
    while (from->runtime().now() < until) {
      const auto got = co_await peer.receive(until - from->runtime().now());
      if (!got && from->runtime().now() < until) co_return;
      if (!got) break;
      if (got->code == ping::code) co_await peer.send(pong{});
      if (got->code != get_transaction::code) continue;
      const auto asked = wire::decode<get_transaction>(got->body, peer.spoken());
      const auto found = announced.find(asked->kernel);
      if (found != announced.end()) co_await peer.send(transaction{found->second});
    }
  }
}

/// Transactions that an honest node submits, one a second, and when another node has them; both are connected only
/// through the node under test.
struct chain_of_three {
  explicit chain_of_three(std::uint64_t seed) : world{seed} {
    world.run_for(1s);
    first->connect(middle.endpoint(), [](auto) {});
    last->connect(middle.endpoint(), [](auto) {});
    world.run_for(2s);
  }

  void attack(bool unasked) {
    for (std::uint64_t n = 1; n != hostile_peers + 1; ++n) {
      sim::machine& from = world.add_machine();
      from.spawn(bring_without_end(&from, middle.endpoint(), n, unasked));
    }
  }

  /// The delays of all that arrived, sorted.
  std::vector<double> submit_and_wait() {
    std::vector<std::pair<wire::transaction_ptr, io::time_point>> waiting;
    std::vector<double> delays;
    for (int step = 0; step != (seconds + 5) * 20; ++step) {
      if (step % 20 == 0 && step / 20 < seconds) {
        const auto tx = some_transaction(++submitted);
        first.submit(tx);
        waiting.emplace_back(tx, world.now());
      }
      world.run_for(50ms);
      std::erase_if(waiting, [&](const auto& each) {
        if (!last.has(each.first)) return false;
        delays.push_back(std::chrono::duration<double>{world.now() - each.second}.count());
        return true;
      });
    }
    std::ranges::sort(delays);
    return delays;
  }

  sim::world world;
  simulated_node middle{world.add_machine()};
  simulated_node first{world.add_machine()};
  simulated_node last{world.add_machine()};
  std::uint64_t submitted = 0;
};

}  // namespace

TEST_CASE(
    "three peers at the full rate delay an honest peer's transactions by less than two seconds, and none is lost") {
  for (const bool unasked : {true, false}) {
    for (std::uint64_t seed = 1; seed != 3; ++seed) {
      chain_of_three nodes{seed};
      nodes.attack(unasked);
      const auto delays = nodes.submit_and_wait();
      REQUIRE(delays.size() == static_cast<std::size_t>(seconds));
      MESSAGE("median " << delays[delays.size() / 2] << " s, at most " << delays.back() << " s");
      CHECK(delays.back() < 2);
      // Transactions of the three are dropped, but not all.
      const auto counted = nodes.middle->statistics();
      CHECK(counted.broadcasts.congested > 0);
      CHECK(counted.connections.sends_throttled > 0);
    }
  }
}

}  // namespace starvation_test
