// Broadcasts: which peers get which message, and the counts of a report.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/heard.hpp>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>

namespace relay_broadcast_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::grin_transaction;
using support::heard;
using support::scripted_peer;
using support::some_block;
using support::stage;

namespace {

const std::vector<int> nothing;
const std::vector<int> a_whole_one{transaction::code};
const std::vector<int> a_header{header::code};
const std::vector<int> a_compact_block{compact_block::code};

}  // namespace

TEST_CASE("a peer without tx_kernel_hash gets the whole transaction, in the form of its version") {
  for (const std::uint32_t version : {1U, 2U, 3U, 1000U}) {
    stage on;
    auto script = [](stage* at, std::uint32_t spoken) -> task<void> {
      auto peer = co_await at->greeted(spoken, false);
      const auto report = at->node.submit(grin_transaction("three_inputs", 1));
      CHECK(report.sent == 1);
      const transaction given = co_await peer.expect<transaction>();
      const auto as_grin = grin_transaction("three_inputs", spoken);
      const auto ours = given.tx->raw_bytes();
      const auto theirs = as_grin->raw_bytes();
      CHECK(std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end()));
    };
    on.play(script(&on, version));
  }
}

TEST_CASE("with the features of spent outputs from the adapter every version gets a transaction") {
  integration::adapter adapter;
  adapter.get_output_features = [](const wire::commitment&) { return wire::output_features::plain; };
  stage on{std::move(adapter)};
  auto script = [](stage* at) -> task<void> {
    for (const std::uint32_t version : {1U, 2U}) {
      auto told = co_await at->greeted(version, false);
      auto asks = co_await at->greeted(version);
      const auto report = at->node.submit(grin_transaction("three_inputs", 1000));
      CHECK(report.unsendable == 0);
      const auto got = co_await told.expect<transaction>();
      CHECK(std::ranges::equal(got.tx->raw_bytes(), grin_transaction("three_inputs", version)->raw_bytes()));
      get_transaction question;
      question.kernel = got.tx->kernel_hash(0);
      co_await asks.send(question);
      const auto answer = co_await asks.expect<transaction>();
      CHECK(std::ranges::equal(answer.tx->raw_bytes(), got.tx->raw_bytes()));
    }
  };
  on.play(script(&on));
}

TEST_CASE("a transaction without features of its inputs is not sent to an old version") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto old = co_await at->greeted(2, false);
    auto peer = co_await at->greeted(1000, false);
    const auto report = at->node.submit(grin_transaction("three_inputs", 1000));
    CHECK(report.sent == 1);
    CHECK(report.unsendable == 1);
    const auto to_peer = co_await heard(&peer);
    const auto to_old = co_await heard(&old);
    CHECK(to_peer == a_whole_one);
    CHECK(to_old == nothing);
  };
  on.play(script(&on));
}

TEST_CASE("a whole transaction can be sent to peers that would request it") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto asks = co_await at->greeted();
    auto does_not = co_await at->greeted(1000, false);
    const auto report = at->node->broadcast(grin_transaction("two_outputs"), {}, peer::transaction_form::whole);
    CHECK(report.sent == 2);
    const auto to_one = co_await heard(&asks);
    const auto to_other = co_await heard(&does_not);
    CHECK(to_one == a_whole_one);
    CHECK(to_other == a_whole_one);
    const auto again = at->node->broadcast(grin_transaction("two_outputs"));
    CHECK(again.sent == 0);
    CHECK(again.already_known == 2);
    CHECK(at->node->statistics().broadcasts.sent == 2);
    CHECK(at->node->statistics().broadcasts.already_known == 2);
  };
  on.play(script(&on));
}

TEST_CASE("only the peers of the filter are sent the message and counted") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto old = co_await at->greeted(2);
    auto late = co_await at->greeted(1000);
    const peer::peer_filter latest = [](const peer::peer_info& peer) { return peer.version.number == 1000; };
    const auto block = some_block(1);
    for (const auto& report :
         {at->node->broadcast(grin_transaction("two_outputs"), latest), at->node->broadcast(block->header(), latest),
          at->node->broadcast(support::compact(*some_block(2)), latest), at->node->broadcast(some_block(3), latest)}) {
      CHECK(report.sent == 1);
      CHECK(report.already_known + report.congested + report.unsendable == 0);
    }
    const auto to_old = co_await heard(&old);
    const auto to_late = co_await heard(&late);
    CHECK(to_old == nothing);
    CHECK(to_late == std::vector<int>{transaction_kernel::code, header::code, compact_block::code, block::code});

    const peer::peer_filter nobody = [](const peer::peer_info&) { return false; };
    const auto none = at->node->broadcast(some_block(4), nobody);
    CHECK(none.sent + none.already_known + none.congested + none.unsendable == 0);
  };
  on.play(script(&on));
}

