// The validator: what is passed to the adapter, and the effects of its results.
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/heard.hpp>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/integration/bridge/limits.hpp>
#include <pappus/integration/bridge/validator.hpp>
#include <pappus/integration/filter/application_filter.hpp>
#include <pappus/integration/filter/limits.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/access/limits.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/memory_budget.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/sim/world.hpp>

namespace bridge_validator_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using integration::responder;
using peer::peer_info;
using peer::phase;
using peer::validation_result;
using support::grin_transaction;
using support::heard;
using support::scripted_peer;
using support::some_block;
using support::stage;

namespace limits = peer::limits;

namespace {

const std::vector<int> nothing;

/// An adapter that validates later, and the calls it got.
struct slow_adapter {
  std::vector<wire::transaction_ptr> brought;
  std::vector<std::uint64_t> by;
  std::vector<responder<validation_result>> replies;

  [[nodiscard]] integration::adapter as_adapter() {
    integration::adapter adapter;
    adapter.transaction_received = [this](const wire::transaction_ptr& tx, phase, const peer_info& from,
                                          responder<validation_result> to) {
      brought.push_back(tx);
      by.push_back(from.id);
      replies.push_back(std::move(to));
    };
    return adapter;
  }
};

/// An adapter that counts the transactions it gets, and ignores them.
[[nodiscard]] integration::adapter counting(int& told) {
  integration::adapter adapter;
  adapter.transaction_received = [&told](const auto&, auto, const auto&) { return ++told, validation_result::ignore; };
  return adapter;
}

/// The calls of the adapter, a letter each, and its result for all of them.
[[nodiscard]] integration::adapter listener_for_blocks(std::string& told, validation_result says) {
  integration::adapter adapter;
  adapter.header_received = [&told, says](const auto&, const auto&) { return told += 'h', says; };
  adapter.compact_block_received = [&told, says](const auto&, const auto&) { return told += 'c', says; };
  adapter.block_received = [&told, says](const auto&, const auto&) { return told += 'b', says; };
  return adapter;
}

task<void> say(scripted_peer* by, char what, wire::block_ptr of) {
  if (what == 'h') co_await by->send(header{of->header()});
  if (what == 'c') co_await by->send(compact_block{support::compact(*of)});
  if (what == 'b') co_await by->send(block{of});
}

/// The calls of an adapter with the result `says` when peers send these messages, each a bit later than the one before.
std::string heard_of(const std::string& messages, validation_result says) {
  std::string told;
  stage on{listener_for_blocks(told, says)};
  auto script = [](stage* at, std::string all) -> task<void> {
    const auto whole = some_block(1);
    auto first = co_await at->greeted();
    auto second = co_await at->greeted();
    for (const char what : all) {
      co_await say(&first, what, whole);
      co_await say(&second, what, whole);
      auto pause = io::sleep_for(at->net(), 1s);
      static_cast<void>(co_await pause);
    }
  };
  on.play(script(&on, messages));
  return told;
}

}  // namespace

TEST_CASE("a transaction is passed to the adapter once, whoever sends it, and again after a while") {
  int told = 0;
  stage on{counting(told)};
  auto script = [](stage* at, int* count) -> task<void> {
    const auto tx = grin_transaction("two_outputs");
    auto first = co_await at->greeted();
    auto second = co_await at->greeted();
    co_await first.send(transaction{tx});
    co_await second.send(transaction{tx});
    co_await first.send(transaction{tx});
    const auto unasked = co_await heard(&second);
    CHECK(unasked == nothing);
    CHECK(*count == 1);
    CHECK(at->node->statistics().validations.validated == 1);
    CHECK(at->node->statistics().validations.ignored == 1);
    CHECK(at->node->statistics().validations.repeated == 2);
    // It is not requested either when others announce it.
    co_await second.send(transaction_kernel{tx->kernel_hash(0)});
    const auto still_unasked = co_await heard(&second);
    CHECK(still_unasked == nothing);
    first.close();
    second.close();
    auto pause = io::sleep_for(at->net(), 2 * integration::limits::application_filter_window);
    static_cast<void>(co_await pause);
    auto third = co_await at->greeted();
    co_await third.send(transaction{tx});
    static_cast<void>(co_await heard(&third));
    CHECK(*count == 2);
  };
  on.play(script(&on, &told));
}

TEST_CASE("a transaction submitted by the adapter is not passed back to it") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const auto tx = grin_transaction("two_outputs");
    auto peer = co_await at->greeted();
    at->node.submit(tx);
    co_await peer.send(transaction{tx});
    static_cast<void>(co_await heard(&peer));
    CHECK(at->node.received.empty());
    CHECK(at->node->statistics().validations.repeated == 1);
  };
  on.play(script(&on));
}

