// Conformance: data through streams.
#pragma once

#include "support.hpp"

namespace conformance {

inline task<void> echo(io::stream_ptr over) {
  std::array<std::byte, 64> bytes{};
  for (;;) {
    const auto got = co_await over->read_some(bytes);
    if (!got) co_return;
    const auto written = co_await over->write_all(io::const_buffer{bytes}.first(*got));
    if (!written) co_return;
  }
}

inline task<void> accept_and_echo(scope& side_by_side, io::listener* at, std::size_t connections) {
  for (std::size_t i = 0; i != connections; ++i) {
    auto accepted = co_await at->accept();
    REQUIRE(accepted);
    side_by_side.spawn(echo(std::move(*accepted)));
  }
}

/// Counts in `right` if the response equals the request.
inline task<void> ask(io::runtime& on, io::endpoint where, std::size_t number, std::size_t& right) {
  auto over = co_await on.connect(where);
  REQUIRE(over);
  const std::string question = std::to_string(number);
  const auto written = co_await (*over)->write_all(text(question));
  CHECK(written);
  byte_vector answer(question.size());
  const auto got = co_await (*over)->read_exact(answer);
  CHECK(got);
  if (string_of(answer) == question) ++right;
}

}  // namespace conformance

using namespace conformance;

TEST_CASE("both ends of a connection have the local and the remote endpoint") {
  run([](backend& on) -> task<void> {
    const auto listener = open_listener(on.server(), on.anywhere());
    CHECK(listener->local_endpoint().address == on.anywhere().address);
    CHECK(listener->local_endpoint().port != 0);
    auto both = co_await when_all(dial(on.client(), listener->local_endpoint()), take(*listener));
    io::stream& client = **std::get<0>(both);
    io::stream& server = **std::get<1>(both);
    CHECK(client.remote_endpoint() == listener->local_endpoint());
    CHECK(server.local_endpoint() == listener->local_endpoint());
    CHECK(client.local_endpoint() == server.remote_endpoint());
    CHECK(client.local_endpoint().port != 0);
  });
}

TEST_CASE("written bytes arrive, into a buffer or as a view") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    std::array<std::byte, 64> bytes{};
    auto written = co_await client->write_all(text("seed"));
    CHECK(written);
    auto got = co_await server->read_some(bytes);
    REQUIRE(got);
    CHECK(string_of(io::buffer{bytes}.first(*got)) == "seed");

    written = co_await server->write_all(text("wind"));
    CHECK(written);
    const auto view = co_await client->read_view();
    REQUIRE(view);
    CHECK(string_of(*view) == "wind");
  });
}

TEST_CASE("strings are written like bytes, in order, without the terminating null of a literal") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    const std::string name = "ada";
    const byte_vector bytes(2, std::byte{'!'});
    auto written = co_await client->write_all("HELO ", name, std::string_view{"\r\n"}, bytes, std::string("temporary"));
    CHECK(written);
    written = co_await client->write_all(std::string_view{});
    CHECK(written);
    client->close();
    byte_vector got(21);
    const auto all = co_await server->read_exact(got);
    CHECK(all);
    CHECK(string_of(got) == "HELO ada\r\n!!temporary");
    const auto end = co_await server->read_view();
    CHECK(error_of(end) == end_of_stream());
  });
}

TEST_CASE("an exact read waits for all of its bytes and takes no more") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    std::array<std::byte, 6> bytes{};
    auto pieces = [](backend& with, io::stream& to) -> task<void> {
      for (const std::string_view piece : {"ab", "cd", "efgh"}) {
        const auto written = co_await to.write_all(text(piece));
        CHECK(written);
        co_await settle(with);
      }
    };
    auto both = co_await when_all(read_exact(*server, bytes), pieces(on, *client));
    REQUIRE(std::get<0>(both));
    CHECK(*std::get<0>(both) == 6);
    CHECK(string_of(bytes) == "abcdef");
    const auto rest = co_await server->read_view();
    REQUIRE(rest);
    CHECK(string_of(*rest) == "gh");
  });
}

TEST_CASE("bytes that one read leaves are returned by the next ones, at once and later, as bytes and as a view") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    std::array<std::byte, 4> word{};
    auto written = co_await client->write_all(text("one,two,three,four"));
    CHECK(written);
    auto got = co_await server->read_exact(word);
    CHECK(got);
    CHECK(string_of(word) == "one,");
    co_await settle(on);
    got = co_await server->read_exact(word);
    CHECK(got);
    CHECK(string_of(word) == "two,");

    // Other connections use the same memory of the backend meanwhile.
    written = co_await server->write_all(text("answer"));
    CHECK(written);
    const auto answer = co_await client->read_view();
    REQUIRE(answer);
    CHECK(string_of(*answer) == "answer");

    const auto view = co_await server->read_view();
    REQUIRE(view);
    CHECK(string_of(*view) == "three,four");
    written = co_await client->write_all(text("five"));
    CHECK(written);
    got = co_await server->read_exact(word);
    CHECK(got);
    CHECK(string_of(word) == "five");
  });
}

