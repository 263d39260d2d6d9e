// Conformance: datagrams are received whole, by those that they are for, and waiting for them can be stopped.
#pragma once

#include <pappus/io/timeout.hpp>

#include "support.hpp"

namespace conformance {

/// A socket for datagrams; requires that it opens.
inline io::datagram_socket_ptr open_datagrams(io::runtime& on, io::endpoint local,
                                              std::optional<io::endpoint> remote = std::nullopt) {
  auto opened = on.open_datagram_socket(local, remote);
  REQUIRE(opened);
  return std::move(*opened);
}

inline task<result<io::datagram>> receive(io::datagram_socket& at, io::buffer into) {
  co_return co_await at.receive(into);
}

/// The text of the next datagram.
inline task<std::string> receive_text(io::datagram_socket& at) {
  std::array<std::byte, 128> bytes{};
  const auto got = co_await at.receive(bytes);
  REQUIRE(got);
  CHECK_FALSE(got->truncated);
  co_return string_of(got->bytes);
}

}  // namespace conformance

using namespace conformance;

TEST_CASE("a datagram is received whole, with its sender, and can be answered") {
  run([](backend& on) -> task<void> {
    const auto server = open_datagrams(on.server(), on.anywhere());
    const auto client = open_datagrams(on.client(), {}, server->local_endpoint());
    CHECK(client->send(text("one")));
    std::array<std::byte, 128> bytes{};
    const auto got = co_await server->receive(bytes);
    REQUIRE(got);
    CHECK(string_of(got->bytes) == "one");
    CHECK(got->bytes.data() == bytes.data());
    CHECK(got->from == client->local_endpoint());
    CHECK_FALSE(got->truncated);
    CHECK(server->send_to(text("two"), got->from));
    const auto answer = co_await client->receive(bytes);
    REQUIRE(answer);
    CHECK(string_of(answer->bytes) == "two");
    CHECK(answer->from == server->local_endpoint());
  });
}

TEST_CASE("a datagram may be empty, and a long one is cut where the buffer ends") {
  run([](backend& on) -> task<void> {
    const auto server = open_datagrams(on.server(), on.anywhere());
    const auto client = open_datagrams(on.client(), {}, server->local_endpoint());
    std::array<std::byte, 4> small{};
    CHECK(client->send({}));
    const auto empty = co_await server->receive(small);
    REQUIRE(empty);
    CHECK(empty->bytes.empty());
    CHECK_FALSE(empty->truncated);
    CHECK(client->send(text("whole")));
    const auto cut = co_await server->receive(small);
    REQUIRE(cut);
    CHECK(string_of(cut->bytes) == "whol");
    CHECK(cut->truncated);
    CHECK(client->send(text("next")));
    const auto next = co_await server->receive(small);
    REQUIRE(next);
    CHECK(string_of(next->bytes) == "next");
    CHECK_FALSE(next->truncated);
  });
}

TEST_CASE("a datagram of many bytes arrives as it was sent; one that is too long is refused") {
  run([](backend& on) -> task<void> {
    const auto server = open_datagrams(on.server(), on.anywhere());
    const auto client = open_datagrams(on.client(), {}, server->local_endpoint());
    const byte_vector sent = pattern(io::max_datagram_size, 3);
    CHECK(client->send(sent));
    byte_vector received(sent.size() + 1);
    const auto got = co_await server->receive(received);
    REQUIRE(got);
    received.resize(got->bytes.size());
    CHECK(received == sent);
    const byte_vector too_long(io::max_datagram_size + 1);
    CHECK(error_of(client->send(too_long)) == std::errc::message_size);
  });
}

TEST_CASE("a connected socket does not receive datagrams of strangers") {
  run([](backend& on) -> task<void> {
    const auto server = open_datagrams(on.server(), on.anywhere());
    const auto client = open_datagrams(on.client(), {}, server->local_endpoint());
    const auto stranger = open_datagrams(on.server(), on.anywhere());
    CHECK(stranger->send_to(text("forged"), client->local_endpoint()));
    CHECK(server->send_to(text("genuine"), client->local_endpoint()));
    const std::string got = co_await receive_text(*client);
    CHECK(got == "genuine");
    co_await settle(on);
    std::array<std::byte, 8> bytes{};
    const auto more = co_await stopped_after(on.client(), 20ms, receive(*client, bytes));
    CHECK(error_of(more) == canceled());
  });
}

