// What strangers and broken nodes can do at the listener of private links, and to a node that connects to them.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/scripted_peer.hpp>

#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/transport/limits.hpp>

#include "linked_nodes.hpp"
#include "tls/openssl_peer.hpp"

namespace transport_link_input_test {

using namespace linked_nodes;
using namespace std::chrono_literals;
using support::scripted_peer;
using tls_test::openssl_peer;

namespace {

task<void> send(io::stream& to, std::string bytes) { static_cast<void>(co_await to.write_all(bytes)); }

/// Reads until the other side closes, or for a minute.
task<void> wait_for_end(io::runtime& on, io::stream& from) {
  const io::time_point until = on.now() + 1min;
  for (;;) {
    const auto got = co_await io::with_deadline(on, until, from.read_view());
    if (!got) co_return;
  }
}

/// What a client begins with.
std::string client_hello() {
  openssl_peer client = openssl_peer::client(nullptr);
  CHECK(SSL_do_handshake(client.native()) != 1);
  return client.outgoing();
}

void present(const openssl_peer& by, const std::vector<const identity*>& chain) {
  using tls_test::require;
  require(SSL_use_certificate(by.native(), chain.front()->certificate()) == 1);
  require(SSL_use_PrivateKey(by.native(), chain.front()->key()) == 1);
  for (const identity* const each : std::span{chain}.subspan(1)) {
    require(SSL_add1_chain_cert(by.native(), each->certificate()) == 1);
  }
}

/// One who connects to the listener for private links of the second member.
struct stranger {
  network& in;
  sim::machine& at;

