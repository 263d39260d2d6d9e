// Conformance: connecting, listening, resolving, and work on worker threads.
#pragma once

#include <stdexcept>

#include <pappus/io/offload.hpp>
#include <pappus/io/random.hpp>
#include <pappus/io/reconnect.hpp>

#include "support.hpp"

using namespace conformance;

TEST_CASE("connecting to an endpoint without a listener is refused") {
  run([](backend& on) -> task<void> {
    io::endpoint where;
    {
      const auto listener = open_listener(on.server(), on.anywhere());
      where = listener->local_endpoint();
    }
    const auto dialed = co_await on.client().connect(where);
    CHECK(error_of(dialed) == std::errc::connection_refused);
  });
}

TEST_CASE("listening at an endpoint in use fails until its listener is closed") {
  run([](backend& on) -> task<void> {
    auto first = open_listener(on.server(), on.anywhere());
    const io::endpoint where = first->local_endpoint();
    const auto second = on.server().listen(where);
    CHECK(error_of(second) == std::errc::address_in_use);
    first->close();
    co_await settle(on);
    const auto third = on.server().listen(where);
    CHECK(third);
  });
}

TEST_CASE("listening at an address of another machine fails") {
  if (!backend::is_available()) return;
  backend on;
  std::vector<std::string_view> documentation{"192.0.2.1"};          // RFC 5737
  if (backend::has_v6()) documentation.emplace_back("2001:db8::1");  // RFC 3849
  for (const std::string_view address : documentation) {
    const auto listener = on.server().listen(io::endpoint{ip_address::parse(address).value(), 0});
    CHECK(error_of(listener) == std::errc::address_not_available);
  }
}

TEST_CASE(
    "a listener on the unspecified address is reached at each address, and connections have the address that was "
    "connected to") {
  run([](backend& on) -> task<void> {
    const auto listener = open_listener(on.server(), io::endpoint{on.anywhere().address.unspecified(), 0});
    const io::endpoint where{on.anywhere().address, listener->local_endpoint().port};
    auto both = co_await when_all(dial(on.client(), where), take(*listener));
    REQUIRE(std::get<0>(both));
    REQUIRE(std::get<1>(both));
    CHECK((*std::get<1>(both))->local_endpoint() == where);
  });
}

TEST_CASE(
    "a listener on the unspecified address of IPv6 accepts IPv4, too, and its peers have the addresses of theirs") {
  run([](backend& on) -> task<void> {
    if (!backend::has_v6()) co_return;
    const auto listener = open_listener(on.server(), io::endpoint{ip_address::v6({}), 0});
    const auto in_use = on.server().listen({ip_address{}, listener->local_endpoint().port});
    CHECK(error_of(in_use) == std::errc::address_in_use);
    for (const ip_address& address : on.both()) {
      const io::endpoint where{address, listener->local_endpoint().port};
      auto both = co_await when_all(dial(on.client(), where), take(*listener));
      REQUIRE(std::get<0>(both));
      REQUIRE(std::get<1>(both));
      CHECK((*std::get<0>(both))->remote_endpoint() == where);
      CHECK((*std::get<1>(both))->local_endpoint() == where);
      CHECK((*std::get<1>(both))->remote_endpoint() == (*std::get<0>(both))->local_endpoint());
    }
  });
}

TEST_CASE("a connection is not made from an address of the other family") {
  run([](backend& on) -> task<void> {
    if (!backend::has_v6()) co_return;
    const auto listener = open_listener(on.server(), io::endpoint{ip_address::v6({}), 0});
    const io::endpoint where{on.both()[1], listener->local_endpoint().port};
    const io::endpoint from{ip_address::v4(0x7f000001), 0};
    const auto dialed = co_await on.client().connect(where, from);
    CHECK_FALSE(dialed);  // the reason differs among systems
  });
}

TEST_CASE("a listener on the unspecified address of IPv4 does not accept IPv6") {
  run([](backend& on) -> task<void> {
    if (!backend::has_v6()) co_return;
    const auto listener = open_listener(on.server(), io::endpoint{});
    const auto dialed = co_await on.client().connect({on.both()[1], listener->local_endpoint().port});
    CHECK(error_of(dialed) == std::errc::connection_refused);
  });
}

TEST_CASE("a connection may be bound to a local address and port") {
  run([](backend& on) -> task<void> {
    const auto listener = open_listener(on.server(), on.anywhere());
    io::endpoint from;
    {
      const auto probe = open_listener(on.client(), io::endpoint{});  // to find a port that is free
      from.port = probe->local_endpoint().port;
    }
    co_await settle(on);
    auto dialed = co_await on.client().connect(listener->local_endpoint(), from);
    REQUIRE(dialed);
    CHECK((*dialed)->local_endpoint().port == from.port);
  });
}

TEST_CASE("closing a listener fails a waiting accept and every later one") {
  run([](backend& on) -> task<void> {
    const auto listener = open_listener(on.server(), on.anywhere());
    auto close = [](backend& with, io::listener& at) -> task<void> {
      co_await settle(with);
      at.close();
      at.close();
    };
    auto both = co_await when_all(take(*listener), close(on, *listener));
    CHECK(error_of(std::get<0>(both)) == closed());
    const auto later = co_await listener->accept();
    CHECK(error_of(later) == closed());
  });
}

