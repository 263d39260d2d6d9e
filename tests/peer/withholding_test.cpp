// Strangers that announce a transaction and do not send it do not keep it from a node: whole nodes and many peers.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/sanitizers.hpp>
#include <support/simulated_node.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/relay/limits.hpp>

namespace withholding_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::grin_transaction;
using support::scripted_peer;
using support::simulated_node;

namespace {

/// When strangers announce, shortly before the honest node does.
constexpr io::time_point begin{5s};

wire::hash made_up_kernel(std::uint64_t number) {
  wire::hash made;
  std::memcpy(made.raw.data(), &number, sizeof number);
  return made;
}

/// A peer that announces, sends pings, and never sends the transaction.
task<void> announce_and_say_nothing(sim::machine* from, io::endpoint to, wire::hash kernel, std::size_t* asked) {
  auto peer = co_await scripted_peer::dial(from->runtime(), to);
  static_cast<void>(co_await peer.greet(peer.good_hand()));
  auto pause = io::sleep_until(from->runtime(), begin);
  static_cast<void>(co_await pause);
  co_await peer.send(transaction_kernel{kernel});
  for (;;) {
    const auto got = co_await peer.receive();
    if (!got) co_return;
    if (got->code == ping::code) co_await peer.send(pong{});
    if (got->code == get_transaction::code) ++*asked;
  }
}

/// A peer that announces nonexistent transactions as fast as it may.
task<void> announce_without_end(sim::machine* from, io::endpoint to, std::uint64_t number) {
  auto peer = co_await scripted_peer::dial(from->runtime(), to);
  static_cast<void>(co_await peer.greet(peer.good_hand()));
  std::uint64_t next = number << 32;
  for (int n = 0; n != 400; ++n) co_await peer.send(transaction_kernel{made_up_kernel(++next)});
  for (;;) {
    const io::time_point until = io::saturating_add(from->runtime().now(), 1s);
    while (from->runtime().now() < until) {
      const auto got = co_await peer.receive(until - from->runtime().now());
      if (got && got->code == ping::code) co_await peer.send(pong{});
      if (!got && from->runtime().now() < until) co_return;
    }
    for (int n = 0; n != 8; ++n) co_await peer.send(transaction_kernel{made_up_kernel(++next)});
  }
}

/// A node with silent announcers and an honest one.
struct attacked_node {
  attacked_node(std::uint64_t seed, std::size_t strangers, bool honest_is_outbound) : world{seed} {
    for (std::size_t n = 0; n != strangers; ++n) {
      sim::machine& from = world.add_machine();
      from.spawn(announce_and_say_nothing(&from, victim.endpoint(), tx->kernel_hash(0), &asked));
    }
    world.run_for(1s);
    if (honest_is_outbound) victim->connect(honest.endpoint(), [](auto) {});
    else honest->connect(victim.endpoint(), [](auto) {});
  }

  /// The time until the node has it; a day if it never comes.
  io::duration besiege() {
    world.run_until(io::saturating_add(begin, 50ms));
    honest.submit(tx);
    world.run_for(1min);
    if (victim.received_at.empty()) return 24h;
    return victim.received_at[0] - io::saturating_add(begin, 50ms);
  }

  wire::transaction_ptr tx = grin_transaction("two_outputs");
  std::size_t asked = 0;
  sim::world world;
  simulated_node victim{world.add_machine()};
  simulated_node honest{world.add_machine()};
};

}  // namespace

TEST_CASE("100 silent inbound peers do not keep a transaction from a node that has one honest outbound peer") {
  for (std::uint64_t seed = 1; seed != (support::sanitized ? 2 : 4); ++seed) {
    attacked_node on{seed, 100, true};
    CHECK(on.besiege() < 1100ms);
    CHECK(on.asked == 1);
  }
}

TEST_CASE("100 silent inbound peers do not keep a transaction from a node that has one honest inbound peer") {
  for (std::uint64_t seed = 1; seed != (support::sanitized ? 2 : 6); ++seed) {
    attacked_node on{seed, 100, false};
    const io::duration took = on.besiege();
    MESSAGE("after " << std::chrono::duration<double>{took}.count() << " s, " << on.asked << " strangers asked");
    CHECK(took < 21s);
  }
}

TEST_CASE("strangers that announce without end do not keep a node from requesting what others announce") {
  sim::world world{1};
  simulated_node victim{world.add_machine()};
  sim::machine& near = world.add_machine();
  for (std::uint64_t n = 1; n != 21; ++n) {
    sim::machine& from = world.add_machine();
    from.spawn(announce_without_end(&from, victim.endpoint(), n));
  }
  world.run_for(2s);
  auto honest = [](sim::machine* from, io::endpoint to) -> task<void> {
    auto peer = co_await scripted_peer::dial(from->runtime(), to);
    static_cast<void>(co_await peer.greet(peer.good_hand()));
    for (std::uint64_t n = 1; n != 61; ++n) {
      const auto tx = support::some_transaction(n);
      co_await peer.send(transaction_kernel{tx->kernel_hash(0)});
      const io::time_point until = io::saturating_add(from->runtime().now(), 500ms);
      std::size_t asked = 0;
      for (;;) {
        const auto got = co_await peer.receive(until - from->runtime().now());
        if (!got) break;
        if (got->code == ping::code) co_await peer.send(pong{});
        if (got->code != get_transaction::code) continue;
        ++asked;
        co_await peer.send(transaction{tx});
      }
      CHECK(asked == 1);
    }
  };
  world.run(honest(&near, victim.endpoint()));
  world.run_for(1s);
  CHECK(victim.received.size() == 60);
  CHECK(victim->statistics().inbound == 20);
  CHECK(victim->statistics().transactions.dropped > 0);
  CHECK(victim->statistics().transactions.announcements <= 21 * peer::limits::max_announcements_per_peer);
}

}  // namespace withholding_test
