// Streams over TLS whose other side ends, breaks the protocol, or is slow.
#include <uv.h>

#include <pappus/coro/live_coroutines.hpp>

#include "openssl_peer.hpp"
#include "stage.hpp"

namespace tls_stream_test {

using namespace tls_test;
using tls::errc;

namespace {

/// A server of ours, and a client on bare OpenSSL.
struct with_openssl {
  result<tls_stream> ours{failure{std::error_code{}}};
  std::optional<openssl_peer> peer;

  [[nodiscard]] io::stream& stream() const { return *ours->stream; }
};

template <class Stage>
task<with_openssl> accept_openssl(Stage& on, int max_version = TLS1_3_VERSION) {
  plain_ends plain = co_await on.connect();
  auto settings = tls::context::server(on.server_options()).value();
  with_openssl made;
  made.peer.emplace(openssl_peer::client(std::move(plain.client), max_version));
  auto both =
      co_await when_all(tls::accept(on.server(), std::move(plain.server), std::move(settings)), made.peer->handshake());
  made.ours = std::move(std::get<0>(both));
  REQUIRE(made.ours);
  REQUIRE(std::get<1>(both));
  co_return std::move(made);
}

task<void> send(openssl_peer& from, std::string bytes) {
  const auto written = co_await from.below().write_all(bytes);
  CHECK(written);
}

/// The loopback interface on an application's loop.
class hosted {
public:
  explicit hosted(uv_loop_t* host) : loop_(*host) {}

  [[nodiscard]] io::runtime& client() noexcept { return loop_.runtime(); }
  [[nodiscard]] io::runtime& server() noexcept { return loop_.runtime(); }
  [[nodiscard]] static io::endpoint anywhere() noexcept { return real::anywhere(); }
  void spawn(task<void> root, std::function<void(std::exception_ptr)> done) {
    loop_.spawn(std::move(root), std::move(done));
  }

private:
  uv::loop loop_;
};

constexpr std::array<int, 2> native_versions{TLS1_2_VERSION, TLS1_3_VERSION};

/// More than is buffered for a reader that does not read.
constexpr std::size_t too_much = 32U << 20;

task<result<void>> write_much(io::stream& to) {
  const std::vector<std::byte> bytes(too_much, std::byte{'x'});
  co_return co_await to.write_all(bytes);
}

}  // namespace

TEST_CASE_TEMPLATE("an end with a close_notify is told apart from one without", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    for (const int version : native_versions) {
      for (const bool notifies : {true, false}) {
        with_openssl ends = co_await accept_openssl(on, version);
        std::string bytes = ends.peer->encrypt("last words");
        SSL_shutdown(ends.peer->native());
        if (notifies) bytes += ends.peer->outgoing();
        co_await send(*ends.peer, bytes);
        ends.peer->release().reset();
        const auto [received, why] = co_await drain(ends.stream());
        CHECK(received == "last words");
        CHECK(why == (notifies ? end_of_stream() : make_error_code(errc::truncated)));
        const auto again = co_await read(ends.stream());
        CHECK(error_of(again) == why);
      }
    }
  });
}

TEST_CASE("bytes can be written after the other side's close_notify") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    for (const int version : native_versions) {
      with_openssl ends = co_await accept_openssl(on, version);
      SSL_shutdown(ends.peer->native());
      co_await send(*ends.peer, ends.peer->outgoing());
      auto got = co_await read(ends.stream());
      CHECK(error_of(got) == end_of_stream());
      const auto written = co_await write(ends.stream(), "an answer");
      CHECK(written);
      const auto answer = co_await ends.peer->read();
      CHECK(answer == "an answer");
    }
  });
}

TEST_CASE_TEMPLATE("closing sends a close_notify", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    for (const int version : native_versions) {
      with_openssl ends = co_await accept_openssl(on, version);
      const auto written = co_await write(ends.stream(), "last words");
      CHECK(written);
      ends.ours->stream.reset();
      auto got = co_await ends.peer->read();
      CHECK(got == "last words");
      got = co_await ends.peer->read();
      CHECK_FALSE(got);
      CHECK((SSL_get_shutdown(ends.peer->native()) & SSL_RECEIVED_SHUTDOWN) != 0);
    }
  });
}

TEST_CASE("records that are cut off anywhere end the stream as truncated, after those that are whole") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    for (const int version : native_versions) {
      for (std::size_t size = 0;; ++size) {
        with_openssl ends = co_await accept_openssl(on, version);
        const std::string first = ends.peer->encrypt("first");
        const std::string second = ends.peer->encrypt("second");
        if (size == second.size()) break;
        co_await send(*ends.peer, first + second.substr(0, size));
        ends.peer->release().reset();
        const auto [received, why] = co_await drain(ends.stream());
        CHECK(received == "first");
        CHECK(why == make_error_code(errc::truncated));
      }
    }
  });
}