  [[nodiscard]] io::wall_time now() const { return at.runtime().wall_clock(); }
};

using behavior = task<void> (*)(stranger, io::stream_ptr);

/// A client with a certificate goes as far as it gets.
task<void> greet_with(stranger who, io::stream_ptr over, std::vector<const identity*> chain,
                      int max_version = TLS1_3_VERSION) {
  openssl_peer client = openssl_peer::client(std::move(over), max_version);
  if (!chain.empty()) present(client, chain);
  const bool connected = co_await client.handshake();
  if (connected) static_cast<void>(co_await client.read());
  co_await wait_for_end(who.at.runtime(), client.below());
}

task<void> without_certificate(stranger who, io::stream_ptr over) { co_await greet_with(who, std::move(over), {}); }
task<void> with_another_key(stranger who, io::stream_ptr over) {
  const identity own{who.now(), {"node"}};
  std::vector<const identity*> chain;
  chain.push_back(&own);
  co_await greet_with(who, std::move(over), std::move(chain));
}
task<void> with_an_expired_certificate(stranger who, io::stream_ptr over) {
  const identity own{who.now(), {"node", "DNS:node.example", false, -48h, -24h}};
  std::vector<const identity*> chain;
  chain.push_back(&own);
  co_await greet_with(who, std::move(over), std::move(chain));
}
/// Signed by what the right node has.
task<void> with_a_certificate_of_the_right_issuer(stranger who, io::stream_ptr over) {
  const identity own{who.now(), {"node"}, &who.in.members[0].own};
  std::vector<const identity*> chain;
  chain.push_back(&own);
  chain.push_back(&who.in.members[0].own);
  co_await greet_with(who, std::move(over), std::move(chain));
}
/// More than a node reads, though the first one is right.
task<void> with_a_huge_chain(stranger who, io::stream_ptr over) {
  const std::vector<const identity*> chain(400, &who.in.members[0].own);
  co_await greet_with(who, std::move(over), chain);
}
task<void> by_an_old_version(stranger who, io::stream_ptr over) {
  std::vector<const identity*> chain;
  chain.push_back(&who.in.members[0].own);
  co_await greet_with(who, std::move(over), std::move(chain), TLS1_2_VERSION);
}
task<void> in_plain_grin(stranger who, io::stream_ptr over) {
  scripted_peer peer{who.at.runtime(), std::move(over)};
  co_await peer.send(peer.good_hand());
  co_await wait_for_end(who.at.runtime(), peer.stream());
}
task<void> in_http(stranger who, io::stream_ptr over) {
  co_await send(*over, "GET / HTTP/1.1\r\nHost: node.example\r\n\r\n");
  co_await wait_for_end(who.at.runtime(), *over);
}
task<void> with_half_a_hello(stranger /*who*/, io::stream_ptr over) {
  const std::string hello = client_hello();
  co_await send(*over, hello.substr(0, hello.size() / 2));
}
task<void> with_nothing(stranger /*who*/, io::stream_ptr /*over*/) { co_return; }
/// What a client with the right key sends after the server's hello.
task<std::string> finish_of(openssl_peer& client, const identity& own) {
  present(client, {&own});
  CHECK(SSL_do_handshake(client.native()) != 1);
  static_cast<void>(co_await client.flush());
  const auto got = co_await client.below().read_view();
  REQUIRE(got);
  CHECK(BIO_write(SSL_get_rbio(client.native()), got->data(), static_cast<int>(got->size())) > 0);
  CHECK(SSL_do_handshake(client.native()) == 1);
  co_return client.outgoing();
}

task<void> with_half_a_record(stranger who, io::stream_ptr over) {
  openssl_peer client = openssl_peer::client(std::move(over));
  const std::string finish = co_await finish_of(client, who.in.members[0].own);
  co_await send(client.below(), finish.substr(0, finish.size() / 2));
}
task<void> with_an_altered_record(stranger who, io::stream_ptr over) {
  openssl_peer client = openssl_peer::client(std::move(over));
  std::string finish = co_await finish_of(client, who.in.members[0].own);
  finish.back() = static_cast<char>(finish.back() ^ 1);
  co_await send(client.below(), std::move(finish));
  co_await wait_for_end(who.at.runtime(), client.below());
}

struct bad_greeting {
  behavior behave;
  std::string_view logged;
};

constexpr std::array bad_greetings{
    bad_greeting{without_certificate, "the other side has sent no certificate"},
    bad_greeting{with_another_key, " is none that is allowed"},
    bad_greeting{with_an_expired_certificate, " is none that is allowed"},
    bad_greeting{with_a_certificate_of_the_right_issuer, "too many intermediate issuers"},
    bad_greeting{with_a_huge_chain, "does not speak TLS as it must"},
    bad_greeting{by_an_old_version, "does not speak TLS as it must"},
    bad_greeting{in_plain_grin, "does not speak TLS as it must"},
    bad_greeting{in_http, "does not speak TLS as it must"},
    bad_greeting{with_half_a_hello, "closed_by_peer"},
    bad_greeting{with_nothing, "closed_by_peer"},
    bad_greeting{with_half_a_record, "closed_by_peer"},
    bad_greeting{with_an_altered_record, "does not speak TLS as it must"},
};

task<void> connect_and(stranger who, io::endpoint to, behavior behave) {
  auto connected = co_await who.at.runtime().connect(to);
  REQUIRE(connected);
  co_await behave(who, std::move(*connected));
}

}  // namespace

TEST_CASE("a bad greeting at the listener for private links is a line in the log, and the end of that connection") {
  network on{2};
  on.link_two();
  on.world.run_for(5s);
  const member& here = on.members[1];
  const std::uint64_t link = here.links().front().id;
  std::uint64_t failed = 0;
  for (const bad_greeting& each : bad_greetings) {
    CAPTURE(each.logged);
    sim::machine& from = on.world.add_machine();
    on.world.run(connect_and({on, from}, here.tls_endpoint(), each.behave));
    on.world.run_for(1s);
    const std::string who = to_string(from.address()) + ':';
    CHECK(here.lines_with(who) == 1);
    const auto line = std::ranges::find_if(here.log, [&who](const std::string& of) { return of.find(who) != of.npos; });
    REQUIRE(line != here.log.end());
    CHECK(line->find(": TLS handshake failed: ") != line->npos);
    CHECK(line->find(each.logged) != line->npos);
    const node_statistics now = here.node->get().statistics();
    CHECK(now.connections.handshaking == 0);
    CHECK(now.connections.failed_handshakes.total() == ++failed);
    CHECK(now.ban_manager.discouraged == 0);
    CHECK(here.node->get().peers().size() == 1);
  }
  CHECK(here.links().front().id == link);
}

TEST_CASE("TLS at the plain port is a line in the log, and the end of that connection") {
  network on{2};
  on.link_two();
  on.world.run_for(5s);
  const member& here = on.members[1];
  sim::machine& from = on.world.add_machine();
  on.world.run(connect_and({on, from}, here.node->endpoint(), with_another_key));
  on.world.run_for(1s);
  CHECK(here.lines_with(to_string(from.address()) + ":") == 1);
  CHECK(here.lines_with(": handshake failed: wrong_magic") == 1);
  CHECK(here.node->get().statistics().connections.handshaking == 0);
  CHECK(here.node->get().peers().size() == 1);
}

namespace {

task<void> serve_with(stranger who, io::stream_ptr over, const identity& own, int max_version = TLS1_3_VERSION) {
  openssl_peer server = openssl_peer::server(std::move(over), own, max_version);
  static_cast<void>(co_await server.handshake());
  co_await wait_for_end(who.at.runtime(), server.below());
}

task<void> serve_another_key(stranger who, io::stream_ptr over) {
  const identity own{who.now(), {"node"}};
  co_await serve_with(who, std::move(over), own);
}
task<void> serve_an_expired_certificate(stranger who, io::stream_ptr over) {
  const identity own{who.now(), {"node", "DNS:node.example", false, -48h, -24h}};
  co_await serve_with(who, std::move(over), own);
}
task<void> serve_an_old_version(stranger who, io::stream_ptr over) {
  const identity own{who.now(), {"node"}};
  co_await serve_with(who, std::move(over), own, TLS1_2_VERSION);
}
task<void> serve_silence(stranger who, io::stream_ptr over) { co_await wait_for_end(who.at.runtime(), *over); }
task<void> serve_half_a_hello(stranger who, io::stream_ptr over) {
  const identity own{who.now(), {"node"}};
  openssl_peer server = openssl_peer::server(nullptr, own);
  const auto got = co_await over->read_view();
  REQUIRE(got);
  CHECK(BIO_write(SSL_get_rbio(server.native()), got->data(), static_cast<int>(got->size())) > 0);
  CHECK(SSL_do_handshake(server.native()) != 1);
  co_await send(*over, server.outgoing().substr(0, 50));
}

constexpr std::array bad_servers{
    bad_greeting{serve_another_key, ": denied: its key is "},
    bad_greeting{serve_an_expired_certificate, ": denied: its key is "},
    bad_greeting{serve_an_old_version, "the other side"},
    bad_greeting{serve_silence, "timed out"},
    bad_greeting{serve_half_a_hello, "the connection has ended without notice"},
    bad_greeting{with_nothing, "the connection has ended without notice"},
    bad_greeting{in_http, "does not speak TLS as it must"},
};

/// Accepts connections as long as the world lasts.
task<void> serve_all(stranger who, behavior behave, std::size_t& connections) {
  auto listener = who.at.runtime().listen({{}, tls_port}).value();
  for (;;) {
    auto accepted = co_await listener->accept();
    if (!accepted) co_return;
    ++connections;
    co_await behave(who, std::move(*accepted));
  }
}

}  // namespace

TEST_CASE("a server that is not the right one is a line in the log for each attempt, and never a session") {
  for (const bad_greeting& each : bad_servers) {
    CAPTURE(each.logged);
    std::size_t connections = 0;
    network on{2};
    on.members[1].at.spawn(serve_all({on, on.members[1].at}, each.behave, connections));
    on.members[0].run({on.members[1].as_peer()});
    on.world.run_for(2min);
    const member& here = on.members[0];
    CHECK(connections > 1);
    CHECK(here.node->get().peers().empty());
    const std::size_t lines = here.lines_with("cannot connect to " + to_string(on.members[1].tls_endpoint()) + ": ");
    CHECK(lines + 1 >= connections);  // one attempt may be under way
    CHECK(lines <= connections);
    const std::size_t warnings = here.lines_with("no private link to ");
    CHECK(here.lines_with(each.logged) == lines + warnings);
    CHECK(here.node->get().statistics().bans == 0);
  }
}

TEST_CASE("a plain node at the other end is no private link, and neither side takes the other for a peer") {
  network on{2};
  on.members[1].run();
  peer::tls_peer plain = on.members[1].as_peer();
  plain.port = support::port;
  on.members[0].run({plain});
  on.world.run_for(2min);
  for (const member& each : on.members) CHECK(each.node->get().peers().empty());
  CHECK(on.members[0].lines_with("cannot connect to ") != 0);
}

TEST_CASE("a node whose key is not allowed has no session on either side") {
  network on{3};
  on.members[1].accept({&on.members[2]});
  on.members[1].run();
  on.members[0].run({on.members[1].as_peer()});
  on.world.run_for(2min);
  for (std::size_t i = 0; i != 2; ++i) CHECK(on.members[i].node->get().peers().empty());
  CHECK(on.members[1].lines_with(" is none that is allowed") > 1);
  CHECK(on.members[0].lines_with("no private link to ") == 1);  // for this reason
  on.members[2].run({on.members[1].as_peer()});
  on.world.run_for(5s);
  CHECK(on.members[2].is_linked_with(on.members[1]));
}

namespace {

/// Connects, and sends a hello that never ends: nothing, or a byte a second.
task<void> stall(sim::machine& from, io::endpoint to, bool drips, std::size_t& closed) {
  auto connected = co_await from.runtime().connect(to);
  if (!connected) co_return;
  io::stream& over = **connected;
  const std::string hello = client_hello();
  for (std::size_t i = 0; drips && i != hello.size(); ++i) {
    const auto written = co_await over.write_all(std::string_view{hello}.substr(i, 1));
    if (!written) break;
    static_cast<void>(co_await io::sleep_for(from.runtime(), 1s));
  }
  co_await wait_for_end(from.runtime(), over);
  ++closed;
}

}  // namespace

TEST_CASE("a thousand strangers that connect and say nothing, or hardly anything, hold up no link, and are let go") {
  for (const bool drips : {false, true}) {
    CAPTURE(drips);
    std::size_t closed = 0;
    network on{2};
    const member& here = on.members[1];
    on.members[1].accept({&on.members[0]});
    on.members[1].run();
    on.world.run_for(1s);
    constexpr std::size_t strangers = 1000;
    for (std::size_t i = 0; i != strangers; ++i) {
      sim::machine& from = on.world.add_machine();
      from.spawn(stall(from, here.tls_endpoint(), drips, closed));
    }
    on.world.run_for(2s);
    CHECK(here.node->get().statistics().connections.handshaking == peer::limits::max_pending_handshakes);
    CHECK(closed == strangers - peer::limits::max_pending_handshakes);
    on.members[0].run({here.as_peer()});
    on.world.run_for(2s);
    CHECK(here.is_linked_with(on.members[0]));
    on.world.run_for(peer::limits::tls_handshake_timeout);
    CHECK(here.node->get().statistics().connections.handshaking == 0);
    CHECK(closed == strangers);
    CHECK(here.is_linked_with(on.members[0]));
    CHECK(here.node->get().peers().size() == 1);
  }
}

TEST_CASE("strangers at the address of a link, as behind a relay, do not keep it out, whatever they say or do not") {
  for (const bool drips : {false, true}) {
    CAPTURE(drips);
    std::size_t closed = 0;
    network on{2};
    on.members[1].config.connection_limits.inbound_per_address = 4;
    on.members[1].accept({&on.members[0]});
    on.members[1].run();
    on.world.run_for(1s);
    sim::machine& from = on.members[0].at;
    constexpr std::size_t strangers = 1000;
    for (std::size_t i = 0; i != strangers; ++i) {
      from.spawn(stall(from, on.members[1].tls_endpoint(), drips, closed));
    }
    on.world.run_for(2s);
    CHECK(on.members[1].node->get().statistics().connections.handshaking == peer::limits::max_pending_handshakes);
    on.members[0].run({on.members[1].as_peer()});
    on.world.run_for(2s);
    CHECK(on.members[1].is_linked_with(on.members[0]));
  }
}

}  // namespace transport_link_input_test
