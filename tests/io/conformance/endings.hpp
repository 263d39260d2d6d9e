// Conformance: how streams end.
#pragma once

#include "support.hpp"

namespace conformance {

/// Reads until the stream ends; returns the error and the number of bytes before it.
inline task<std::pair<std::size_t, std::error_code>> drain(io::stream& from) {
  std::size_t total = 0;
  for (;;) {
    const auto got = co_await from.read_view();
    if (!got) co_return std::pair{total, got.error()};
    total += got->size();
  }
}

/// Writes until a write fails; returns the error.
inline task<std::error_code> write_until_failure(io::runtime& on, io::stream& to) {
  for (;;) {
    const auto written = co_await to.write_all(text("anybody there?"));
    if (!written) co_return written.error();
    static_cast<void>(co_await io::sleep_for(on, 1ms));
  }
}

}  // namespace conformance

using namespace conformance;

TEST_CASE("end_of_stream is reported after all data, and again on later reads") {
  run([](backend& on) -> task<void> {
    constexpr std::size_t size = 100'000;
    auto [client, server] = co_await connect(on);
    auto write_and_close = [](io::stream& to) -> task<void> {
      co_await write_pattern(to, size, 4);
      to.close();
    };
    co_await when_all(write_and_close(*client), expect_pattern(*server, size, 4));
    for (int i = 0; i != 3; ++i) {
      const auto got = co_await server->read_view();
      CHECK(error_of(got) == end_of_stream());
    }
  });
}

TEST_CASE("an exact read that the end of the stream cuts short fails with end_of_stream") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    const auto written = co_await client->write_all(text("half"));
    CHECK(written);
    client->close();
    std::array<std::byte, 8> bytes{};
    auto got = co_await server->read_exact(bytes);
    CHECK(error_of(got) == end_of_stream());
    got = co_await server->read_some(bytes);
    CHECK(error_of(got) == end_of_stream());
  });
}

TEST_CASE("closing fails a waiting read and everything after it") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    std::array<std::byte, 8> bytes{};
    auto close = [](backend& with, io::stream& over) -> task<void> {
      co_await settle(with);
      CHECK_FALSE(over.closed());
      over.close();
      CHECK(over.closed());
    };
    auto both = co_await when_all(read_some(*client, bytes), close(on, *client));
    CHECK(error_of(std::get<0>(both)) == closed());
    client->close();
    const auto read = co_await client->read_some(bytes);
    CHECK(error_of(read) == closed());
    const auto view = co_await client->read_view();
    CHECK(error_of(view) == closed());
    const auto written = co_await client->write_all(text("x"));
    CHECK(error_of(written) == closed());
    const auto end = co_await server->read_some(bytes);
    CHECK(error_of(end) == end_of_stream());
  });
}

TEST_CASE("closing fails a write that waits for a slow reader") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    const byte_vector bytes(32U << 20);
    auto close = [](backend& with, io::stream& over) -> task<void> {
      co_await settle(with);
      over.close();
    };
    auto both = co_await when_all(write_all(*client, bytes), close(on, *client));
    CHECK(error_of(std::get<0>(both)) == closed());
  });
}

TEST_CASE("writing to a peer that has closed fails in the end") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    server.reset();
    const std::error_code why = co_await write_until_failure(on.client(), *client);
    const bool broken = why == std::errc::broken_pipe || why == std::errc::connection_reset;
    CHECK(broken);
  });
}

TEST_CASE("closing with unread bytes resets the connection after the bytes written before") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    auto written = co_await client->write_all(text("nobody reads this"));
    CHECK(written);
    written = co_await server->write_all(text("last words"));
    CHECK(written);
    co_await settle(on);
    server.reset();
    co_await settle(on);
    const auto [bytes, why] = co_await drain(*client);
    CHECK(bytes == 10);
    const bool ended =
        why == std::errc::connection_reset || why == end_of_stream();  // libuv reports end_of_stream instead
    CHECK(ended);
    const auto again = co_await client->write_all(text("x"));
    CHECK_FALSE(again);
  });
}