TEST_CASE("a record that was altered ends the connection, and the other side is told") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    for (const int version : native_versions) {
      const std::size_t size = std::string_view{"genuine"}.size();
      for (std::size_t i = 0; i != size + 20; ++i) {
        if (i == 3 || i == 4) continue;  // the length
        with_openssl ends = co_await accept_openssl(on, version);
        std::string record = ends.peer->encrypt("genuine");
        record[i] = static_cast<char>(record[i] ^ 1);
        co_await send(*ends.peer, record);
        auto got = co_await read(ends.stream());
        CHECK(error_of(got) == make_error_code(errc::protocol));
        got = co_await read(ends.stream());
        CHECK(error_of(got) == make_error_code(errc::protocol));
        const auto written = co_await write(ends.stream(), "x");
        CHECK(error_of(written) == make_error_code(errc::protocol));
        const auto answer = co_await ends.peer->read();
        CHECK_FALSE(answer);
        CHECK((SSL_get_shutdown(ends.peer->native()) & SSL_RECEIVED_SHUTDOWN) != 0);  // by an alert
      }
    }
  });
}

TEST_CASE_TEMPLATE("renegotiation is refused", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    with_openssl ends = co_await accept_openssl(on, TLS1_2_VERSION);
    REQUIRE(SSL_renegotiate(ends.peer->native()) == 1);
    auto both = co_await when_all(ends.peer->handshake(), read(ends.stream()));
    CHECK_FALSE(std::get<0>(both));
    CHECK_FALSE(std::get<1>(both));

    // Requested by a server, which gives up when it is refused.
    plain_ends plain = co_await on.connect();
    openssl_peer server = openssl_peer::server(std::move(plain.server), on.certified, TLS1_2_VERSION);
    auto settings = tls::context::client(on.client_options()).value();
    auto connected = co_await when_all(
        tls::connect(on.client(), std::move(plain.client), std::move(settings), "server.example"), server.handshake());
    REQUIRE(std::get<0>(connected));
    REQUIRE(SSL_renegotiate(server.native()) == 1);
    REQUIRE(SSL_do_handshake(server.native()) == 1);  // sends the request alone
    const bool sent = co_await server.flush();
    CHECK(sent);
    auto answered = co_await when_all(read(*std::get<0>(connected)->stream), server.read());
    CHECK_FALSE(std::get<0>(answered));
    CHECK_FALSE(std::get<1>(answered));
  });
}

TEST_CASE("a peer that renews its keys without end, or has them renewed, is cut off after a few times") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    for (const int kind : {SSL_KEY_UPDATE_REQUESTED, SSL_KEY_UPDATE_NOT_REQUESTED}) {
      with_openssl ends = co_await accept_openssl(on);
      std::string updates = ends.peer->encrypt("first");
      for (int i = 0; i != 9; ++i) {
        require(SSL_key_update(ends.peer->native(), kind) == 1);
        require(SSL_do_handshake(ends.peer->native()) == 1);
        updates += ends.peer->outgoing();
      }
      updates += ends.peer->encrypt("last");
      co_await send(*ends.peer, updates);
      auto got = co_await read(ends.stream());
      CHECK(got.value() == "first");
      got = co_await read(ends.stream());
      CHECK(error_of(got) == make_error_code(errc::protocol));
    }
  });
}

TEST_CASE("keys that are renewed now and then do not disturb") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    with_openssl ends = co_await accept_openssl(on);
    for (int i = 0; i != 100; ++i) {
      require(SSL_key_update(ends.peer->native(), SSL_KEY_UPDATE_REQUESTED) == 1);
      co_await send(*ends.peer, ends.peer->encrypt("question"));
      const auto got = co_await read(ends.stream());
      REQUIRE(got);
      CHECK(*got == "question");
      const auto written = co_await write(ends.stream(), "answer");
      CHECK(written);
      const auto answer = co_await ends.peer->read();
      CHECK(answer == "answer");
    }
  });
}

TEST_CASE_TEMPLATE("small buffers of a gathered write share records", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    with_openssl ends = co_await accept_openssl(on);
    std::string expected;
    std::vector<std::string> parts;
    for (std::size_t i = 0; i != 200; ++i) parts.emplace_back(i * 3 % 500, static_cast<char>('a' + i % 26));
    parts.emplace_back(40'000, 'z');
    parts.emplace_back("end");
    std::vector<io::const_buffer> list;
    for (const std::string& each : parts) {
      expected += each;
      list.push_back(io::as_buffer(each));
    }
    const auto written = co_await ends.stream().write_all(list);
    CHECK(written);
    std::string received;
    std::size_t records = 0;  // OpenSSL returns one at a time
    while (received.size() < expected.size()) {
      const auto got = co_await ends.peer->read();
      REQUIRE(got);
      received += *got;
      ++records;
    }
    CHECK(received == expected);
    CHECK(records <= expected.size() / 16384 + 3);
  });
}

