// A send queue: the order and the pace of its frames.
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <support/conduit.hpp>

#include <pappus/peer/session/limits.hpp>

#include "peer/session/queue_bench.hpp"

namespace session_send_queue_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace send_queues;
using peer::send_priority;

TEST_CASE("frames beyond what may be sent at once go at their pace, in their order") {
  with_queue([](queue_bench* on) -> task<void> {
    on->post("abcdefg", send_priority::responses);
    const std::string at_once = co_await on->heard(9s);
    CHECK(at_once == "abc");
    const std::string later = co_await on->heard(20s);
    CHECK(later == "de");
    CHECK(on->waiting.frames() == 2);
    CHECK(on->waiting.throttled() == 3);
  });
}

TEST_CASE("as long as nothing has to wait, nothing is overtaken") {
  with_queue([](queue_bench* on) -> task<void> {
    on->post("n", send_priority::announcements);
    on->post("1", send_priority::responses);
    on->post("p", send_priority::control);
    const std::string order = co_await on->heard(1s);
    CHECK(order == "n1p");
  });
}

TEST_CASE("what waits is overtaken by answers, and these by what the session says for itself") {
  with_queue([](queue_bench* on) -> task<void> {
    on->post("abc", send_priority::responses);
    static_cast<void>(co_await on->heard(1s));
    on->post("n", send_priority::announcements);
    on->post("123", send_priority::responses);
    on->post("pq", send_priority::control);
    const std::string order = co_await on->heard(61s);
    CHECK(order == "pq123n");
  });
}

TEST_CASE("last words wait for nothing, and what waits behind them at the end is not sent") {
  with_queue([](queue_bench* on) -> task<void> {
    on->post("abcdefg", send_priority::control);
    static_cast<void>(co_await on->heard(1s));
    on->post("z", send_priority::disconnect);
    on->waiting.finish();
    const std::string end = co_await on->heard(100s);
    CHECK(end == "z");
    CHECK(on->written);
  });
}

TEST_CASE("to wait for one's turn is not to take nothing: an outbox may be paced for longer than a peer may stall") {
  static_assert(60s > peer::limits::send_timeout);
  sim::world world{1};
  queue_bench bench{world.add_machine(), {1.0 / 60, 1}};
  auto script = [](queue_bench* on) -> task<void> {
    on->post("ab", send_priority::announcements);
    const std::string came = co_await on->heard(61s);
    CHECK(came == "ab");
  };
  world.run(bench.play(script(&bench)));
  CHECK(bench.written);
}

TEST_CASE("what follows a frame as its content is not parted from it, whatever comes meanwhile") {
  with_queue([](queue_bench* on) -> task<void> {
    conduit disk = co_await on->another_conduit();
    on->post("abc", send_priority::control);
    static_cast<void>(co_await on->heard(1s));
    on->post("1", send_priority::responses);
    CHECK(on->waiting.push_with_content(wire::share({std::byte{'2'}}), std::move(disk.out), 4));
    on->post("3", send_priority::responses);
    on->post("p", send_priority::control);
    const std::string before = co_await on->heard(31s);
    CHECK(before == "p12");
    on->post("q", send_priority::control);
    const std::string held = co_await on->heard(31s);
    CHECK(held.empty());
    const wire::bytes stored{std::byte{'w'}, std::byte{'x'}, std::byte{'y'}, std::byte{'z'}};
    static_cast<void>(co_await disk.in->write_all(stored));
    const std::string after = co_await on->heard(1s);
    CHECK(after == "wxyz3q");
  });
}

TEST_CASE("the wait for a turn is known beforehand, and never longer than that") {
  with_queue([](queue_bench* on) -> task<void> {
    on->post("abcde", send_priority::control);
    static_cast<void>(co_await on->heard(1s));
    const io::duration wait = on->waiting.longest_wait();
    CHECK(wait == 30s);
    on->post("f", send_priority::control);
    const std::string within = co_await on->heard(wait);
    CHECK(within == "def");
  });
}

}  // namespace session_send_queue_test