TEST_CASE("a gathered write sends all buffers in order, also empty ones") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    const io::const_buffer none;
    auto written = co_await client->write_all(none, text("da"), none, text("ndeli"), text("on"), none);
    CHECK(written);
    std::vector<io::const_buffer> list(40, text("x"));
    list.insert(list.begin() + 7, none);
    written = co_await client->write_all(list);
    CHECK(written);
    byte_vector bytes(49);
    const auto got = co_await server->read_exact(bytes);
    CHECK(got);
    CHECK(string_of(bytes) == "dandelion" + std::string(40, 'x'));
  });
}

TEST_CASE("a read into an empty buffer and a write of no bytes complete at once") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    const auto got = co_await server->read_some(io::buffer{});
    REQUIRE(got);
    CHECK(*got == 0);
    const auto all = co_await server->read_exact(io::buffer{});
    REQUIRE(all);
    CHECK(*all == 0);
    auto written = co_await client->write_all();
    CHECK(written);
    written = co_await client->write_all(io::const_buffer{}, io::const_buffer{});
    CHECK(written);
  });
}

TEST_CASE("megabytes in both directions at once arrive unchanged") {
  run([](backend& on) -> task<void> {
    constexpr std::size_t size = 5'000'000;
    auto [client, server] = co_await connect(on);
    co_await when_all(write_pattern(*client, size, 1), write_pattern(*server, size, 2),
                      expect_pattern(*server, size, 1), expect_pattern(*client, size, 2));
  });
}

TEST_CASE("a slow reader delays the writer, and no byte is lost") {
  run([](backend& on) -> task<void> {
    constexpr std::size_t size = 32U << 20;
    auto [client, server] = co_await connect(on);
    bool written = false;
    auto write = [](io::stream& to, bool& done) -> task<void> {
      co_await write_pattern(to, size, 3);
      done = true;
    };
    auto read = [](backend& with, io::stream& from, const bool& done) -> task<void> {
      co_await settle(with);
      CHECK_FALSE(done);
      co_await expect_pattern(from, size, 3);
    };
    co_await when_all(write(*client, written), read(on, *server, written));
    CHECK(written);
  });
}

TEST_CASE("a second reader and a second writer fail, and the first ones are not affected") {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    const byte_vector bytes(32U << 20);
    byte_vector received(bytes.size());
    std::array<std::byte, 4> small{};
    auto intrude = [](backend& with, io::stream& reads, io::stream& writes, io::stream& peer) -> task<void> {
      co_await settle(with);
      std::array<std::byte, 4> none{};
      const auto got = co_await reads.read_some(none);
      CHECK(error_of(got) == std::errc::device_or_resource_busy);
      const auto viewed = co_await reads.read_view();
      CHECK(error_of(viewed) == std::errc::device_or_resource_busy);
      const auto written = co_await writes.write_all(text("me too"));
      CHECK(error_of(written) == std::errc::device_or_resource_busy);
      const auto answered = co_await peer.write_all(text("done"));
      CHECK(answered);
    };
    auto read_late = [](backend& with, io::stream& from, byte_vector& into) -> task<void> {
      co_await settle(with);
      co_await settle(with);
      const auto got = co_await from.read_exact(into);
      CHECK(got);
    };
    auto all = co_await when_all(read_exact(*client, small), write_all(*client, bytes),
                                 intrude(on, *client, *client, *server), read_late(on, *server, received));
    CHECK(std::get<0>(all));
    CHECK(std::get<1>(all));
    CHECK(string_of(small) == "done");
    CHECK(received == bytes);
  });
}

TEST_CASE("hundreds of connections work at the same time") {
  run([](backend& on) -> task<void> {
    constexpr std::size_t many = 300;
    const auto listener = open_listener(on.server(), on.anywhere());
    std::size_t right = 0;
    std::vector<task<void>> all;
    all.push_back(with_scope(accept_and_echo, listener.get(), many));
    for (std::size_t i = 0; i != many; ++i) all.push_back(ask(on.client(), listener->local_endpoint(), i, right));
    co_await when_all(std::move(all));
    CHECK(right == many);
  });
}
