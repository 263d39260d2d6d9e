// Requests for blocks, headers and segments, answered by the adapter.
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/grin_data.hpp>
#include <support/stage.hpp>

namespace handlers_chain_requests_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::grin_message;
using support::stage;

namespace {

/// Checks that a request is answered with `expected`, and not answered by an adapter without functions.
template <wire::message Question, wire::message Answer>
void check_answered(integration::adapter adapter, const Question& asked, const Answer& expected,
                    std::uint32_t version = 1000) {
  CAPTURE(Question::name);
  auto script = [](stage* at, Question question, wire::bytes body, bool known, std::uint32_t at_version) -> task<void> {
    auto peer = co_await at->greeted(at_version);
    co_await peer.send(std::move(question));
    co_await peer.send(ping{});
    std::vector<wire::bytes> answers;
    for (bool ponged = false; !ponged;) {
      auto got = co_await peer.receive();
      REQUIRE(got.has_value());
      if (got->code == Answer::code) answers.push_back(got->body);
      ponged = got->code == pong::code;
    }
    CHECK(answers == std::vector<wire::bytes>(known ? 1 : 0, body));
    CHECK(at->node->statistics().chain.requests == 1);
    CHECK(at->node->statistics().chain.answered == (known ? 1 : 0));
  };
  stage with_content{std::move(adapter)};
  with_content.play(script(&with_content, asked, wire::encode(expected, {version}).value(), true, version));
  stage without_content;
  without_content.play(script(&without_content, asked, {}, false, version));
}

}  // namespace

TEST_CASE("a request for a block by its hash is answered with the block") {
  const auto there = grin_message<block>("full");
  integration::adapter adapter;
  adapter.get_block = [&there](const wire::hash& id) { return id == there.value->hash() ? there.value : nullptr; };
  check_answered(adapter, get_block{there.value->hash()}, there);
  check_answered(adapter, get_block{there.value->hash()}, there, 3);
}

TEST_CASE("a request for a compact block by its hash is answered with it") {
  const auto there = grin_message<compact_block>("full");
  integration::adapter adapter;
  adapter.get_compact_block = [&there](const wire::hash& id) {
    return id == there.value->hash() ? there.value : nullptr;
  };
  check_answered(adapter, get_compact_block{there.value->hash()}, there);
}

TEST_CASE("a peer whose version cannot represent a block's inputs gets no response, and its session stays open") {
  const auto there = grin_message<block>("full");
  integration::adapter adapter;
  adapter.get_block = [&there](const wire::hash&) { return there.value; };
  stage on{std::move(adapter)};
  auto script = [](stage* at, wire::hash id) -> task<void> {
    auto peer = co_await at->greeted(2);
    co_await peer.send(get_block{id});
    co_await peer.send(ping{});
    static_cast<void>(co_await peer.expect<pong>());
    CHECK(at->node->statistics().chain.requests == 1);
    CHECK(at->node->statistics().chain.answered == 0);
  };
  on.play(script(&on, there.value->hash()));
}

TEST_CASE(
    "a request for headers is answered with those the adapter finds for the locator; with none there is no response") {
  const auto there = grin_message<headers>("512");
  get_headers question;
  question.locator = {there.values[7].hash(), there.values[3].hash()};
  integration::adapter adapter;
  adapter.locate_headers = [&there](std::span<const wire::hash> locator) {
    CHECK(locator.size() == 2);
    return there.values;
  };
  check_answered(adapter, question, there);

  adapter.locate_headers = [](std::span<const wire::hash>) { return std::vector<wire::header>{}; };
  stage on{std::move(adapter)};
  auto script = [](stage* at, get_headers asked) -> task<void> {
    auto peer = co_await at->greeted();
    co_await peer.send(std::move(asked));
    for (;;) {
      const auto got = co_await peer.receive(1s);
      if (!got) break;
      CHECK(got->code == ping::code);
    }
    CHECK(at->node->statistics().chain.answered == 0);
  };
  on.play(script(&on, question));
}

TEST_CASE("requests for each of the four kinds of segments are answered") {
  const auto check = []<class Question, class Answer>(std::optional<Answer> there, auto find) {
    integration::adapter adapter;
    adapter.*find = [&there](const Question& asked) {
      return asked.block == there->block && asked.id == there->segment.id() ? there : std::nullopt;
    };
    check_answered(adapter, Question{there->block, there->segment.id()}, *there);
  };
  using integration::adapter;
  check.operator()<get_output_bitmap_segment>(std::optional{grin_message<output_bitmap_segment>("mixed")},
                                              &adapter::get_output_bitmap_segment);
  check.operator()<get_output_segment>(std::optional{grin_message<output_segment>("whole")},
                                       &adapter::get_output_segment);
  check.operator()<get_range_proof_segment>(std::optional{grin_message<range_proof_segment>("last")},
                                            &adapter::get_range_proof_segment);
  check.operator()<get_kernel_segment>(std::optional{grin_message<kernel_segment>("whole")},
                                       &adapter::get_kernel_segment);
}

}  // namespace handlers_chain_requests_test
