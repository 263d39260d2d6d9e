// Handshakes of TLS on both runtimes: what both sides agree on, how they fail, and when they end.
#include "openssl_peer.hpp"
#include "stage.hpp"

namespace tls_handshake_test {

using namespace tls_test;
using tls::errc;

namespace {

template <class Stage>
task<result<tls_stream>> accept_with_timeout(Stage& on, io::stream_ptr below, io::duration limit) {
  auto settings = tls::context::server(on.server_options()).value();
  co_return co_await io::with_timeout(on.server(), limit,
                                      tls::accept(on.server(), std::move(below), std::move(settings)));
}

template <class Stage>
task<result<tls_stream>> connect_with_timeout(Stage& on, io::stream_ptr below, io::duration limit) {
  auto settings = tls::context::client(on.client_options()).value();
  co_return co_await io::with_timeout(
      on.client(), limit, tls::connect(on.client(), std::move(below), std::move(settings), "server.example"));
}

task<void> send_and_close(io::stream_ptr to, std::string bytes) {
  const auto written = co_await to->write_all(bytes);
  CHECK(written);
}

/// Name of a file with the key of another one, encrypted.
std::string encrypted(const std::string& key, std::string name) {
  const openssl_ptr<BIO> plain{BIO_new_file(key.c_str(), "r")};
  require(plain != nullptr);
  const openssl_ptr<EVP_PKEY> read{PEM_read_bio_PrivateKey(plain.get(), nullptr, nullptr, nullptr)};
  const openssl_ptr<BIO> file{BIO_new_file(name.c_str(), "w")};
  require(read != nullptr && file != nullptr);
  std::string password = "secret";
  require(PEM_write_bio_PKCS8PrivateKey(file.get(), read.get(), EVP_aes_256_cbc(), password.data(),
                                        static_cast<int>(password.size()), nullptr, nullptr) == 1);
  return name;
}

/// A client's first message.
std::string hello() {
  openssl_peer client = openssl_peer::client(nullptr);
  CHECK(SSL_do_handshake(client.native()) == -1);
  return client.outgoing();
}

}  // namespace

TEST_CASE_TEMPLATE("both versions are spoken in both directions, and both sides know what they have agreed on", backend,
                   simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    for (const protocol_version version : both_versions) {
      for (const bool client_begins : {true, false}) {
        tls::client_options client = on.client_options();
        client.max_version = version;
        client.protocols = {"b/1", "a/1"};
        tls::server_options server = on.server_options();
        server.protocols = {"a/1", "c/1"};
        const tls_ends ends = co_await on.shake_hands(client, server);
        REQUIRE(ends.client);
        REQUIRE(ends.server);
        CHECK(ends.client->version == version);
        CHECK(ends.server->version == version);
        CHECK(ends.client->protocol == "a/1");
        CHECK(ends.server->protocol == "a/1");
        CHECK(ends.client->peer_key == on.certified.key_hash());
        CHECK_FALSE(ends.server->peer_key);
        CHECK(ends.from_client().local_endpoint() == ends.from_server().remote_endpoint());
        if (client_begins) co_await expect_conversation(ends.from_client(), ends.from_server());
        else co_await expect_conversation(ends.from_server(), ends.from_client());
      }
    }
  });
}

TEST_CASE_TEMPLATE("each side speaks with bare OpenSSL, in both versions", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      plain_ends plain = co_await on.connect();
      openssl_peer client = openssl_peer::client(std::move(plain.client), version);
      auto accepted = co_await when_all(accept_with_timeout(on, std::move(plain.server), 1h), client.handshake());
      REQUIRE(std::get<0>(accepted));
      CHECK(std::get<1>(accepted));
      const auto written = co_await write(*std::get<0>(accepted)->stream, "from a server");
      CHECK(written);
      auto got = co_await client.read();
      CHECK(got == "from a server");

      plain = co_await on.connect();
      openssl_peer server = openssl_peer::server(std::move(plain.server), on.certified, version);
      auto both = co_await when_all(connect_with_timeout(on, std::move(plain.client), 1h), server.handshake());
      const result<tls_stream>& connected = std::get<0>(both);
      REQUIRE(connected);
      CHECK(std::get<1>(both));
      const auto sent = co_await write(*connected->stream, "from a client");
      CHECK(sent);
      got = co_await server.read();
      CHECK(got == "from a client");
    }
  });
}

TEST_CASE("sides without a version or a protocol in common refuse each other") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    tls::client_options client = on.client_options();
    tls::server_options server = on.server_options();
    client.max_version = protocol_version::tls_1_2;
    server.min_version = protocol_version::tls_1_3;
    tls_ends ends = co_await on.shake_hands(client, server);
    CHECK(error_of(ends.client) == make_error_code(errc::alert));
    CHECK(error_of(ends.server) == make_error_code(errc::protocol));

    client = on.client_options();
    server = on.server_options();
    client.protocols = {"a/1"};
    server.protocols = {"b/1"};
    ends = co_await on.shake_hands(client, server);
    CHECK(error_of(ends.client) == make_error_code(errc::alert));
    CHECK(error_of(ends.server) == make_error_code(errc::protocol));

    client.protocols.clear();
    ends = co_await on.shake_hands(client, server);
    REQUIRE(ends.client);
    REQUIRE(ends.server);
    CHECK(ends.client->protocol.empty());
    CHECK(ends.server->protocol.empty());
  });
}

