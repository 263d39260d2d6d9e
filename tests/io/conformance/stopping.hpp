// Conformance: every operation can be stopped, at any point, and is gone afterwards.
#pragma once

#include <pappus/io/offload.hpp>
#include <pappus/io/timeout.hpp>

#include "support.hpp"

namespace conformance {

/// More than any system takes from a writer whose reader does not read.
constexpr std::size_t too_much = 32U << 20;

/// How long an operation is left alone before it is stopped; zero is before the loop has looked at it.
constexpr std::array<io::duration, 2> stopping_points{0ms, 20ms};

}  // namespace conformance

using namespace conformance;

TEST_CASE("nothing begins under a stop that has been requested") {
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
    const auto dialled = co_await dial(on.client(), listener->local_endpoint()).with_stop_token(stop.token());
    CHECK(error_of(dialled) == canceled());
    const auto accepted = co_await take(*listener).with_stop_token(stop.token());
    CHECK(error_of(accepted) == canceled());
    const auto slept = co_await sleep(on.client(), 1h).with_stop_token(stop.token());
    CHECK(error_of(slept) == canceled());

    // The stream has noticed none of it.
    const auto written = co_await server->write_all(text("still here"));
    CHECK(written);
    const auto view = co_await client->read_view();
    REQUIRE(view);
    CHECK(string_of(*view) == "still here");
  });
}

TEST_CASE("a read that is stopped before any bytes came leaves the stream as it was") {
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

TEST_CASE("bytes that came before the stop are not taken back") {
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

TEST_CASE("an exact read that is stopped half-way poisons the stream") {
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

TEST_CASE("a write that is stopped half-way completes, poisons the stream, and needs its bytes no more") {
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

      // What did go out is the beginning, and then the connection ends somehow.
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

TEST_CASE("the poison of a stopped write reaches a reader that waits") {
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

TEST_CASE("a dial that is stopped is gone, and its listener still works") {
  run([](backend& on) -> task<void> {
    const auto listener = open_listener(on.server(), on.anywhere());
    const auto stopped = co_await stopped_after(on.client(), 0ms, dial(on.client(), listener->local_endpoint()));
    CHECK(error_of(stopped) == canceled());
    auto dialled = co_await on.client().connect(listener->local_endpoint());
    REQUIRE(dialled);
    const auto written = co_await (*dialled)->write_all(text("the second"));
    CHECK(written);
    dialled->reset();
    for (;;) {  // the stopped one may be in the backlog, as a connection that has ended
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
    const auto dialled = co_await on.client().connect(listener->local_endpoint());
    CHECK(dialled);
    const auto accepted = co_await listener->accept();
    CHECK(accepted);
  });
}

TEST_CASE("a sleep that is stopped ends at once") {
  run([](backend& on) -> task<void> {
    for (const io::duration point : stopping_points) {
      const io::time_point begun = on.client().now();
      const auto slept = co_await stopped_after(on.client(), point, sleep(on.client(), 24h));
      CHECK(error_of(slept) == canceled());
      CHECK(on.client().now() < begun + 24h);
    }
  });
}

TEST_CASE("a lookup that is stopped is not waited for") {
  run([](backend& on) -> task<void> {
    auto look_up = [](io::runtime& by) -> task<result<std::vector<io::ipv4_address>>> {
      co_return co_await by.resolve("localhost");
    };
    const auto found = co_await stopped_after(on.client(), 0ms, look_up(on.client()));
    CHECK(error_of(found) == canceled());
    co_await settle(on);
  });
}

TEST_CASE("work on a worker thread goes on when nobody waits for it any more") {
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

TEST_CASE("what is late is stopped, has ended when with_timeout says so, and is not mistaken for a stop from outside") {
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

TEST_CASE("the inner of two timeouts leaves the outer one its answer") {
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

TEST_CASE("a deadline can be moved again and again, and stops what runs under it when it stands still") {
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
