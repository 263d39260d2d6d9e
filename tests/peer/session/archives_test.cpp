// How a node takes an archive that it has asked for: as it comes, to where it should go, or not at all.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/session/limits.hpp>

#include "peer/session/outcome.hpp"

namespace session_archives_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::conduit;
using support::noise;
using support::scripted_peer;
using support::stage;

TEST_CASE("an archive is written where it should go as it comes, and frames go on behind it") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100'000}, std::size_t{3'000'000}}) {
    CAPTURE(size);
    stage on;
    auto script = [](stage* at, std::size_t bytes) -> task<void> {
      auto peer = co_await at->greeted();
      io::runtime& node_net = at->node.net();
      conduit disk = co_await conduit::make(node_net, {at->node.endpoint().address, 99});
      outcome<peer::archive_request> ended;
      txhashset_request request;
      request.height = 9;
      at->node->request(the_peer, peer::archive_request{request, std::move(disk.in), bytes}, ended.handler());
      const auto heard = co_await peer.expect<txhashset_request>();
      CHECK(heard == request);

      const wire::bytes content = noise(bytes);
      txhashset_archive said;
      said.height = 8;
      said.bytes = bytes;
      wire::bytes all =
          wire::grin_messages::encode(said, wire::chain_parameters_for(wire::chain_type::usernet), wire::latest_version)
              .value();
      all.insert(all.end(), content.begin(), content.end());
      const auto last = wire::grin_messages::encode(ping{}, wire::chain_parameters_for(wire::chain_type::usernet),
                                                    wire::latest_version)
                            .value();
      all.insert(all.end(), last.begin(), last.end());

      auto send = [](scope& beside, scripted_peer* as, wire::bytes stream, io::stream* from,
                     wire::bytes* into) -> task<void> {
        beside.spawn(as->send_bytes(std::move(stream)));
        into->resize(into->capacity());
        static_cast<void>(co_await from->read_exact(*into));
      };
      wire::bytes stored;
      stored.reserve(bytes);
      co_await with_scope(send, &peer, std::move(all), disk.out.get(), &stored);
      stored.resize(bytes);
      CHECK(stored == content);
      static_cast<void>(co_await peer.expect<pong>());
      REQUIRE(ended.calls == 1);
      CHECK(ended.given->value() == said);
    };
    on.play(script(&on, size));
    CHECK(on.node.disconnected.size() == 1);  // by the peer, in the end
  }
}

TEST_CASE("an archive that nobody asked for, and one that is too long, end the session") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto pushy = co_await at->greeted();
    co_await pushy.send(txhashset_archive{});
    const bool pushy_closed = co_await pushy.closed(5s);
    CHECK(pushy_closed);
    CHECK(at->node.disconnected.at(0).starts_with("unexpected_message"));
    static_cast<void>(co_await io::sleep_for(at->net(), peer::limits::min_refusal_time));

    auto endless = co_await at->greeted();
    conduit disk = co_await conduit::make(at->node.net(), {at->node.endpoint().address, 99});
    outcome<peer::archive_request> ended;
    at->node->request(2, peer::archive_request{{}, std::move(disk.in), 1000}, ended.handler());
    static_cast<void>(co_await endless.expect<txhashset_request>());
    txhashset_archive said;
    said.bytes = 1001;
    co_await endless.send(said);
    const bool endless_closed = co_await endless.closed(5s);
    CHECK(endless_closed);
    CHECK(at->node.disconnected.at(1).starts_with("bad_message"));
    CHECK(ended.failed_with(request_error::disconnected));
  };
  on.play(script(&on));
}

TEST_CASE("an archive that cannot be stored ends the session, one that stops coming too") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    conduit disk = co_await conduit::make(at->node.net(), {at->node.endpoint().address, 99});
    outcome<peer::archive_request> unstored;
    disk.in->close();
    at->node->request(the_peer, peer::archive_request{{}, std::move(disk.in), 1000}, unstored.handler());
    static_cast<void>(co_await peer.expect<txhashset_request>());
    txhashset_archive said;
    said.bytes = 1000;
    co_await peer.send(said);
    co_await peer.send_bytes(wire::bytes(1000));
    const bool closed = co_await peer.closed(5s);
    CHECK(closed);
    CHECK(unstored.failed_with(request_error::not_stored));

    auto stalls = co_await at->greeted();
    conduit other = co_await conduit::make(at->node.net(), {at->node.endpoint().address, 98});
    outcome<peer::archive_request> stalled;
    at->node->request(2, peer::archive_request{{}, std::move(other.in), 1000}, stalled.handler());
    static_cast<void>(co_await stalls.expect<txhashset_request>());
    const io::time_point start = at->net().now();
    co_await stalls.send(said);
    co_await stalls.send_bytes(wire::bytes(500));
    const bool stalls_closed = co_await stalls.closed(5min);
    CHECK(stalls_closed);
    CHECK(at->net().now() - start < peer::limits::idle_timeout + 5s);
    CHECK(stalled.failed_with(request_error::disconnected));
  };
  on.play(script(&on));
}