TEST_CASE("neither side works in the large finite fields that the other one asks for") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    for (const char* const costly : {"ffdhe8192", "ffdhe2048", "P-521"}) {
      CAPTURE(costly);
      plain_ends plain = co_await on.connect();
      openssl_peer client = openssl_peer::client(std::move(plain.client));
      REQUIRE(SSL_set1_groups_list(client.native(), costly) == 1);
      auto accepted = co_await when_all(accept_with_timeout(on, std::move(plain.server), 1h), client.handshake());
      CHECK(error_of(std::get<0>(accepted)) == make_error_code(errc::protocol));

      plain = co_await on.connect();
      openssl_peer server = openssl_peer::server(std::move(plain.server), on.certified);
      REQUIRE(SSL_set1_groups_list(server.native(), costly) == 1);
      auto both = co_await when_all(connect_with_timeout(on, std::move(plain.client), 1h), server.handshake());
      CHECK(error_of(std::get<0>(both)) == make_error_code(errc::alert));
    }
  });
}

TEST_CASE("workers perform the steps of handshakes, as many at a time as there are permits, also of those given up") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    const auto permits = std::make_shared<coro::semaphore>(2);
    const auto greet = [](stage<simulated>& at, std::shared_ptr<coro::semaphore> steps) -> task<std::error_code> {
      plain_ends plain = co_await at.connect();
      const auto written = co_await write(*plain.client, hello());
      CHECK(written);
      auto settings = tls::context::server(at.server_options()).value();
      auto accepting = tls::accept(at.server(), std::move(plain.server), std::move(settings), {nullptr, steps});
      const auto accepted = co_await io::with_timeout(at.server(), 10s, std::move(accepting));
      co_return error_of(accepted);
    };
    const auto look = [](stage<simulated>& at, std::shared_ptr<coro::semaphore> steps) -> task<void> {
      at.runtimes.server_machine().hang_workers(true);
      for (int second = 0; second != 30; ++second) {
        const auto slept = co_await io::sleep_for(at.server(), 1s);
        CHECK(slept);
        CHECK(steps->available() == 0);
      }
      at.runtimes.server_machine().hang_workers(false);
      const auto slept = co_await io::sleep_for(at.server(), 1s);
      CHECK(slept);
      CHECK(steps->available() == 2);
    };
    auto outcome = co_await when_all(look(on, permits), greet(on, permits), greet(on, permits), greet(on, permits));
    CHECK(std::get<1>(outcome) == make_error_code(pappus::errc::timed_out));
    CHECK(std::get<2>(outcome) == make_error_code(pappus::errc::timed_out));
    CHECK(std::get<3>(outcome) == make_error_code(pappus::errc::timed_out));
  });
}

TEST_CASE_TEMPLATE("what is no TLS fails the handshake", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    for (const std::string& garbage :
         {std::string{"GET / HTTP/1.1\r\nHost: server.example\r\n\r\n"}, std::string(1000, '\0'),
          std::string(5, '\xff'), std::string{"\x16\x03\x01\xff\xff"},
          std::string{"\x80\x2e\x01\x00\x02"} + std::string(100, 'x')}) {
      CAPTURE(garbage);
      plain_ends plain = co_await on.connect();
      auto accepted = co_await when_all(accept_with_timeout(on, std::move(plain.server), 1h),
                                        send_and_close(std::move(plain.client), garbage));
      CHECK(error_of(std::get<0>(accepted)) == make_error_code(errc::protocol));
    }
    plain_ends plain = co_await on.connect();
    auto connected = co_await when_all(connect_with_timeout(on, std::move(plain.client), 1h),
                                       send_and_close(std::move(plain.server), "SSH-2.0-OpenSSH_9.2\r\n"));
    CHECK(error_of(std::get<0>(connected)) == make_error_code(errc::protocol));
  });
}

TEST_CASE("a handshake that is cut off anywhere fails as truncated") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    const std::string whole = hello();
    REQUIRE(whole.size() > 100);
    for (std::size_t size = 0; size != whole.size() + 1; ++size) {
      CAPTURE(size);
      plain_ends plain = co_await on.connect();
      auto accepted = co_await when_all(accept_with_timeout(on, std::move(plain.server), 1h),
                                        send_and_close(std::move(plain.client), whole.substr(0, size)));
      const std::error_code why = error_of(std::get<0>(accepted));
      const bool is_cut =
          why == make_error_code(errc::truncated) || (size == whole.size() && why == std::errc::connection_reset);
      CHECK(is_cut);
    }
  });
}