TEST_CASE("only a connected socket sends without an endpoint, and only one that is not connected with one") {
  run([](backend& on) -> task<void> {
    const auto server = open_datagrams(on.server(), on.anywhere());
    const auto client = open_datagrams(on.client(), {}, server->local_endpoint());
    CHECK(error_of(server->send(text("x"))) == std::errc::destination_address_required);
    CHECK(error_of(client->send_to(text("x"), server->local_endpoint())) == std::errc::already_connected);
    co_return;
  });
}

#ifndef _WIN32  // wine tells a socket nothing of that
TEST_CASE("a connected socket learns that nothing receives at its remote, and stays usable") {
  run([](backend& on) -> task<void> {
    io::endpoint where;
    {
      const auto former = open_datagrams(on.server(), on.anywhere());
      where = former->local_endpoint();
    }
    co_await settle(on);
    const auto client = open_datagrams(on.client(), {}, where);
    CHECK(client->send(text("anybody?")));
    std::array<std::byte, 8> bytes{};
    const auto refused = co_await client->receive(bytes);
    CHECK(error_of(refused) == std::errc::connection_refused);
    const auto server = open_datagrams(on.server(), where);
    CHECK(client->send(text("you?")));
    const std::string got = co_await receive_text(*server);
    CHECK(got == "you?");
  });
}
#endif

TEST_CASE("a socket for datagrams at an endpoint in use does not open until the other is closed") {
  run([](backend& on) -> task<void> {
    const auto first = open_datagrams(on.server(), on.anywhere());
    const io::endpoint where = first->local_endpoint();
    CHECK(where.port != 0);
    CHECK(error_of(on.server().open_datagram_socket(where, std::nullopt)) == std::errc::address_in_use);
    const io::endpoint everywhere{where.address.unspecified(), where.port};
    CHECK(error_of(on.server().open_datagram_socket(everywhere, std::nullopt)) == std::errc::address_in_use);
    first->close();
    co_await settle(on);
    CHECK(on.server().open_datagram_socket(where, std::nullopt));
  });
}

TEST_CASE("a socket at the unspecified address receives at each address of its family, and of no other") {
  run([](backend& on) -> task<void> {
    const auto server = open_datagrams(on.server(), {on.anywhere().address.unspecified(), 0});
    const io::endpoint where{on.anywhere().address, server->local_endpoint().port};
    const auto client = open_datagrams(on.client(), {}, where);
    CHECK(client->send(text("here")));
    const std::string got = co_await receive_text(*server);
    CHECK(got == "here");
    if (!backend::has_v6()) co_return;
    const ip_address other = on.both()[where.address.is_v4() ? 1 : 0];
    CHECK(on.server().open_datagram_socket({other, where.port}, std::nullopt));
    CHECK_FALSE(client->send_to(text("there"), {other, where.port}));
    CHECK_FALSE(server->send_to(text("there"), {other, where.port}));
  });
}

TEST_CASE("datagrams that nobody receives are lost beyond a bound") {
  run([](backend& on) -> task<void> {
    constexpr int sent = 10'000;
    const auto server = open_datagrams(on.server(), on.anywhere());
    const auto client = open_datagrams(on.client(), {}, server->local_endpoint());
    const byte_vector bytes(1000);
    for (int i = 0; i != sent; ++i) static_cast<void>(client->send(bytes));
    co_await settle(on);
    byte_vector into(1000);
    int received = 0;
    for (;; ++received) {
      const auto got = co_await stopped_after(on.server(), 20ms, receive(*server, into));
      if (!got) break;
    }
    CHECK(received > 0);
    CHECK(received < sent);
    CHECK(client->send(text("after all")));
    const std::string last = co_await receive_text(*server);
    CHECK(last == "after all");
  });
}