TEST_CASE("an archive whose place takes nothing ends the session when the archive should be there") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    conduit disk = co_await conduit::make(at->node.net(), {at->node.endpoint().address, 99});
    constexpr std::uint64_t size = 6'000'000;
    outcome<peer::archive_request> ended;
    at->node->request(the_peer, peer::archive_request{{}, std::move(disk.in), size}, ended.handler());
    static_cast<void>(co_await peer.expect<txhashset_request>());
    const io::time_point start = at->net().now();
    txhashset_archive said;
    said.bytes = size;
    co_await peer.send(said);
    co_await peer.send_bytes(wire::bytes(size));
    const bool closed = co_await peer.closed(1h);
    CHECK(closed);
    CHECK(at->net().now() - start < peer::limits::frame_body_timeout(size) + 10s);
    CHECK(ended.failed_with(request_error::not_stored));
    CHECK(at->node.disconnected.at(0).ends_with("too slow"));
  };
  on.play(script(&on));
}

TEST_CASE("a peer that packs an archive may be silent meanwhile, and need not pong") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    conduit disk = co_await conduit::make(at->node.net(), {at->node.endpoint().address, 99});
    outcome<peer::archive_request> ended;
    at->node->request(the_peer, peer::archive_request{{}, std::move(disk.in), 1000}, ended.handler());
    static_cast<void>(co_await peer.expect<txhashset_request>());
    static_cast<void>(co_await io::sleep_for(at->net(), peer::limits::archive_response_timeout - 10s));
    CHECK(at->node->peers().size() == 1);
    co_await peer.send(txhashset_archive{});
    static_cast<void>(co_await io::sleep_for(at->net(), 5s));
    CHECK(ended.calls == 1);
    const bool closed = co_await peer.closed(2min);
    CHECK(closed);  // the silence counts again
  };
  on.play(script(&on));
}

namespace {

/// A frame as the node's peers write it.
template <wire::message Message>
wire::bytes framed(const Message& message) {
  return wire::grin_messages::encode(message, wire::chain_parameters_for(wire::chain_type::usernet),
                                     wire::latest_version)
      .value();
}

void append(wire::bytes& to, const wire::bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

/// More than the node answers before it waits for its answers to be taken.
wire::bytes many_pings() {
  wire::bytes all;
  for (int n = 0; n != 300; ++n) append(all, framed(ping{}));
  return all;
}

}  // namespace

TEST_CASE("an archive that comes behind more messages than can be answered at once is taken all the same") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    conduit disk = co_await conduit::make(at->node.net(), {at->node.endpoint().address, 99});
    outcome<peer::archive_request> ended;
    at->node->request(the_peer, peer::archive_request{{}, std::move(disk.in), 1000}, ended.handler());
    static_cast<void>(co_await peer.expect<txhashset_request>());
    const wire::bytes content = framed(ping{});  // bytes that could be taken for a frame
    txhashset_archive said;
    said.bytes = content.size();
    wire::bytes all = many_pings();
    append(all, framed(said));
    append(all, content);
    append(all, framed(ping{}));
    co_await peer.send_bytes(std::move(all));
    wire::bytes stored(content.size());
    static_cast<void>(co_await disk.out->read_exact(stored));
    CHECK(stored == content);
    static_cast<void>(co_await io::sleep_for(at->net(), 10s));
    REQUIRE(ended.calls == 1);
    CHECK(ended.given->value() == said);
    REQUIRE(at->node->peers().size() == 1);
    CHECK(at->node->peers()[0].messages_received == 302);
  };
  on.play(script(&on));
}

TEST_CASE("an archive that was sent before it was asked for ends the session, however late it is looked at") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    txhashset_archive said;
    said.bytes = 100;
    wire::bytes all = many_pings();
    append(all, framed(said));
    append(all, wire::bytes(100));
    co_await peer.send_bytes(std::move(all));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    conduit disk = co_await conduit::make(at->node.net(), {at->node.endpoint().address, 99});
    outcome<peer::archive_request> ended;
    at->node->request(the_peer, peer::archive_request{{}, std::move(disk.in), 1000}, ended.handler());
    const bool closed = co_await peer.closed(1min);
    CHECK(closed);
    CHECK(ended.failed_with(request_error::disconnected));
    CHECK(at->node.disconnected.at(0).starts_with("unexpected_message"));
  };
  on.play(script(&on));
}

}  // namespace session_archives_test
