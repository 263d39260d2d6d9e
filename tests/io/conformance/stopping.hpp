// Conformance: every operation can be stopped at any point, and leaves nothing behind.
#pragma once

#include <pappus/io/offload.hpp>
#include <pappus/io/timeout.hpp>

#include "support.hpp"

namespace conformance {

/// More bytes than any system buffers for a reader that does not read.
constexpr std::size_t too_much = 32U << 20;

/// Delays before the stop; zero stops the operation before the loop has polled.
constexpr std::array<io::duration, 2> stopping_points{0ms, 20ms};

}  // namespace conformance

using namespace conformance;

TEST_CASE("no operation starts under a stopped token") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    const auto listener = open_listener(on.server(), on.anywhere());
    coro::stop_source stop;
    stop.request_stop();
    std::array<std::byte, 8> bytes{};
    const auto got = co_await read_some(*client, bytes).with_stop_token(stop.token());
    CHECK(error_of(got) == canceled());
    const auto exactly = co_await read_exact(*client, bytes).with_stop_token(stop.token());
    CHECK(error_of(exactly) == canceled());
    const auto dialed = co_await dial(on.client(), listener->local_endpoint()).with_stop_token(stop.token());
    CHECK(error_of(dialed) == canceled());
    const auto accepted = co_await take(*listener).with_stop_token(stop.token());
    CHECK(error_of(accepted) == canceled());
    const auto slept = co_await sleep(on.client(), 1h).with_stop_token(stop.token());
    CHECK(error_of(slept) == canceled());

    // The stream is not affected.
    const auto written = co_await server->write_all(text("still here"));
    CHECK(written);
    const auto view = co_await client->read_view();
    REQUIRE(view);
    CHECK(string_of(*view) == "still here");
  });
}

TEST_CASE("a read that is stopped before any bytes came does not affect the stream") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    std::array<std::byte, 8> bytes{};
    for (const io::duration point : stopping_points) {
      const auto some = co_await stopped_after(on.client(), point, read_some(*client, bytes));
      CHECK(error_of(some) == canceled());
      const auto exactly = co_await stopped_after(on.client(), point, read_exact(*client, bytes));
      CHECK(error_of(exactly) == canceled());
    }
    const auto written = co_await server->write_all(text("whole one"));
    CHECK(written);
    const auto got = co_await client->read_exact(bytes);
    REQUIRE(got);
    CHECK(string_of(bytes) == "whole on");
  });
}

TEST_CASE("a read that has bytes before the stop returns them") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    std::array<std::byte, 8> bytes{};
    const auto written = co_await server->write_all(text("early"));
    CHECK(written);
    const auto got = co_await stopped_after(on.client(), 50ms, read_some(*client, bytes));
    REQUIRE(got);
    CHECK(*got == 5);
  });
}

TEST_CASE("an exact read that is stopped after some of its bytes poisons the stream") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    std::array<std::byte, 8> bytes{};
    auto written = co_await server->write_all(text("half"));
    CHECK(written);
    auto got = co_await stopped_after(on.client(), 50ms, read_exact(*client, bytes));
    CHECK(error_of(got) == canceled());
    got = co_await client->read_some(bytes);
    CHECK(error_of(got) == poisoned());
    const auto view = co_await client->read_view();
    CHECK(error_of(view) == poisoned());
    written = co_await client->write_all(text("x"));
    CHECK(error_of(written) == poisoned());
    CHECK_FALSE(client->closed());
  });
}

TEST_CASE("a write that is stopped after some of its bytes poisons the stream, and does not use its buffer any more") {
  run([](backend& on) -> task<void> {
    for (const io::duration point : stopping_points) {
      auto [client, server] = co_await connect(on);
      std::array<std::byte, 8> small{};
      {
        const byte_vector bytes = pattern(too_much, 7);
        const auto written = co_await stopped_after(on.client(), point, write_all(*client, bytes));
        CHECK(error_of(written) == canceled());
      }
      const auto again = co_await client->write_all(text("x"));
      CHECK(error_of(again) == poisoned());
      const auto got = co_await client->read_some(small);
      CHECK(error_of(got) == poisoned());
      client.reset();

      // The bytes sent are a prefix; then the connection ends with an error.
      byte_vector received;
      for (;;) {
        const auto piece = co_await server->read_view();
        if (!piece) break;
        received.insert(received.end(), piece->begin(), piece->end());
      }
      CHECK(received.size() < too_much);
      CHECK(received == pattern(received.size(), 7));
    }
  });
}

TEST_CASE("a stopped write fails a read that waits on the same stream") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    std::array<std::byte, 8> small{};
    const byte_vector bytes(too_much);
    auto both =
        co_await when_all(read_some(*client, small), stopped_after(on.client(), 20ms, write_all(*client, bytes)));
    CHECK(error_of(std::get<0>(both)) == poisoned());
    CHECK(error_of(std::get<1>(both)) == canceled());
  });
}

