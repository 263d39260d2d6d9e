// Conformance: deadlines of single operations, given in the awaiting expression.
#pragma once

#include <pappus/coro/channel.hpp>
#include <pappus/coro/semaphore.hpp>
#include <pappus/io/offload.hpp>
#include <pappus/io/timeout.hpp>

#include "support.hpp"

namespace conformance {

inline std::error_code timed_out() { return make_error_code(errc::timed_out); }

}  // namespace conformance

using namespace conformance;

TEST_CASE("a stream operation with a deadline completes in time, or is stopped and fails with timed_out") {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    auto [client, server] = co_await connect(on);
    std::array<std::byte, 8> bytes{};
    const auto late = co_await io::with_timeout(net, 20ms, client->read_some(bytes));
    CHECK(error_of(late) == timed_out());
    const auto late_view = co_await io::with_deadline(net, net.now() + 20ms, client->read_view());
    CHECK(error_of(late_view) == timed_out());

    auto written = co_await io::with_timeout(net, 1h, server->write_all("in time", std::string(1, '!')));
    CHECK(written);
    const auto got = co_await io::with_timeout(net, 1h, client->read_exact(bytes));
    REQUIRE(got);
    CHECK(string_of(bytes) == "in time!");

    written = co_await io::with_timeout(net, 20ms, client->write_all(byte_vector(32U << 20)));
    CHECK(error_of(written) == timed_out());
    written = co_await io::with_timeout(net, 20ms, client->write_all("x"));
    CHECK(error_of(written) == poisoned());
  });
}

TEST_CASE("accept, connect and resolve with a deadline complete in time, or are stopped and lose no connection") {
  run([](backend& on) -> task<void> {
    const auto listener = open_listener(on.server(), on.anywhere());
    const auto none = co_await io::with_timeout(on.server(), 20ms, listener->accept());
    CHECK(error_of(none) == timed_out());
    const auto dialed = co_await io::with_timeout(on.client(), 1h, on.client().connect(listener->local_endpoint()));
    CHECK(dialed);
    const auto accepted = co_await io::with_timeout(on.server(), 1h, listener->accept());
    CHECK(accepted);
    const auto found = co_await io::with_timeout(on.client(), 1h, on.client().resolve("localhost"));
    CHECK(found);
    const auto computed = co_await io::with_timeout(on.client(), 1h, io::offload(on.client(), [] { return 7; }));
    REQUIRE(computed);
    CHECK(*computed == 7);
  });
}

TEST_CASE("a wait for another coroutine takes a deadline, as an rvalue and as an lvalue") {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    event never_set;
    const auto unset = co_await io::with_timeout(net, 5ms, never_set.wait());
    CHECK(error_of(unset) == timed_out());
    channel<std::string> words{1};
    auto word = co_await io::with_timeout(net, 5ms, words.receive());
    CHECK(error_of(word) == timed_out());
    auto sent = co_await io::with_timeout(net, 5ms, words.send("a word that is too long for a string's small buffer"));
    CHECK(sent);
    sent = co_await io::with_timeout(net, 5ms, words.send("another one"));
    CHECK(error_of(sent) == timed_out());
    auto receiving = words.receive();
    word = co_await io::with_timeout(net, 1h, receiving);
    REQUIRE(word);
    CHECK(*word == "a word that is too long for a string's small buffer");
    semaphore one{1};
    const auto permit = co_await io::with_timeout(net, 5ms, one.acquire());
    CHECK(permit);
    const auto second = co_await io::with_timeout(net, 5ms, one.acquire());
    CHECK(error_of(second) == timed_out());
    const auto slept = co_await io::with_timeout(net, 5ms, io::sleep_for(net, 24h));
    CHECK(error_of(slept) == timed_out());
  });
}

TEST_CASE("a stop from outside is not reported as timed_out") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    auto read = [](io::runtime& net, io::stream& from) -> task<result<io::const_buffer>> {
      co_return co_await io::with_timeout(net, 1h, from.read_view());
    };
    for (const io::duration point : {0ms, 20ms}) {
      const auto got = co_await stopped_after(on.client(), point, read(on.client(), *client));
      CHECK(error_of(got) == canceled());
    }
  });
}

TEST_CASE("after an operation with a deadline the coroutine has its own stop token again") {
  run([](backend& on) -> task<void> {
    auto twice = [](io::runtime& net, std::error_code& first, event& waits) -> task<result<void>> {
      event never_set;
      const auto late = co_await io::with_timeout(net, 1h, io::with_timeout(net, 5ms, never_set.wait()));
      first = error_of(late);
      const auto slept = co_await io::sleep_for(net, 1ms);
      CHECK(slept);
      waits.set();
      co_return co_await never_set.wait();
    };
    auto stop_when_set = [](event& waits, coro::stop_source& source) -> task<void> {
      const auto waited = co_await waits.wait();
      CHECK(waited);
      source.request_stop();
    };
    std::error_code first;
    event waits;
    coro::stop_source source;
    std::optional<result<void>> second;
    co_await when_all(run_under(source.token(), twice(on.client(), first, waits), second),
                      stop_when_set(waits, source));
    CHECK(first == timed_out());
    CHECK(error_of(*second) == canceled());
  });
}
