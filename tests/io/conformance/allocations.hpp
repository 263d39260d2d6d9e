// Conformance: waiting does not allocate. Replaces operator new in its program.
#pragma once

#include <string_view>

#include <pappus/coro/channel.hpp>
#include <pappus/coro/semaphore.hpp>
#include <pappus/io/buffered_reader.hpp>
#include <pappus/io/for_each.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/token_bucket.hpp>

#include "../../support/heap_watch.hpp"
#include "../../support/sanitizers.hpp"
#include "support.hpp"

namespace conformance {

using support::heap::allocations;

inline task<void> answer_questions(io::stream& over, int rounds) {
  std::array<std::byte, 64> bytes{};
  for (int i = 0; i != rounds; ++i) {
    const auto got = co_await over.read_exact(bytes);
    CHECK(got);
    const auto written = co_await over.write_all(io::const_buffer{bytes}.first(32), io::const_buffer{bytes}.last(32));
    CHECK(written);
  }
}

/// The number of allocations after the first rounds.
inline task<std::size_t> ask_questions(io::runtime& on, io::stream& over, int warm_up, int rounds) {
  std::array<std::byte, 64> bytes{};
  std::size_t before = 0;
  for (int i = 0; i != rounds; ++i) {
    if (i == warm_up) before = allocations;
    const auto written = co_await over.write_all(bytes);
    const auto got = co_await over.read_exact(bytes);
    CHECK(written);
    CHECK(got);
    if (i % 10 == 0) static_cast<void>(co_await io::sleep_for(on, 1ms));
  }
  co_return allocations - before;
}

}  // namespace conformance

using namespace conformance;

TEST_CASE("a deadline of an operation allocates nothing, whether it expires or not" *
          doctest::skip(support::sanitized)) {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    auto [client, server] = co_await connect(on);
    event never_set;
    std::array<std::byte, 64> bytes{};
    std::size_t before = 0;
    for (int i = 0; i != 120; ++i) {
      if (i == 20) before = allocations;
      const auto late = co_await io::with_timeout(net, 0ms, never_set.wait());
      CHECK_FALSE(late);
      const auto written = co_await io::with_timeout(net, 1h, client->write_all(bytes));
      CHECK(written);
      const auto got = co_await io::with_timeout(net, 1h, server->read_exact(bytes));
      CHECK(got);
    }
    CHECK(allocations == before);
  });
}

TEST_CASE("reading, writing and sleeping allocate nothing" * doctest::skip(support::sanitized)) {
  run([](backend& on) -> task<void> {
    constexpr int warm_up = 20;
    constexpr int rounds = 500;
    auto [client, server] = co_await connect(on);
    auto both =
        co_await when_all(answer_questions(*server, rounds), ask_questions(on.client(), *client, warm_up, rounds));
    CHECK(std::get<1>(both) == 0);
  });
}

TEST_CASE("sending and receiving datagrams allocates nothing" * doctest::skip(support::sanitized)) {
  run([](backend& on) -> task<void> {
    auto opened = on.server().open_datagram_socket(on.anywhere(), std::nullopt);
    REQUIRE(opened);
    auto dialed = on.client().open_datagram_socket({}, (*opened)->local_endpoint());
    REQUIRE(dialed);
    std::array<std::byte, 64> bytes{};
    std::size_t before = 0;
    for (int i = 0; i != 220; ++i) {
      if (i == 20) before = allocations;
      CHECK((*dialed)->send(bytes));
      const auto asked = co_await (*opened)->receive(bytes);
      REQUIRE(asked);
      CHECK((*opened)->send_to(bytes, asked->from));
      const auto answered = co_await io::with_timeout(on.client(), 1h, (*dialed)->receive(bytes));
      CHECK(answered);
    }
    CHECK(allocations == before);
  });
}

TEST_CASE("reading lines, with a deadline, and gathered writes allocate nothing once the buffer has grown" *
          doctest::skip(support::sanitized)) {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    io::buffered_reader lines{*server};
    std::size_t before = 0;
    for (int i = 0; i != 220; ++i) {
      if (i == 20) before = allocations;
      const auto written = co_await client->write_all("one line ", "in parts", "\n");
      CHECK(written);
      const auto line = co_await io::with_timeout(on.client(), 1h, lines.read_line(64));
      CHECK(line);
    }
    CHECK(allocations == before);
  });
}

TEST_CASE("waiting for a permit of a semaphore allocates nothing" * doctest::skip(support::sanitized)) {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    coro::semaphore slots{1};
    std::size_t before = 0;
    const auto use = [](io::runtime* at, coro::semaphore* from, std::size_t* start) -> task<void> {
      for (int i = 0; i != 120; ++i) {
        if (i == 20) *start = allocations;
        const auto permit = co_await from->acquire();
        CHECK(permit);
        static_cast<void>(co_await io::sleep_for(*at, 1us));
      }
    };
    co_await when_all(use(&net, &slots, &before), use(&net, &slots, &before));
    CHECK(allocations == before);
  });
}

/// Waits a moment for each value, and notes the number of allocations at the 20th.
struct note_at_twentieth {
  io::runtime* net;
  std::size_t* before;

  task<void> operator()(int value) const {
    if (value == 20) *before = allocations;
    static_cast<void>(co_await io::sleep_for(*net, 1us));
  }
};

TEST_CASE("for_each over a channel allocates only frames, which are recycled" * doctest::skip(support::sanitized)) {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    channel<int> jobs{200};
    for (int i = 0; i != 200; ++i) static_cast<void>(jobs.try_send(i));
    jobs.close();
    std::size_t before = 0;
    const note_at_twentieth handle{&net, &before};
    const auto ended = co_await io::for_each(net, jobs, io::token_bucket{1e6, 10, net.now()}, handle);
    CHECK(ended);
    CHECK(allocations == before);
  });
}