TEST_CASE("a peer that was sent a header is not sent it again, but may be sent the block, in one form") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const auto block = some_block(1);
    const auto compact = support::compact(*block);
    CHECK(at->node->broadcast(block->header()).sent == 1);
    CHECK(at->node->broadcast(block->header()).already_known == 1);
    const auto first = co_await heard(&peer);
    CHECK(first == a_header);
    CHECK(at->node->broadcast(compact).sent == 1);
    CHECK(at->node->broadcast(compact).already_known == 1);
    CHECK(at->node->broadcast(block).already_known == 1);
    const auto then = co_await heard(&peer);
    CHECK(then == a_compact_block);
  };
  on.play(script(&on));
}

TEST_CASE("a peer that was sent a block, in either form, has its header") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const auto block = some_block(1);
    CHECK(at->node->broadcast(block).sent == 1);
    CHECK(at->node->broadcast(block->header()).already_known == 1);
    CHECK(at->node->broadcast(support::compact(*some_block(2))).sent == 1);
    CHECK(at->node->broadcast(some_block(2)->header()).already_known == 1);
    const auto told = co_await heard(&peer);
    CHECK(told == std::vector<int>{block::code, compact_block::code});
  };
  on.play(script(&on));
}

TEST_CASE("a peer that announces a block, in any form, has it") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto teller = co_await at->greeted();
    auto other = co_await at->greeted();
    co_await teller.send(header{some_block(1)->header()});
    co_await teller.send(compact_block{support::compact(*some_block(2))});
    co_await teller.send(block{some_block(3)});
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    for (std::uint64_t seed = 1; seed != 4; ++seed) {
      for (const auto& report : {at->node->broadcast(some_block(seed)->header()),
                                 at->node->broadcast(support::compact(*some_block(seed)))}) {
        CHECK(report.sent == 1);
        CHECK(report.already_known == 1);
      }
    }
    const auto to_teller = co_await heard(&teller);
    CHECK(to_teller == nothing);
    const auto to_other = co_await heard(&other);
    CHECK(to_other.size() == 6);
  };
  on.play(script(&on));
}

TEST_CASE("a version that cannot represent a block's inputs gets its header and its compact block") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto old = co_await at->greeted(2);
    CHECK(at->node->broadcast(some_block(1)).unsendable == 1);
    CHECK(at->node->broadcast(some_block(1)->header()).sent == 1);
    CHECK(at->node->broadcast(support::compact(*some_block(1))).sent == 1);
    const auto told = co_await heard(&old);
    CHECK(told == std::vector<int>{header::code, compact_block::code});
  };
  on.play(script(&on));
}

TEST_CASE("a peer whose session is ending is sent no message") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    CHECK(at->node->disconnect(io::endpoint_range{at->peer_host.address()}) == 1);
    CHECK(at->node->broadcast(some_block(1)->header()).unsendable == 1);
    const auto told = co_await heard(&peer);
    CHECK(told == nothing);
  };
  on.play(script(&on));
}

TEST_CASE("a frame for several peers is encoded once") {
  std::size_t asked = 0;
  integration::adapter counting;
  counting.get_output_features = [&asked](const wire::commitment&) {
    ++asked;
    return wire::output_features::plain;
  };
  stage on{std::move(counting)};
  auto script = [](stage* at) -> task<void> {
    std::vector<scripted_peer> old;
    for (int n = 0; n != 5; ++n) old.push_back(co_await at->greeted(2, false));
    CHECK(at->node->broadcast(grin_transaction("three_inputs", 1000)).sent == 5);
  };
  on.play(script(&on));
  CHECK(asked == 3);
}

}  // namespace relay_broadcast_test
