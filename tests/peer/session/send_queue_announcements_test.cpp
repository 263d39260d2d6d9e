// Announcements in a send queue: their share, and the turns of their sources.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "peer/session/queue_bench.hpp"

namespace session_send_queue_announcements_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace send_queues;
using peer::send_priority;

TEST_CASE("many news keep others from coming, but not answers; many answers keep both") {
  with_queue([](queue_bench* on) -> task<void> {
    const std::size_t mark = slow.backlog();
    on->post(std::string(1 + mark, 'n'), send_priority::announcements);
    static_cast<void>(co_await on->heard(1s));
    CHECK(on->waiting.announcements_full());
    CHECK_FALSE(on->waiting.full());
    on->post(std::string(mark, 'a'), send_priority::responses);
    CHECK(on->waiting.full());
    static_cast<void>(co_await on->heard(10s));
    CHECK_FALSE(on->waiting.full());
    CHECK(on->waiting.announcements_full());
  });
}

TEST_CASE("when news have to wait, those who have brought them take turns") {
  with_queue([](queue_bench* on) -> task<void> {
    on->post("xxx", send_priority::control);
    static_cast<void>(co_await on->heard(1s));
    on->post("aaaa", send_priority::announcements, source(1));
    on->post("bbbb", send_priority::announcements, source(2));
    const std::string first = co_await on->heard(31s);
    CHECK(first == "aab");  // between two of the round it is the turn of whoever has less
    on->post("c", send_priority::announcements, source(3));
    const std::string next = co_await on->heard(20s);
    CHECK(next.find('c') != std::string::npos);
  });
}

TEST_CASE("however much some have brought, there is room for one who has nothing waiting") {
  for (const std::uint32_t greedy : {1U, 3U, 10U}) {
    sim::world world{1};
    queue_bench bench{world.add_machine(), a_second};
    auto script = [](queue_bench* on, std::uint32_t sources) -> task<void> {
      on->post("xxx", send_priority::control);
      static_cast<void>(co_await on->heard(1s));
      std::size_t taken = 0;
      for (int round = 0; round != 1000; ++round) {
        for (std::uint32_t n = 1; n != sources + 1; ++n) {
          if (on->waiting.announcements_full(source(n))) continue;
          on->post("n", send_priority::announcements, source(n));
          ++taken;
        }
      }
      CHECK(taken < 2 * a_second.backlog());
      CHECK(taken >= a_second.backlog());
      CHECK_FALSE(on->waiting.announcements_full(source(1000)));
      static_cast<void>(co_await on->heard(std::chrono::seconds{sources} + 500ms));  // each has had its turn
      on->post("h", send_priority::announcements, source(1000));
      const std::string next = co_await on->heard(2s);
      CHECK(next.find('h') != std::string::npos);
    };
    world.run(bench.play(script(&bench, greedy)));
  }
}

TEST_CASE("news leave enough at once for the answers that they bring about") {
  with_queue([](queue_bench* on) -> task<void> {
    on->post("nnnn", send_priority::announcements);
    const std::string news = co_await on->heard(1s);
    CHECK(news == "n");
    on->post("12", send_priority::responses);
    const std::string answers = co_await on->heard(1s);
    CHECK(answers == "12");
  });
}

TEST_CASE("large news of some leave room for those of others, too") {
  with_queue([](queue_bench* on) -> task<void> {
    on->post("xxx", send_priority::control);
    static_cast<void>(co_await on->heard(1s));
    const auto large = wire::share(wire::bytes(400'000));
    for (const std::uint32_t n : {1U, 2U}) {
      CHECK_FALSE(on->waiting.announcements_full(source(n)));
      CHECK(on->waiting.push(large, send_priority::announcements, source(n)));
    }
    CHECK(on->waiting.announcements_full(source(1)));
    CHECK(on->waiting.announcements_full(source(2)));
    CHECK_FALSE(on->waiting.announcements_full(source(3)));
    CHECK_FALSE(on->waiting.announcements_full());
    CHECK_FALSE(on->waiting.announcements_full(peer::announcement_source::chain()));
  });
}

}  // namespace session_send_queue_announcements_test
