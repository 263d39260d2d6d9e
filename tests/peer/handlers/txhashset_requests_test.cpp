// Requests for txhashset archives: the response and the stream behind it.
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/grin_data.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>

namespace handlers_txhashset_requests_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::conduit;
using support::noise;
using support::scripted_peer;
using support::stage;

TEST_CASE("an archive is read and sent in pieces, and queued messages follow it") {
  constexpr std::size_t size = 2'000'000;
  txhashset_archive description;
  description.height = 720;
  description.bytes = size;
  io::stream_ptr content;
  integration::adapter adapter;
  adapter.txhashset_read = [&](const txhashset_request& asked) -> std::optional<peer::archive> {
    CHECK(asked.height == 777);
    peer::archive opened;
    opened.description = description;
    opened.content = std::move(content);
    return opened;
  };
  stage on{std::move(adapter)};
  auto script = [](stage* at, io::stream_ptr* given, txhashset_archive expected) -> task<void> {
    auto peer = co_await at->greeted();
    static_cast<void>(co_await peer.expect<ping>());
    conduit disk = co_await conduit::make(at->node.net(), {at->node.endpoint().address, 99});
    *given = std::move(disk.out);
    txhashset_request question;
    question.height = 777;
    co_await peer.send(question);
    co_await peer.send(question);  // one at a time
    const auto heard = co_await peer.expect<txhashset_archive>();
    CHECK(heard == expected);
    co_await peer.send(ping{});

    const wire::bytes stored = noise(size);
    wire::bytes arrived(size);
    auto both = [](scope& beside, io::stream* disk_end, const wire::bytes* from, scripted_peer* as,
                   wire::bytes* into) -> task<void> {
      auto fill = [](io::stream* to, const wire::bytes* all) -> task<void> {
        static_cast<void>(co_await to->write_all(*all));
      };
      beside.spawn(fill(disk_end, from));
      static_cast<void>(co_await as->stream().read_exact(*into));
    };
    co_await with_scope(both, disk.in.get(), &stored, &peer, &arrived);
    CHECK(arrived == stored);
    const auto next = co_await peer.receive();
    REQUIRE(next.has_value());
    CHECK(next->code == pong::code);
    CHECK(at->node->statistics().chain.requests == 2);
    CHECK(at->node->statistics().chain.answered == 1);
  };
  on.play(script(&on, &content, description));
}

TEST_CASE(
    "an archive that is shorter than announced ends the session; a peer that waits for it does not count as slow") {
  io::stream_ptr content;
  integration::adapter adapter;
  adapter.txhashset_read = [&](const txhashset_request&) -> std::optional<peer::archive> {
    peer::archive opened;
    opened.description.bytes = 1000;
    opened.content = std::move(content);
    return opened;
  };
  stage on{std::move(adapter)};
  auto script = [](stage* at, io::stream_ptr* given) -> task<void> {
    auto peer = co_await at->greeted();
    conduit disk = co_await conduit::make(at->node.net(), {at->node.endpoint().address, 99});
    *given = std::move(disk.out);
    co_await peer.send(txhashset_request{});
    static_cast<void>(co_await peer.expect<txhashset_archive>());
    static_cast<void>(co_await disk.in->write_all(noise(999)));
    for (int i = 0; i != 6; ++i) {  // packing takes a while
      co_await peer.send(ping{});
      static_cast<void>(co_await io::sleep_for(at->net(), 15s));
    }
    CHECK(at->node->peers().size() == 1);
    disk.in.reset();
    wire::bytes rest(999);
    static_cast<void>(co_await peer.stream().read_exact(rest));
    const bool closed = co_await peer.closed(10s);
    CHECK(closed);
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    REQUIRE(at->node.disconnected.size() == 1);
    CHECK(at->node.disconnected[0].starts_with("internal_error: an archive cannot be read"));
  };
  on.play(script(&on, &content));
}

TEST_CASE("a peer gets one archive in two hours, also when it connects again") {
  integration::adapter adapter;
  adapter.txhashset_read = [](const txhashset_request&) -> std::optional<peer::archive> {
    peer::archive empty;
    empty.description.bytes = 0;
    return empty;
  };
  stage on{std::move(adapter)};
  auto script = [](stage* at) -> task<void> {
    for (const bool first : {true, false}) {
      auto peer = co_await at->greeted();
      co_await peer.send(txhashset_request{});
      co_await peer.send(ping{});
      const auto next = co_await peer.receive(1s);
      REQUIRE(next.has_value());
      CHECK(int{next->code} == int{first ? txhashset_archive::code : pong::code});
    }
  };
  on.play(script(&on));
}

}  // namespace handlers_txhashset_requests_test
