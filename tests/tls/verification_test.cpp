// Which certificates and keys each side of TLS trusts, and for what reason it refuses the others.
#include "stage.hpp"

namespace tls_verification_test {

using namespace tls_test;
using tls::errc;

namespace {

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

}  // namespace

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

TEST_CASE("a name may end with the root of DNS, and has no other empty label, for which OpenSSL takes any subdomain") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    co_await expect_success(on, on.client_options(), on.server_options(), "server.example.");
    for (const char* const name : {".", ".example", ".server.example", "server..example", "server.example.."}) {
      CAPTURE(name);
      plain_ends plain = co_await on.connect();
      auto settings = tls::context::client(on.client_options()).value();
      const auto refused = co_await tls::connect(on.client(), std::move(plain.client), std::move(settings), name);
      CHECK(error_of(refused) == std::errc::invalid_argument);
    }
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

TEST_CASE("more certificates than a chain has are refused before any is decoded, by both sides") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    const std::vector<const identity*> many(60, &on.certified);
    tls_ends ends = co_await on.shake_hands(on.client_options(), on.server_options(many));
    CHECK(error_of(ends.client) == make_error_code(errc::protocol));

    tls::client_options client = on.client_options();
    client.own = on.files.files(many);
    tls::server_options server = on.server_options();
    server.clients.emplace();
    server.clients->authorities = on.files.certificates({&on.authority});
    ends = co_await on.shake_hands(client, server);
    CHECK(error_of(ends.server) == make_error_code(errc::protocol));

    client.own = on.files.files({many.begin(), many.begin() + 20});
    server.clients->pinned_keys = {on.certified.key_hash()};
    ends = co_await on.shake_hands(client, server);
    CHECK(error_of(ends.server) == make_error_code(errc::protocol));
  });
}

TEST_CASE("with pinned keys there is one certificate, which can be sent without those of its issuers") {
  stage<simulated>::run([](stage<simulated>& on) -> task<void> {
    for (const protocol_version version : both_versions) {
      tls::client_options client = on.client_options();
      client.max_version = version;
      client.own = on.files.files({&on.certified, &on.authority});
      tls::server_options server = on.server_options();
      server.clients.emplace().pinned_keys = {on.certified.key_hash()};
      co_await expect_refused_client(on, client, server, errc::chain_too_long);
      client.own.sends_leaf_only = true;
      co_await expect_success(on, client, server, "server.example");
    }
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
    client.own.sends_leaf_only = true;
    co_await expect_refused_client(on, client, server, errc::wrong_key);
    client.own = on.files.files({&stranger});
    co_await expect_success(on, client, server, "server.example");
  });
}

}  // namespace tls_verification_test