TEST_CASE("a handshake whose first message was altered, and whose client leaves, fails") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    const std::string whole = hello();
    for (std::size_t i = 0; i != whole.size(); ++i) {
      std::string altered = whole;
      altered[i] = static_cast<char>(altered[i] ^ 0xff);
      plain_ends plain = co_await on.connect();
      auto accepted = co_await when_all(accept_with_timeout(on, std::move(plain.server), 1h),
                                        send_and_close(std::move(plain.client), altered));
      CHECK_FALSE(std::get<0>(accepted));
    }
  });
}

TEST_CASE_TEMPLATE("a peer that stalls in the handshake is given up at the deadline", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    plain_ends plain = co_await on.connect();
    const auto accepted = co_await accept_with_timeout(on, std::move(plain.server), 20ms);
    CHECK(error_of(accepted) == make_error_code(pappus::errc::timed_out));
    auto [received, why] = co_await drain(*plain.client);
    CHECK(received.empty());
    CHECK(why == end_of_stream());

    plain = co_await on.connect();
    const auto connected = co_await connect_with_timeout(on, std::move(plain.client), 20ms);
    CHECK(error_of(connected) == make_error_code(pappus::errc::timed_out));
    std::tie(received, why) = co_await drain(*plain.server);
    CHECK(received.size() > 100);  // its hello
    CHECK(why == end_of_stream());
  });
}

TEST_CASE("a handshake that is stopped at any time ends at once, and closes the connection") {
  std::size_t stopped = 0;
  for (io::duration when = 0ms; when <= 500ms; when += 5ms) {
    stage<simulated> on;
    auto body = [](stage<simulated>& stage, io::duration limit, std::size_t& count) -> task<void> {
      plain_ends plain = co_await stage.connect();
      const io::time_point begun = stage.client().now();
      auto both = co_await when_all(accept_with_timeout(stage, std::move(plain.server), limit),
                                    connect_with_timeout(stage, std::move(plain.client), limit));
      CHECK(stage.client().now() <= begun + limit + 1s);
      for (const result<tls_stream>* each : {&std::get<0>(both), &std::get<1>(both)}) {
        if (!*each) ++count;
      }
    };
    on.runtimes.run(body(on, when, stopped));
  }
  CHECK(stopped > 2);
  CHECK(stopped < 202);
}

TEST_CASE_TEMPLATE("a key that is not pinned is known after the handshake has failed for it", backend, simulated,
                   real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    tls::client_options client = on.client_options();
    client.servers.pinned_keys = {tls::key_hash{}};
    auto settings = tls::context::client(client).value();
    auto of_server = tls::context::server(on.server_options()).value();
    plain_ends plain = co_await on.connect();
    std::optional<tls::key_hash> seen;
    auto connecting = tls::connect(on.client(), std::move(plain.client), std::move(settings), "", {&seen, nullptr});
    const auto both = co_await when_all(std::move(connecting),
                                        tls::accept(on.server(), std::move(plain.server), std::move(of_server)));
    CHECK(error_of(std::get<0>(both)) == make_error_code(errc::wrong_key));
    CHECK(seen == on.certified.key_hash());
  });
}

TEST_CASE("files that cannot be used, and protocols that ALPN cannot express, are refused") {
  stage<simulated> on;
  const identity other{on.now, {"other"}};
  const auto refused = [](const auto& made, std::error_code why) { CHECK(error_of(made) == why); };

  tls::server_options server;
  refused(tls::context::server(server), errc::certificate_missing);
  server.own = on.files.files({&on.certified});
  CHECK(tls::context::server(server));
  const std::string key = std::exchange(server.own.key, on.files.files({&other}).key);
  refused(tls::context::server(server), errc::key_mismatch);
  server.own.key = on.files.next();
  refused(tls::context::server(server), errc::key_missing);
  server.own.key = server.own.chain;
  refused(tls::context::server(server), errc::key_malformed);
  server.own.key = encrypted(key, on.files.next());
  refused(tls::context::server(server), errc::key_encrypted);
  server.own = {key, key};
  refused(tls::context::server(server), errc::certificate_malformed);
  server.own = {key + "/below", key};
  refused(tls::context::server(server), errc::certificate_unreadable);

  tls::client_options client = on.client_options();
  CHECK(tls::context::client(client));
  client.own.chain = on.files.certificates({&other});
  refused(tls::context::client(client), errc::key_missing);
  client = {};
  client.servers.authorities = on.files.next();
  refused(tls::context::client(client), errc::unusable_authorities);
  client = {};
  CHECK(tls::context::client(client));  // with the system's authorities

  for (const std::string& protocol : {std::string{}, std::string(256, 'x')}) {
    client.protocols = {"a/1", protocol};
    refused(tls::context::client(client), std::make_error_code(std::errc::invalid_argument));
    server = on.server_options();
    server.protocols = client.protocols;
    refused(tls::context::server(server), std::make_error_code(std::errc::invalid_argument));
  }
}

TEST_CASE("errors of TLS have texts and a category") {
  CHECK(std::string_view{tls::category().name()} == "pappus.tls");
  CHECK(make_error_code(errc::truncated).message() == "the connection has ended without notice");
  CHECK(std::error_code{errc::internal_error}.message() == "TLS has failed");
}

}  // namespace tls_handshake_test
