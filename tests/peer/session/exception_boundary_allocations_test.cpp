// Each allocation of a session's life fails once, in a network that goes on.
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <utility>

#include <doctest/doctest.h>
#include <support/busy_network.hpp>
#include <support/heap_watch.hpp>
#include <support/sanitizers.hpp>

#include <pappus/coro/frame_recycler.hpp>

namespace session_containment_allocations_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::busy_network;
using support::busy_node;

namespace heap = support::heap;

namespace {

/// Lets time pass in which an allocation may fail, also that of a coroutine's frame.
void run_armed(busy_network& all, io::duration length, std::size_t& fails_in) {
  coro::frame_recycler::trim();
  heap::fails_in = fails_in;
  all.world.run_for(length);
  fails_in = std::exchange(heap::fails_in, 0);
}

/// A session between the first two, from before its handshake until after its end, in which the n-th allocation fails;
/// gives what is left of `n`: 0 if it has failed.
std::size_t live(busy_network& all, std::size_t n) {
  busy_node& first = *all.nodes[0];
  busy_node& other = *all.nodes[1];
  first->connect(other.endpoint(), all.asked.one());
  run_armed(all, 1s, n);
  all.tell_all();
  run_armed(all, 5s, n);
  if (const auto whom = other.session_with(first)) all.ask_everything(other, *whom);
  if (const auto whom = first.session_with(other)) all.ask_everything(first, *whom);
  run_armed(all, 12s, n);
  first->disconnect(other.endpoint());
  run_armed(all, 3s, n);
  return n;
}

}  // namespace

TEST_CASE("an allocation that fails costs one session at most, whichever it is") {
  constexpr std::size_t step = support::sanitized ? 19 : 1;
  busy_network all;
  std::size_t failed = 0;
  for (std::size_t n = 1;; n += step) {
    CAPTURE(n);
    all.meet();
    (*all.nodes[0])->disconnect(all.nodes[1]->endpoint());
    all.world.run_for(3s);
    const std::uint64_t lost_before = all.lost();
    const std::size_t said_before = all.said();
    if (live(all, n) != 0) break;
    ++failed;
    REQUIRE(all.lost() - lost_before <= 1);
    REQUIRE(all.said() - said_before <= 1);
    all.meet();
    REQUIRE(all.spreads_from(1));
    REQUIRE(all.spreads_from(0));
  }
  MESSAGE(failed << " allocations have failed");
  CHECK(failed > 100);
  CHECK(all.stop());
  CHECK(all.asked.all_once());
}

namespace {

/// How a node has ended.
struct end_of_life {
  bool ended = false;
  bool threw = false;
};

task<void> live_and_note(node* one, end_of_life* how) {
  try {
    static_cast<void>(co_await one->run());
  } catch (const std::bad_alloc&) {
    how->threw = true;
  }
  how->ended = true;
}

}  // namespace

TEST_CASE("a node that has no memory to begin ends in order, and one that has begun goes on") {
  std::size_t threw = 0;
  for (std::size_t n = 1;; ++n) {
    CAPTURE(n);
    sim::world world{1};
    sim::machine& at = world.add_machine();
    node_config config = support::simulated_config();
    config.connection_limits.outbound = 8;
    config.preferred_peers = {io::endpoint{at.address(), 1}};
    node one{at.runtime(), config, {}};
    end_of_life how;
    at.spawn(live_and_note(&one, &how));
    coro::frame_recycler::trim();
    heap::fails_in = n;
    world.run_for(5s);
    const bool done = std::exchange(heap::fails_in, 0) != 0;
    REQUIRE(how.ended == how.threw);
    threw += how.threw ? 1 : 0;
    one.stop();
    world.run_for(config.shutdown_timeout);
    REQUIRE(how.ended);
    if (done) break;
  }
  CHECK(threw > 5);
}

}  // namespace session_containment_allocations_test
