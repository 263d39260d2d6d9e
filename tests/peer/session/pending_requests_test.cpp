// What a node asks its peers, and how it is answered: in full, late, wrongly, or never.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/grin_data.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/session/limits.hpp>

#include "peer/session/outcome.hpp"

namespace session_pending_requests_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using peer::request_error;
using support::grin_message;
using support::scripted_peer;
using support::stage;

namespace {

template <wire::message Message>
wire::bytes written(const Message& message) {
  return wire::encode(message, wire::latest_version).value();
}

/// Asks, answers as asked and otherwise, and sees the right answer arrive at who asked.
template <peer::peer_request Request>
void check_asked_and_answered(const Request& request, const peer::response_to<Request>& right,
                              const std::vector<peer::response_to<Request>>& wrong) {
  CAPTURE(Request::name);
  stage on;
  auto script = [](stage* at, Request asked, peer::response_to<Request> fits,
                   std::vector<peer::response_to<Request>> others) -> task<void> {
    scripted_peer peer = co_await at->greeted();
    outcome<Request> got;
    at->node->request(the_peer, asked, got.handler());
    const auto heard = co_await peer.expect<Request>();
    CHECK(heard == asked);
    for (auto& each : others) co_await peer.send(std::move(each));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    CHECK(got.calls == 0);
    co_await peer.send(fits);
    co_await peer.send(fits);  // what comes again is not asked for any more
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    REQUIRE(got.calls == 1);
    REQUIRE(got.given->has_value());
    CHECK(written(**got.given) == written(fits));
    CHECK(at->node->peers().size() == 1);
  };
  on.play(script(&on, request, right, wrong));
}

}  // namespace

TEST_CASE("each question is answered by its answer alone, once") {
  const auto whole = grin_message<block>("full");
  check_asked_and_answered(get_block{whole.value->hash()}, whole, {grin_message<block>("genesis")});
  const auto compact = grin_message<compact_block>("full");
  check_asked_and_answered(get_compact_block{compact.value->hash()}, compact, {grin_message<compact_block>("genesis")});
  check_asked_and_answered(get_peer_addrs{wire::capability::peer_list}, grin_message<peer_addrs>("v4"), {});

  const auto check_segment = []<class Request, class Response>(const Response& right, const Response& other_segment) {
    Response other_block = right;
    other_block.block.raw[0] ^= std::byte{1};
    check_asked_and_answered(Request{right.block, right.segment.id()}, right, {other_segment, other_block});
  };
  check_segment.operator()<get_output_segment>(grin_message<output_segment>("whole"),
                                               grin_message<output_segment>("last"));
  check_segment.operator()<get_range_proof_segment>(grin_message<range_proof_segment>("whole"),
                                                    grin_message<range_proof_segment>("last"));
  check_segment.operator()<get_kernel_segment>(grin_message<kernel_segment>("whole"),
                                               grin_message<kernel_segment>("last"));
  const auto bitmap = grin_message<output_bitmap_segment>("mixed");
  auto elsewhere = bitmap;
  elsewhere.block.raw[0] ^= std::byte{1};
  check_asked_and_answered(get_output_bitmap_segment{bitmap.block, bitmap.segment.id()}, bitmap, {elsewhere});
}

TEST_CASE("a question that nobody answers fails when its time is up, and when the session ends") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const io::time_point start = at->net().now();
    outcome<get_block> late;
    at->node->request(the_peer, get_block{}, late.handler());
    while (late.calls == 0) {
      co_await peer.send(ping{});  // alive, but without an answer
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    }
    CHECK(late.failed_with(request_error::timed_out));
    CHECK(at->net().now() - start >= peer::limits::response_timeout);
    CHECK(at->net().now() - start <= peer::limits::response_timeout + 2s);

    outcome<get_block> cut;
    at->node->request(the_peer, get_block{}, cut.handler());
    peer.close();
    static_cast<void>(co_await io::sleep_for(at->net(), 5s));
    CHECK(cut.failed_with(request_error::disconnected));
  };
  on.play(script(&on));
}

TEST_CASE("a question to nobody, one too many, and one nobody could read fail at once") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    outcome<get_block> nobody;
    at->node->request(77, get_block{}, nobody.handler());
    CHECK(nobody.calls == 0);  // never before the call has returned
    static_cast<void>(co_await io::sleep_for(at->net(), 1ms));
    CHECK(nobody.failed_with(request_error::no_such_peer));

    auto peer = co_await at->greeted();
    outcome<peer::headers_request> long_one;
    at->node->request(the_peer, peer::headers_request{std::vector<wire::hash>(21), {}}, long_one.handler());
    static_cast<void>(co_await io::sleep_for(at->net(), 1ms));
    CHECK(long_one.failed_with(request_error::unwritable));

    std::vector<outcome<get_block>> all(peer::limits::max_pending_requests + 1);
    for (auto& each : all) at->node->request(the_peer, get_block{}, each.handler());
    static_cast<void>(co_await io::sleep_for(at->net(), 1ms));
    CHECK(all.back().failed_with(request_error::too_many));
    CHECK(std::ranges::count(all, 0, &outcome<get_block>::calls) == peer::limits::max_pending_requests);
    CHECK(at->node->statistics().queues.pending_requests == peer::limits::max_pending_requests);
    at->node->disconnect(at->node->peers().at(0).endpoint);
    static_cast<void>(co_await io::sleep_for(at->net(), 5s));
    CHECK(std::ranges::count(all, 1, &outcome<get_block>::calls) == peer::limits::max_pending_requests + 1);
  };
  on.play(script(&on));
  const auto counted = on.node->statistics().sessions.requests;
  CHECK(counted.answered == 0);
  CHECK(counted.unanswered[request_error::no_such_peer] == 1);
  CHECK(counted.unanswered[request_error::unwritable] == 1);
  CHECK(counted.unanswered[request_error::too_many] == 1);
  CHECK(counted.unanswered[request_error::disconnected] == peer::limits::max_pending_requests);
}

