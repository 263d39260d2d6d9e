// Handshakes of TLS, and certificates that are accepted and refused, on both runtimes.
#include "openssl_peer.hpp"
#include "stage.hpp"

namespace tls_handshake_test {

using namespace tls_test;
using tls::errc;

namespace {

/// Both ends exchange a message, and one closes.
task<void> expect_conversation(io::stream& one, io::stream& other) {
  auto written = co_await write(one, "seed");
  CHECK(written);
  auto got = co_await read(other);
  REQUIRE(got);
  CHECK(*got == "seed");
  written = co_await write(other, "wind");
  CHECK(written);
  got = co_await read(one);
  REQUIRE(got);
  CHECK(*got == "wind");
  one.close();
  got = co_await read(other);
  CHECK(error_of(got) == end_of_stream());
}

template <class Stage>
task<void> expect_success(Stage& on, tls::client_options client, tls::server_options server, std::string name) {
  const tls_ends ends = co_await on.shake_hands(std::move(client), std::move(server), std::move(name));
  CHECK(error_of(ends.client) == std::error_code{});
  CHECK(error_of(ends.server) == std::error_code{});
}

/// The client refuses the server's certificate, and tells it.
template <class Stage>
task<void> expect_refusal(Stage& on, tls::client_options client, tls::server_options server, std::string name,
                          errc why) {
  const tls_ends ends = co_await on.shake_hands(std::move(client), std::move(server), std::move(name));
  CHECK(error_of(ends.client) == make_error_code(why));
  CHECK(error_of(ends.server) == make_error_code(errc::alert));
}

/// With this certificate of the server, and its issuers.
template <class Stage, class... Issuers>
task<void> expect_refusal_of(Stage& on, errc why, const identity& own, const Issuers&... issuers) {
  return expect_refusal(on, on.client_options(), on.server_with(own, issuers...), "server.example", why);
}

/// The server refuses the client's certificate. With TLS 1.3 the client learns that when it reads.
template <class Stage>
task<void> expect_refused_client(Stage& on, tls::client_options client, tls::server_options server, errc why) {
  for (const protocol_version version : both_versions) {
    client.max_version = version;
    const tls_ends ends = co_await on.shake_hands(client, server);
    CHECK(error_of(ends.server) == make_error_code(why));
    if (version == protocol_version::tls_1_2) {
      CHECK(error_of(ends.client) == make_error_code(errc::alert));
    } else {
      REQUIRE(ends.client);
      const auto got = co_await read(ends.from_client());
      CHECK(error_of(got) == make_error_code(errc::alert));
    }
  }
}

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

TEST_CASE_TEMPLATE("a certificate is for the names and addresses in it, and for no other", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    for (const char* const name : {"server.example", "SERVER.example", "a.wild.example", "192.0.2.1", "2001:db8::1"}) {
      CAPTURE(name);
      co_await expect_success(on, on.client_options(), on.server_options(), name);
    }
    for (const char* const name : {"other.example", "server.example.org", "a.b.wild.example", "wild.example",
                                   "192.0.2.2", "2001:db8::2", "server"}) {
      CAPTURE(name);
      co_await expect_refusal(on, on.client_options(), on.server_options(), name, errc::wrong_name);
    }
    // The common name is no name of a host.
    const identity by_subject{on.now, {"server.example"}, &on.authority};
    co_await expect_refusal_of(on, errc::wrong_name, by_subject);
  });
}

TEST_CASE("a name is needed to verify a certificate, and must be one") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    for (const std::string& name : {std::string{}, std::string("server.example\0.org", 19), std::string(300, 'x')}) {
      plain_ends plain = co_await on.connect();
      auto settings = tls::context::client(on.client_options()).value();
      const auto connected = co_await tls::connect(on.client(), std::move(plain.client), settings, name);
      CHECK(error_of(connected) == std::errc::invalid_argument);
      const auto [received, why] = co_await drain(*plain.server);
      CHECK(received.empty());
      CHECK(why == end_of_stream());
    }
  });
}

TEST_CASE_TEMPLATE("certificates that are not to be trusted are refused, each for its reason", backend, simulated,
                   real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    certificate_fields fields{"server", "DNS:server.example"};
    const identity self_signed{on.now, fields};
    co_await expect_refusal_of(on, errc::self_signed, self_signed);

    const identity stranger{on.now, {"stranger", "", true}};
    const identity unknown{on.now, fields, &stranger};
    co_await expect_refusal_of(on, errc::unknown_authority, unknown);
    co_await expect_refusal_of(on, errc::unknown_authority, unknown, stranger);

    const identity impostor{on.now, {"authority", "", true}};
    const identity forged{on.now, fields, &impostor};
    co_await expect_refusal_of(on, errc::invalid_certificate, forged);

    const identity no_authority{on.now, {"no authority"}, &on.authority};
    const identity by_no_authority{on.now, fields, &no_authority};
    co_await expect_refusal_of(on, errc::invalid_certificate, by_no_authority, no_authority);

    fields.valid_until = -1h;
    const identity expired{on.now, fields, &on.authority};
    co_await expect_refusal_of(on, errc::certificate_expired, expired);

    fields.valid_from = 1h;
    fields.valid_until = 2h;
    const identity early{on.now, fields, &on.authority};
    co_await expect_refusal_of(on, errc::certificate_not_yet_valid, early);
  });
}