TEST_CASE_TEMPLATE("a write that waits for a slow reader can be stopped, and the reader learns that bytes are missing",
                   backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    tls_ends ends = co_await on.shake_hands();
    const auto written = co_await io::with_timeout(on.client(), 50ms, write_much(ends.from_client()));
    CHECK(error_of(written) == make_error_code(pappus::errc::timed_out));
    const auto again = co_await write(ends.from_client(), "x");
    CHECK(error_of(again) == make_error_code(pappus::errc::poisoned));
    ends.client->stream.reset();
    const auto [received, why] = co_await drain(ends.from_server());
    CHECK(received.size() < too_much);
    CHECK(received == std::string(received.size(), 'x'));
    CHECK(why != end_of_stream());
  });
}

TEST_CASE_TEMPLATE("a stream that is closed while it writes does not end in order", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    tls_ends ends = co_await on.shake_hands();
    auto close = [](stage<backend>& of, io::stream& closed) -> task<void> {
      static_cast<void>(co_await io::sleep_for(of.client(), 50ms));
      closed.close();
    };
    auto both = co_await when_all(write_much(ends.from_client()), close(on, ends.from_client()));
    CHECK(error_of(std::get<0>(both)) == make_error_code(pappus::errc::closed));
    const auto [received, why] = co_await drain(ends.from_server());
    CHECK(received.size() < too_much);
    CHECK(why != end_of_stream());
  });
}

TEST_CASE_TEMPLATE("what the system takes at once is written even under a stopped token", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    tls_ends ends = co_await on.shake_hands();
    coro::stop_source stop;
    stop.request_stop();
    const auto written = co_await write(ends.from_client(), "last words").with_stop_token(stop.token());
    CHECK(written);
    const auto got = co_await read(ends.from_server());
    REQUIRE(got);
    CHECK(*got == "last words");
  });
}

TEST_CASE_TEMPLATE("a reader may release its stream when it is given bytes", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    tls_ends ends = co_await on.shake_hands();
    auto read_and_release = [](io::stream_ptr& from) -> task<void> {
      const auto got = co_await read(*from);
      CHECK(got);
      from.reset();
    };
    auto write_twice = [](io::stream& to) -> task<void> {
      auto written = co_await to.write_all(std::string(100'000, 'x'));
      written = co_await write(to, "more");
    };
    co_await when_all(read_and_release(ends.server->stream), write_twice(ends.from_client()));
  });
}

TEST_CASE_TEMPLATE("streams may be released as the last thing, whatever is under way below", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    tls_ends idle = co_await on.shake_hands();
    tls_ends ends = co_await on.shake_hands();
    // A read that was stopped: the stream below goes on to wait.
    const auto got = co_await io::with_timeout(on.server(), 20ms, read(ends.from_server()));
    CHECK(error_of(got) == make_error_code(pappus::errc::timed_out));
    const auto written = co_await io::with_timeout(on.client(), 20ms, write_much(ends.from_client()));
    CHECK(error_of(written) == make_error_code(pappus::errc::timed_out));
    on.client().ready().charge(coro::ready_queue::default_budget);  // nothing else runs in this turn
  });
}

TEST_CASE("streams may be released right before a loop that runs on an application's") {
  uv_loop_t host{};
  REQUIRE(uv_loop_init(&host) == 0);
  {
    stage<hosted> on{&host};
    tls_ends ends;
    auto keep = [](stage<hosted>& of, tls_ends& kept) -> task<void> { kept = co_await of.shake_hands(); };
    on.runtimes.spawn(keep(on, ends), [&](std::exception_ptr) { uv_stop(&host); });
    uv_run(&host, UV_RUN_DEFAULT);
    REQUIRE(ends.client);
    REQUIRE(ends.server);
  }
  uv_run(&host, UV_RUN_DEFAULT);
  CHECK(uv_loop_close(&host) == 0);
  CHECK(coro::live_coroutines().empty());
}

TEST_CASE("TLS runs over TLS") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    tls_ends outer = co_await on.shake_hands();
    auto client = tls::context::client(on.client_options()).value();
    auto server = tls::context::server(on.server_options()).value();
    auto inner = co_await when_all(
        tls::connect(on.client(), std::move(outer.client->stream), std::move(client), "server.example"),
        tls::accept(on.server(), std::move(outer.server->stream), std::move(server)));
    REQUIRE(std::get<0>(inner));
    REQUIRE(std::get<1>(inner));
    auto both = co_await when_all(write_much(*std::get<0>(inner)->stream), [](io::stream& from) -> task<std::size_t> {
      std::vector<std::byte> bytes(too_much);
      const auto got = co_await from.read_exact(bytes);
      co_return got ? *got : 0;
    }(*std::get<1>(inner)->stream));
    CHECK(std::get<0>(both));
    CHECK(std::get<1>(both) == too_much);
  });
}

}  // namespace tls_stream_test