TEST_CASE("a connect that is stopped leaves nothing behind, and the listener still accepts") {
  run([](backend& on) -> task<void> {
    const auto listener = open_listener(on.server(), on.anywhere());
    const auto stopped = co_await stopped_after(on.client(), 0ms, dial(on.client(), listener->local_endpoint()));
    CHECK(error_of(stopped) == canceled());
    auto dialed = co_await on.client().connect(listener->local_endpoint());
    REQUIRE(dialed);
    const auto written = co_await (*dialed)->write_all(text("the second"));
    CHECK(written);
    dialed->reset();
    for (;;) {  // the stopped connection may be in the backlog, already closed
      auto accepted = co_await listener->accept();
      REQUIRE(accepted);
      const auto view = co_await (*accepted)->read_view();
      if (!view) continue;
      CHECK(string_of(*view) == "the second");
      break;
    }
  });
}

TEST_CASE("an accept that is stopped loses no connection") {
  run([](backend& on) -> task<void> {
    const auto listener = open_listener(on.server(), on.anywhere());
    for (const io::duration point : stopping_points) {
      const auto stopped = co_await stopped_after(on.client(), point, take(*listener));
      CHECK(error_of(stopped) == canceled());
    }
    const auto dialed = co_await on.client().connect(listener->local_endpoint());
    CHECK(dialed);
    const auto accepted = co_await listener->accept();
    CHECK(accepted);
  });
}

TEST_CASE("a stopped sleep ends at once") {
  run([](backend& on) -> task<void> {
    for (const io::duration point : stopping_points) {
      const io::time_point begun = on.client().now();
      const auto slept = co_await stopped_after(on.client(), point, sleep(on.client(), 24h));
      CHECK(error_of(slept) == canceled());
      CHECK(on.client().now() < begun + 24h);
    }
  });
}

TEST_CASE("a stopped resolve does not wait for the lookup") {
  run([](backend& on) -> task<void> {
    auto look_up = [](io::runtime& by) -> task<result<std::vector<pappus::ip_address>>> {
      co_return co_await by.resolve("localhost");
    };
    const auto found = co_await stopped_after(on.client(), 0ms, look_up(on.client()));
    CHECK(error_of(found) == canceled());
    co_await settle(on);
  });
}

TEST_CASE("work on a worker thread runs to its end after its wait was stopped") {
  run([](backend& on) -> task<void> {
    const auto done = std::make_shared<std::atomic<bool>>(false);
    auto work = [](io::runtime& by, std::shared_ptr<std::atomic<bool>> flag) -> task<result<int>> {
      auto set = [flag = std::move(flag)] {
        flag->store(true);
        return 1;
      };
      co_return co_await io::offload(by, std::move(set));
    };
    const auto given = co_await stopped_after(on.client(), 0ms, work(on.client(), done));
    CHECK(error_of(given) == canceled());
    while (!done->load()) co_await settle(on);
  });
}

TEST_CASE(
    "with_timeout stops a late operation, returns after it has ended, and tells a timeout from a stop from outside") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    std::array<std::byte, 8> bytes{};
    auto late = co_await io::with_timeout(on.client(), 20ms, read_some(*client, bytes));
    CHECK(error_of(late) == make_error_code(errc::timed_out));
    late = co_await stopped_after(on.client(), 20ms, io::with_timeout(on.client(), 1h, read_some(*client, bytes)));
    CHECK(error_of(late) == canceled());

    const auto written = co_await server->write_all(text("in time"));
    CHECK(written);
    const auto got = co_await io::with_timeout(on.client(), 1h, read_some(*client, bytes));
    REQUIRE(got);
    CHECK(*got == 7);
  });
}

TEST_CASE("of two nested timeouts the inner one does not change the result of the outer one") {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    auto inner = co_await io::with_timeout(net, 1h, io::with_timeout(net, 5ms, sleep(net, 1h)));
    CHECK(error_of(inner) == make_error_code(errc::timed_out));
    auto given_up = [](io::runtime& in) -> task<result<void>> {
      const auto ended = co_await io::with_timeout(in, 1h, sleep(in, 1h));
      CHECK(error_of(ended) == canceled());
      co_return ended;
    };
    const auto outer = co_await io::with_timeout(net, 5ms, given_up(net));
    CHECK(error_of(outer) == make_error_code(errc::timed_out));
  });
}

TEST_CASE("a deadline can be moved repeatedly, and stops its operation when it expires") {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    io::deadline alive{net, coro::stop_token{}};
    for (int i = 0; i != 5; ++i) {
      alive.expires_after(1h);
      const auto slept = co_await sleep(net, 5ms).with_stop_token(alive.token());
      CHECK(slept);
    }
    alive.cancel();
    auto slept = co_await sleep(net, 5ms).with_stop_token(alive.token());
    CHECK(slept);
    CHECK_FALSE(alive.expired());
    alive.expires_after(5ms);
    slept = co_await sleep(net, 1h).with_stop_token(alive.token());
    CHECK(error_of(slept) == canceled());
    CHECK(alive.expired());
    CHECK(alive.translate(slept.error()) == make_error_code(errc::timed_out));
  });
}