TEST_CASE("a stem transaction is passed to the adapter again when it is public") {
  std::vector<responder<bool>> kept;
  integration::adapter adapter;
  adapter.validate_tx = [&kept](const auto&, phase, responder<bool> to) { kept.push_back(std::move(to)); };
  stage on{std::move(adapter)};
  auto script = [](stage* at) -> task<void> {
    const auto tx = grin_transaction("two_outputs");
    auto peer = co_await at->greeted();
    co_await peer.send(stem_transaction{tx});
    static_cast<void>(co_await heard(&peer));
    co_await peer.send(transaction{tx});
    static_cast<void>(co_await heard(&peer));
    const std::vector expected{phase::stem, phase::fluff};
    CHECK(at->node.received == expected);
  };
  on.play(script(&on));
}

TEST_CASE("a transaction is new if one of its kernels is") {
  int told = 0;
  stage on{counting(told)};
  auto script = [](stage* at, int* count) -> task<void> {
    samples::draft parts = samples::some_draft(2);
    const auto whole = support::read_made_up<transaction>(samples::written(parts, 1000), 1000);
    parts.kernels.pop_back();
    const auto part = support::read_made_up<transaction>(samples::written(parts, 1000), 1000);
    auto peer = co_await at->greeted();
    co_await peer.send(part);
    co_await peer.send(whole);
    co_await peer.send(whole);
    co_await peer.send(part);
    static_cast<void>(co_await heard(&peer));
    CHECK(*count == 2);
  };
  on.play(script(&on, &told));
}

TEST_CASE("a header, its compact block and its block are passed to the adapter, but never less than it has") {
  CHECK(heard_of("hcb", validation_result::accept) == "hcb");
  CHECK(heard_of("hcb", validation_result::ignore) == "hcb");
  CHECK(heard_of("bch", validation_result::accept) == "b");
  CHECK(heard_of("chb", validation_result::accept) == "cb");
}

TEST_CASE("after a rejection the next copy is passed to the adapter: it may be valid") {
  CHECK(heard_of("h", validation_result::reject()) == "hh");
  CHECK(heard_of("b", validation_result::reject()) == "bb");
}

TEST_CASE("while the adapter validates, other copies wait, and one is passed to it only after a rejection") {
  slow_adapter adapter;
  stage on{adapter.as_adapter()};
  auto script = [](stage* at, slow_adapter* by) -> task<void> {
    const auto tx = grin_transaction("two_outputs");
    auto spoiler = co_await at->stranger();
    auto honest = co_await at->stranger();
    auto other = co_await at->stranger();
    co_await spoiler.send(transaction{tx});
    static_cast<void>(co_await heard(&spoiler));
    co_await honest.send(transaction{tx});
    static_cast<void>(co_await heard(&honest));
    co_await other.send(transaction{tx});
    static_cast<void>(co_await heard(&other));
    CHECK(by->brought.size() == 1);
    CHECK(at->node->statistics().adapter_calls.pending == 3);  // one is validated, two wait

    by->replies[0](validation_result::reject());
    REQUIRE(by->brought.size() == 2);
    CHECK(by->by[1] != by->by[0]);
    by->replies[1](validation_result::accept);
    CHECK(by->brought.size() == 2);
    CHECK(at->node->statistics().validations.rejected == 1);
    CHECK(at->node->statistics().validations.accepted == 1);
    CHECK(at->node->statistics().adapter_calls.pending == 0);
    CHECK(at->node->statistics().transactions.relayed == 0);  // all connected peers have sent it
  };
  on.play(script(&on, &adapter));
}

TEST_CASE("one unsolicited copy waits for each account, so that one sender does not take the places of others") {
  slow_adapter adapter;
  stage on{adapter.as_adapter()};
  auto script = [](stage* at, slow_adapter* by) -> task<void> {
    const auto tx = grin_transaction("two_outputs");
    auto spoiler = co_await at->greeted();
    co_await spoiler.send(transaction{tx});
    static_cast<void>(co_await heard(&spoiler));
    for (std::size_t n = 0; n != integration::limits::max_pending_copies + 3; ++n) {
      auto again = co_await at->greeted();
      co_await again.send(transaction{tx});
      static_cast<void>(co_await heard(&again));
    }
    auto honest = co_await at->stranger();
    co_await honest.send(transaction{tx});
    static_cast<void>(co_await heard(&honest));
    CHECK(at->node->statistics().adapter_calls.pending ==
          3);  // one is validated; one of the same sender and the honest one wait
    by->replies[0](validation_result::reject());
    by->replies[1](validation_result::reject());
    REQUIRE(by->brought.size() == 3);
    CHECK(by->by[2] > by->by[1]);
  };
  on.play(script(&on, &adapter));
}