TEST_CASE("a second receive at one socket fails, and the first one is not affected") {
  run([](backend& on) -> task<void> {
    const auto server = open_datagrams(on.server(), on.anywhere());
    auto intrude = [](backend& with, io::datagram_socket& at) -> task<void> {
      std::array<std::byte, 8> bytes{};
      const auto second = co_await at.receive(bytes);
      CHECK(error_of(second) == std::errc::device_or_resource_busy);
      const auto client = open_datagrams(with.client(), {}, at.local_endpoint());
      CHECK(client->send(text("the first")));
      co_await settle(with);
    };
    const auto both = co_await when_all(receive_text(*server), intrude(on, *server));
    CHECK(std::get<0>(both) == "the first");
    const auto none = co_await server->receive({});
    CHECK(error_of(none) == std::errc::invalid_argument);
  });
}

TEST_CASE("a receive that is stopped loses no datagram") {
  run([](backend& on) -> task<void> {
    const auto server = open_datagrams(on.server(), on.anywhere());
    const auto client = open_datagrams(on.client(), {}, server->local_endpoint());
    std::array<std::byte, 8> bytes{};
    coro::stop_source stop;
    stop.request_stop();
    const auto never = co_await receive(*server, bytes).with_stop_token(stop.token());
    CHECK(error_of(never) == canceled());
    for (const io::duration point : {io::duration{0ms}, io::duration{20ms}}) {
      const auto stopped = co_await stopped_after(on.server(), point, receive(*server, bytes));
      CHECK(error_of(stopped) == canceled());
      CHECK(client->send(text("a")));
      CHECK(client->send(text("b")));
      co_await settle(on);
      const std::string first = co_await receive_text(*server);
      CHECK(first == "a");
      const std::string second = co_await receive_text(*server);
      CHECK(second == "b");
    }
  });
}

TEST_CASE("closing a socket for datagrams fails a waiting receive and every later operation") {
  run([](backend& on) -> task<void> {
    auto server = open_datagrams(on.server(), on.anywhere());
    std::array<std::byte, 8> bytes{};
    auto close = [](backend& with, io::datagram_socket& at) -> task<void> {
      co_await settle(with);
      at.close();
      at.close();
    };
    const auto both = co_await when_all(receive(*server, bytes), close(on, *server));
    CHECK(error_of(std::get<0>(both)) == closed());
    const auto later = co_await server->receive(bytes);
    CHECK(error_of(later) == closed());
    CHECK(error_of(server->send_to(text("x"), {on.anywhere().address, 1})) == closed());
    CHECK(error_of(server->send(text("x"))) == closed());
  });
}

TEST_CASE("a socket for datagrams may be destroyed while a receive waits, and by the one that has received") {
  run([](backend& on) -> task<void> {
    auto destroyed = open_datagrams(on.server(), on.anywhere());
    std::array<std::byte, 8> bytes{};
    auto destroy = [](backend& with, io::datagram_socket_ptr& at) -> task<void> {
      co_await settle(with);
      at.reset();
    };
    const auto both = co_await when_all(receive(*destroyed, bytes), destroy(on, destroyed));
    CHECK(error_of(std::get<0>(both)) == closed());

    auto server = open_datagrams(on.server(), on.anywhere());
    const auto client = open_datagrams(on.client(), {}, server->local_endpoint());
    CHECK(client->send(text("first")));
    CHECK(client->send(text("never received")));
    const auto got = co_await server->receive(bytes);
    CHECK(got);
    server.reset();
    co_await settle(on);
  });
}

TEST_CASE("datagrams in flight do not keep anything that waits for them alive") {
  run([](backend& on) -> task<void> {
    const auto server = open_datagrams(on.server(), on.anywhere());
    auto client = open_datagrams(on.client(), {}, server->local_endpoint());
    CHECK(client->send(text("still arrives")));
    client.reset();
    const std::string got = co_await receive_text(*server);
    CHECK(got == "still arrives");
    const auto last = open_datagrams(on.client(), {}, server->local_endpoint());
    CHECK(last->send(text("in flight at the end")));
  });
}