TEST_CASE("a certificate expires by the clock of the runtime") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    co_await expect_success(on, on.client_options(), on.server_options(), "server.example");
    static_cast<void>(co_await io::sleep_for(on.client(), 23h));
    co_await expect_success(on, on.client_options(), on.server_options(), "server.example");
    static_cast<void>(co_await io::sleep_for(on.client(), 2h));
    co_await expect_refusal_of(on, errc::certificate_expired, on.certified);
  });
}

TEST_CASE("intermediate certificates are followed up to a limit") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    constexpr std::size_t max_followed = 4;
    std::vector<std::unique_ptr<identity>> intermediates;
    const identity* issuer = &on.authority;
    for (std::size_t i = 0; i != max_followed + 1; ++i) {
      const identity leaf{on.now, {"server", "DNS:server.example"}, issuer};
      std::vector<const identity*> chain{&leaf};
      for (auto each = intermediates.rbegin(); each != intermediates.rend(); ++each) chain.push_back(each->get());
      co_await expect_success(on, on.client_options(), on.server_options(chain), "server.example");
      const certificate_fields next{"intermediate " + std::to_string(i), "", true};
      intermediates.push_back(std::make_unique<identity>(on.now, next, issuer));
      issuer = intermediates.back().get();
    }
    const identity leaf{on.now, {"server", "DNS:server.example"}, issuer};
    std::vector<const identity*> chain{&leaf};
    for (auto each = intermediates.rbegin(); each != intermediates.rend(); ++each) chain.push_back(each->get());
    co_await expect_refusal(on, on.client_options(), on.server_options(chain), "server.example", errc::chain_too_long);
  });
}

TEST_CASE_TEMPLATE("a self-signed certificate that is among the authorities is accepted", backend, simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    const identity own{on.now, {"server", "DNS:server.example"}};
    tls::client_options client;
    client.servers.authorities = on.files.certificates({&on.authority, &own});
    co_await expect_success(on, client, on.server_with(own), "server.example");
    co_await expect_refusal(on, client, on.server_with(own), "other.example", errc::wrong_name);
  });
}

TEST_CASE_TEMPLATE("of a pinned key neither issuer nor name nor dates matter, and no other key is accepted", backend,
                   simulated, real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    certificate_fields fields{"anything"};
    fields.valid_until = -1h;
    const identity expired{on.now, fields};
    tls::client_options client;
    client.servers.pinned_keys = {on.authority.key_hash(), expired.key_hash()};
    for (const protocol_version version : both_versions) {
      client.max_version = version;
      co_await expect_success(on, client, on.server_with(expired), "");
      co_await expect_success(on, client, on.server_with(expired), "server.example");
      co_await expect_refusal(on, client, on.server_options(), "", errc::wrong_key);
      co_await expect_refusal(on, client, on.server_options(), "server.example", errc::wrong_key);
    }
  });
}

TEST_CASE_TEMPLATE("a server that demands certificates of clients accepts those that it trusts", backend, simulated,
                   real) {
  stage<backend>::run([](stage<backend>& on) -> task<void> {
    const identity member{on.now, {"member"}, &on.authority};
    const identity stranger{on.now, {"stranger"}};
    tls::client_options client = on.client_options();
    tls::server_options server = on.server_options();
    server.clients.emplace();
    server.clients->authorities = on.files.certificates({&on.authority});
    co_await expect_refused_client(on, client, server, errc::no_certificate);
    client.own = on.files.files({&stranger});
    co_await expect_refused_client(on, client, server, errc::self_signed);

    client.own = on.files.files({&member});
    for (const protocol_version version : both_versions) {
      client.max_version = version;
      const tls_ends ends = co_await on.shake_hands(client, server);
      REQUIRE(ends.client);
      REQUIRE(ends.server);
      CHECK(ends.server->peer_key == member.key_hash());
      co_await expect_conversation(ends.from_client(), ends.from_server());
    }

    server.clients->pinned_keys = {stranger.key_hash()};
    co_await expect_refused_client(on, client, server, errc::wrong_key);
    client.own = on.files.files({&stranger});
    co_await expect_success(on, client, server, "server.example");
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
    auto connecting = tls::connect(on.client(), std::move(plain.client), std::move(settings), "", &seen);
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