TEST_CASE("a transaction accepted later is relayed, also when its sender has disconnected") {
  slow_adapter adapter;
  stage on{adapter.as_adapter()};
  auto script = [](stage* at, slow_adapter* by) -> task<void> {
    const auto tx = grin_transaction("two_outputs");
    auto peer = co_await at->greeted();
    co_await peer.send(transaction{tx});
    static_cast<void>(co_await heard(&peer));
    peer.close();
    auto other = co_await at->greeted();
    by->replies[0](validation_result::accept);
    const auto told = co_await other.expect<transaction_kernel>(2s);
    CHECK(told.kernel == tx->kernel_hash(0));
  };
  on.play(script(&on, &adapter));
}

TEST_CASE("a requested transaction is passed to the adapter even if it was before") {
  int told = 0;
  stage on{counting(told)};
  auto script = [](stage* at, int* count) -> task<void> {
    const auto tx = grin_transaction("two_outputs");
    auto asked = co_await at->greeted();
    auto pushy = co_await at->greeted();
    co_await asked.send(transaction_kernel{tx->kernel_hash(0)});
    static_cast<void>(co_await asked.expect<get_transaction>());
    at->node->tx_accepted(*tx);  // any result
    co_await asked.send(transaction{tx});
    co_await pushy.send(transaction{tx});
    static_cast<void>(co_await heard(&pushy));
    CHECK(*count == 1);
  };
  on.play(script(&on, &told));
}

TEST_CASE(
    "a peer whose transactions are rejected repeatedly is disconnected and discouraged; after a hard fault at once") {
  validation_result answer = validation_result::reject();
  integration::adapter adapter;
  adapter.transaction_received = [&answer](const auto&, auto, const auto&) { return answer; };
  stage on{std::move(adapter)};
  auto script = [](stage* at, validation_result* next_answer) -> task<void> {
    auto peer = co_await at->greeted();
    constexpr auto enough = static_cast<std::uint64_t>(limits::discouragement_score / limits::rejection_score) + 1;
    for (std::uint64_t i = 0; i != enough; ++i) co_await peer.send(transaction{support::some_transaction(i + 1)});
    const bool ended = co_await peer.closed(5s);
    CHECK(ended);
    CHECK(at->node->statistics().ban_manager.discouraged == 1);
    static_cast<void>(co_await io::sleep_for(at->net(), limits::min_refusal_time));

    *next_answer = validation_result::reject(wire::reason_for_ban::bad_block);
    auto liar = co_await at->greeted();
    co_await liar.send(transaction{support::some_transaction(50)});
    const ban_reason why = co_await liar.expect<ban_reason>();
    CHECK(why.reason == wire::reason_for_ban::bad_block);
    CHECK(at->node->statistics().ban_manager.discouraged == 2);
    CHECK(at->node->bans().empty());
  };
  on.play(script(&on, &answer));
}

TEST_CASE(
    "a rejection is reported before the next copy is passed to the adapter, and its completion called afterwards") {
  sim::world world{1};
  sim::runtime& net = world.add_machine().runtime();
  const peer::session_registry no_sessions;
  peer::logger log{net, {}, peer::log_level::error};
  peer::exception_boundary exceptions{no_sessions, log};
  peer::memory_budget memory;
  const auto dispatcher = std::make_shared<integration::loop_dispatcher>(net, 16);
  integration::adapter_calls calls{net, [dispatcher] { return dispatcher; }, exceptions, memory};
  integration::application_filter inventory{net, {integration::filter_options{}, {}}};

  std::vector<std::string> events;
  const auto note = [&events](const char* what, const peer_info& who) {
    events.push_back(what + (" " + std::to_string(who.id)));
  };
  integration::validator validator{inventory, calls,
                                   [&note](const peer_info& who, const auto&) { note("reported", who); }};
  std::vector<responder<validation_result>> replies;
  const integration::request_handler<validation_result(const peer_info& from)> handler{
      [&](const peer_info& from, responder<validation_result> to) {
        note("submitted", from);
        replies.push_back(std::move(to));
      }};
  const auto submit = [&](std::uint32_t id) {
    peer_info from;
    from.id = id;
    from.endpoint = {pappus::ip_address::v4(0x0a000000 + id), 3414};
    const wire::hash item{};
    validator.submit(
        handler, integration::adapter_method::block_received,
        integration::received_item{peer::inventory_type::block, std::span{&item, 1}, 100, false}, from,
        [&note](const peer_info& who, const auto&) { note("told", who); }, from);
  };
  submit(1);
  submit(2);
  replies[0](validation_result::reject());
  CHECK(events == std::vector<std::string>{"submitted 1", "reported 1", "submitted 2", "told 1"});
  replies[1](validation_result::accept);
  CHECK(events.back() == "told 2");
  CHECK(inventory.contains(peer::inventory_type::block, wire::hash{}));
}

}  // namespace bridge_validator_test