TEST_CASE("asked with co_await, a question gives the answer or why there is none") {
  stage on;
  auto asking = [](stage* at, wire::hash id, bool* done) -> task<void> {
    const auto answer = co_await at->node->request(the_peer, get_block{id});
    REQUIRE(answer.has_value());
    CHECK(answer->value->hash() == id);
    const auto nobody = co_await at->node->request(99, get_block{id});
    CHECK(nobody.error() == request_error::no_such_peer);
    *done = true;
  };
  auto script = [](stage* at, auto ask) -> task<void> {
    auto peer = co_await at->greeted();
    const auto there = grin_message<block>("full");
    bool done = false;
    auto both = [](scope& beside, stage* stage, auto start, wire::messages::block said, scripted_peer* as,
                   bool* ended) -> task<void> {
      beside.spawn(start(stage, said.value->hash(), ended));
      static_cast<void>(co_await as->template expect<get_block>());
      co_await as->send(said);
    };
    co_await with_scope(both, at, ask, there, &peer, &done);
    CHECK(done);
  };
  on.play(script(&on, asking));
}

TEST_CASE("headers are handed on in batches while their message is still arriving") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const auto said = grin_message<headers>("512");
    const auto frame =
        wire::grin_messages::encode(said, wire::chain_parameters_for(wire::chain_type::usernet), wire::latest_version)
            .value();
    std::vector<wire::header> got;
    std::vector<std::size_t> batches;
    outcome<peer::headers_request> ended;
    peer::headers_request request{{said.values[0].prev_hash()}, [&](std::span<const wire::header> batch) {
                                    got.insert(got.end(), batch.begin(), batch.end());
                                    batches.push_back(batch.size());
                                  }};
    at->node->request(the_peer, std::move(request), ended.handler());
    static_cast<void>(co_await peer.expect<get_headers>());
    const auto half = static_cast<std::ptrdiff_t>(frame.size() / 2);
    co_await peer.send_bytes({frame.begin(), frame.begin() + half});
    static_cast<void>(co_await io::sleep_for(at->net(), 5s));
    CHECK(got.size() >= 224);
    CHECK(got.size() <= 256);
    CHECK(ended.calls == 0);
    co_await peer.send_bytes({frame.begin() + half, frame.end()});
    static_cast<void>(co_await io::sleep_for(at->net(), 5s));
    REQUIRE(ended.calls == 1);
    CHECK(ended.given->value() == peer::headers_response{512});
    CHECK(got == said.values);
    CHECK(batches == std::vector<std::size_t>(16, peer::limits::headers_batch_size));
  };
  on.play(script(&on));
}

TEST_CASE("no headers at all is an answer, and headers that nobody asked for are not looked at") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    co_await peer.send_frame(headers::code, wire::bytes(1000));  // not even a batch
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    outcome<peer::headers_request> ended;
    int batches = 0;
    const auto count = [&batches](std::span<const wire::header>) { ++batches; };
    at->node->request(the_peer, peer::headers_request{{}, count}, ended.handler());
    static_cast<void>(co_await peer.expect<get_headers>());
    co_await peer.send(headers{});
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    REQUIRE(ended.calls == 1);
    CHECK(ended.given->value() == peer::headers_response{});
    CHECK(batches == 0);
    CHECK(at->node->peers().size() == 1);
  };
  on.play(script(&on));
}

TEST_CASE("a fault in a batch ends the session when it arrives, after the headers before it") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    auto body = written(grin_message<headers>("512"));
    const std::size_t each = (body.size() - 2) / 512;
    body[2 + 40 * each + 1] = std::byte{9};  // the version of the 41st
    outcome<peer::headers_request> ended;
    std::size_t got = 0;
    at->node->request(the_peer,
                      peer::headers_request{{}, [&got](std::span<const wire::header> batch) { got += batch.size(); }},
                      ended.handler());
    static_cast<void>(co_await peer.expect<get_headers>());
    const std::size_t declared = body.size();
    body.resize(100 * each);  // the rest never comes
    co_await peer.send_frame(headers::code, std::move(body), declared);
    const bool closed = co_await peer.closed(5s);
    CHECK(closed);
    CHECK(got == 32);
    CHECK(ended.failed_with(request_error::disconnected));
    CHECK(at->node.disconnected.at(0).starts_with("bad_message: headers.headers[40].version"));
  };
  on.play(script(&on));
}

TEST_CASE("a peer that owes a segment may be silent for as long as it may take, and no longer") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    static_cast<void>(co_await io::sleep_for(at->net(), peer::limits::idle_timeout - 5s));
    outcome<get_kernel_segment> ended;
    at->node->request(the_peer, get_kernel_segment{}, ended.handler());
    static_cast<void>(co_await io::sleep_for(at->net(), peer::limits::response_timeout - 5s));
    CHECK(at->node->peers().size() == 1);
    const io::time_point start = at->net().now();
    const bool closed = co_await peer.closed(10min);
    CHECK(closed);
    CHECK(at->net().now() - start < 10s);
    CHECK(ended.calls == 1);
  };
  on.play(script(&on));
}

}  // namespace session_pending_requests_test
