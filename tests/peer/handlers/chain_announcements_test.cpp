// Headers, compact blocks and blocks that peers announce.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/grin_data.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>

#include "peer/handlers/encoded.hpp"

namespace handlers_chain_announcements_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::encoded;
using support::grin_message;
using support::stage;

TEST_CASE("announced headers and blocks are passed to the adapter, with the peer they came from") {
  std::vector<wire::bytes> heard;
  std::vector<std::uint64_t> from;
  integration::adapter adapter;
  adapter.header_received = [&](const wire::header& message, const peer::peer_info& by) {
    heard.push_back(encoded(header{message}));
    from.push_back(by.id);
    return peer::validation_result::ignore;
  };
  adapter.compact_block_received = [&](const wire::compact_block_ptr& message, const peer::peer_info& by) {
    heard.push_back(encoded(compact_block{message}));
    from.push_back(by.id);
    return peer::validation_result::ignore;
  };
  adapter.block_received = [&](const wire::block_ptr& message, const peer::peer_info& by) {
    heard.push_back(encoded(block{message}));
    from.push_back(by.id);
    return peer::validation_result::ignore;
  };
  stage on{std::move(adapter)};
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    co_await peer.send(grin_message<header>("primary_31"));
    co_await peer.send(grin_message<compact_block>("full"));
    co_await peer.send(grin_message<block>("full"));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
  };
  on.play(script(&on));
  CHECK(heard == std::vector{encoded(grin_message<header>("primary_31")), encoded(grin_message<compact_block>("full")),
                             encoded(grin_message<block>("full"))});
  CHECK(from == std::vector<std::uint64_t>{1, 1, 1});
  CHECK(on.node->statistics().chain.received == 3);
}

TEST_CASE("a header with the proof of work of another does not suppress the announcement of the true one") {
  std::vector<wire::bytes> heard;
  integration::adapter adapter;
  adapter.header_received = [&heard](const wire::header& message, const peer::peer_info&) {
    heard.push_back(encoded(header{message}));
    return peer::validation_result::ignore;
  };
  adapter.block_received = [&heard](const wire::block_ptr& message, const peer::peer_info&) {
    heard.push_back(encoded(block{message}));
    return peer::validation_result::ignore;
  };
  const auto whole = grin_message<block>("full");
  const header true_one{whole.value->header()};
  wire::bytes forged = encoded(true_one);
  forged.at(82) ^= std::byte{1};  // in one of its roots
  const auto false_one = wire::decode<header>(
      forged, {wire::latest_version, wire::chain_parameters_for(wire::chain_type::usernet).limits});
  REQUIRE(false_one.has_value());
  REQUIRE(false_one->value.hash() == true_one.value.hash());
  stage on{std::move(adapter)};
  auto script = [](stage* at, header false_header, header true_header, block all) -> task<void> {
    auto liar = co_await at->greeted();
    auto peer = co_await at->greeted();
    co_await liar.send(false_header);
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    co_await peer.send(true_header);
    co_await peer.send(all);
    co_await peer.send(true_header);
    co_await liar.send(false_header);
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
  };
  on.play(script(&on, *false_one, true_one, whole));
  CHECK(heard == std::vector{forged, encoded(true_one), encoded(whole)});
}

}  // namespace handlers_chain_announcements_test