TEST_CASE("a second accept at one listener fails, and the first one is not affected") {
  run([](backend& on) -> task<void> {
    const auto listener = open_listener(on.server(), on.anywhere());
    auto intrude = [](backend& with, io::listener& at) -> task<void> {
      const auto second = co_await at.accept();
      CHECK(error_of(second) == std::errc::device_or_resource_busy);
      const auto dialed = co_await with.client().connect(at.local_endpoint());
      CHECK(dialed);
    };
    auto both = co_await when_all(take(*listener), intrude(on, *listener));
    CHECK(std::get<0>(both));
  });
}

TEST_CASE("connections are accepted in the order in which they came") {
  run([](backend& on) -> task<void> {
    const auto listener = open_listener(on.server(), on.anywhere());
    std::vector<io::stream_ptr> clients;
    for (int i = 0; i != 5; ++i) {
      auto dialed = co_await on.client().connect(listener->local_endpoint());
      REQUIRE(dialed);
      clients.push_back(std::move(*dialed));
    }
    for (const io::stream_ptr& client : clients) {
      const auto accepted = co_await listener->accept();
      REQUIRE(accepted);
      CHECK((*accepted)->remote_endpoint() == client->local_endpoint());
    }
  });
}

TEST_CASE("names are resolved, addresses are returned as they are, and malformed names are not found") {
  run([](backend& on) -> task<void> {
    const auto localhost = co_await on.client().resolve("localhost");
    REQUIRE(localhost);
    REQUIRE_FALSE(localhost->empty());
    CHECK(localhost->front().is_loopback());
    const auto literal = co_await on.client().resolve("127.1.2.3");
    REQUIRE(literal);
    REQUIRE(literal->size() == 1);
    CHECK(literal->front() == ip_address::v4(0x7f010203));
    const auto literal_v6 = co_await on.client().resolve("2001:db8::1");
    REQUIRE(literal_v6);
    CHECK(*literal_v6 == std::vector{ip_address::parse("2001:db8::1").value()});
    const auto nonsense = co_await on.client().resolve(std::string(300, 'x'));
    CHECK_FALSE(nonsense);
  });
}

TEST_CASE("work on a worker thread returns its value, nothing, or its exception") {
  run([](backend& on) -> task<void> {
    auto seven = [] { return 7; };
    const auto value = co_await io::offload(on.client(), seven);
    REQUIRE(value);
    CHECK(*value == 7);

    int done = 0;
    auto count = [&done] { ++done; };
    const auto nothing = co_await io::offload(on.client(), count);
    CHECK(nothing);
    CHECK(done == 1);

    auto fail = []() -> int { throw std::runtime_error("no such luck"); };
    std::string thrown;
    try {
      const auto never = co_await io::offload(on.client(), fail);
      CHECK_FALSE(never);
    } catch (const std::runtime_error& what) {
      thrown = what.what();
    }
    CHECK(thrown == "no such luck");
  });
}

TEST_CASE("random fills buffers of every size, differently each time") {
  backend on;
  for (const std::size_t size : {std::size_t{16}, std::size_t{100}, std::size_t{5000}}) {
    byte_vector first(size);
    byte_vector second(size);
    on.client().fill_random(first);
    on.client().fill_random(second);
    CHECK(first != second);
    CHECK(std::count(first.end() - 8, first.end(), std::byte{0}) < 8);
  }
  on.client().fill_random(io::buffer{});
  for (int i = 0; i != 100; ++i) CHECK(io::uniform_below(on.client(), 10) < 10);
}

TEST_CASE("keep_connected connects again when a connection ends or an attempt fails, until it is stopped") {
  run([](backend& on) -> task<void> {
    io::endpoint where;
    {
      const auto probe = open_listener(on.server(), on.anywhere());
      where = probe->local_endpoint();
    }
    co_await settle(on);
    int refused = 0;
    int connections = 0;
    event enough_refused;
    coro::stop_source stop;
    io::reconnect_handlers handlers;
    handlers.failed = [&](std::error_code why) {
      CHECK(why == std::errc::connection_refused);
      if (++refused == 3) enough_refused.set();
    };
    handlers.connected = [&](io::stream_ptr over) -> task<void> {
      auto until_it_ends = [](io::stream_ptr stream) -> task<void> {
        const auto got = co_await stream->read_view();
        CHECK_FALSE(got);
      };
      ++connections;
      return until_it_ends(std::move(over));
    };
    io::reconnect_options options;
    options.wait.initial = 2ms;
    options.wait.max = 4ms;
    auto serve = [](backend& with, io::endpoint at, event& begin, coro::stop_source& end) -> task<void> {
      const auto waited = co_await begin.wait();
      CHECK(waited);
      const auto listener = open_listener(with.server(), at);
      for (int i = 0; i != 3; ++i) {
        const auto accepted = co_await listener->accept();
        CHECK(accepted);
        if (i == 2) end.request_stop();  // while the connection lives
      }
      co_await settle(with);
    };
    auto keep = [](task<void> body, coro::stop_token until) -> task<void> {
      co_await std::move(body).with_stop_token(until);
    };
    co_await when_all(keep(io::keep_connected(on.client(), where, std::move(handlers), options), stop.token()),
                      serve(on, where, enough_refused, stop));
    CHECK(refused >= 3);
    CHECK(connections >= 2);
  });
}
