// What peers are told of the chain, and what they tell.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/grin_data.hpp>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/session/limits.hpp>

namespace handlers_chain_handler_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::conduit;
using support::grin_message;
using support::noise;
using support::scripted_peer;
using support::simulated_node;
using support::stage;

namespace {

template <wire::message Message>
wire::bytes written(const Message& message) {
  return wire::encode(message, wire::latest_version).value();
}

/// Whether a question is answered with `expected`, and nothing else with nothing.
template <wire::message Question, wire::message Answer>
void check_answered(integration::adapter above, const Question& asked, const Answer& expected,
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
  stage knowing{std::move(above)};
  knowing.play(script(&knowing, asked, wire::encode(expected, {version}).value(), true, version));
  stage ignorant;
  ignorant.play(script(&ignorant, asked, {}, false, version));
}

}  // namespace

TEST_CASE("a block is given to who asks for it by its hash") {
  const auto there = grin_message<block>("full");
  integration::adapter above;
  above.get_block = [&there](const wire::hash& id) { return id == there.value->hash() ? there.value : nullptr; };
  check_answered(above, get_block{there.value->hash()}, there);
  check_answered(above, get_block{there.value->hash()}, there, 3);
}

TEST_CASE("a block without what everybody has is given to who asks for it by its hash") {
  const auto there = grin_message<compact_block>("full");
  integration::adapter above;
  above.get_compact_block = [&there](const wire::hash& id) {
    return id == there.value->hash() ? there.value : nullptr;
  };
  check_answered(above, get_compact_block{there.value->hash()}, there);
}

TEST_CASE("a version that cannot read a block's inputs gets no answer, and its session goes on") {
  const auto there = grin_message<block>("full");
  integration::adapter above;
  above.get_block = [&there](const wire::hash&) { return there.value; };
  stage on{std::move(above)};
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

TEST_CASE("headers follow the locator's hashes as the host finds them; none at all is no answer") {
  const auto there = grin_message<headers>("512");
  get_headers question;
  question.locator = {there.values[7].hash(), there.values[3].hash()};
  integration::adapter above;
  above.locate_headers = [&there](std::span<const wire::hash> locator) {
    CHECK(locator.size() == 2);
    return there.values;
  };
  check_answered(above, question, there);

  above.locate_headers = [](std::span<const wire::hash>) { return std::vector<wire::header>{}; };
  stage on{std::move(above)};
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

TEST_CASE("each of the four kinds of segments is given to who asks for it") {
  const auto check = []<class Question, class Answer>(std::optional<Answer> there, auto find) {
    integration::adapter above;
    above.*find = [&there](const Question& asked) {
      return asked.block == there->block && asked.id == there->segment.id() ? there : std::nullopt;
    };
    check_answered(above, Question{there->block, there->segment.id()}, *there);
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

TEST_CASE("an archive is read and sent piece by piece, with what is queued meanwhile behind it") {
  constexpr std::size_t size = 2'000'000;
  txhashset_archive said;
  said.height = 720;
  said.bytes = size;
  io::stream_ptr content;
  integration::adapter above;
  above.txhashset_read = [&](const txhashset_request& asked) -> std::optional<peer::archive> {
    CHECK(asked.height == 777);
    peer::archive opened;
    opened.description = said;
    opened.content = std::move(content);
    return opened;
  };
  stage on{std::move(above)};
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
  on.play(script(&on, &content, said));
}

TEST_CASE("an archive that turns out shorter than announced ends the session, and an idle peer is no slow reader") {
  io::stream_ptr content;
  integration::adapter above;
  above.txhashset_read = [&](const txhashset_request&) -> std::optional<peer::archive> {
    peer::archive opened;
    opened.description.bytes = 1000;
    opened.content = std::move(content);
    return opened;
  };
  stage on{std::move(above)};
  auto script = [](stage* at, io::stream_ptr* given) -> task<void> {
    auto peer = co_await at->greeted();
    conduit disk = co_await conduit::make(at->node.net(), {at->node.endpoint().address, 99});
    *given = std::move(disk.out);
    co_await peer.send(txhashset_request{});
    static_cast<void>(co_await peer.expect<txhashset_archive>());
    static_cast<void>(co_await disk.in->write_all(noise(999)));
    for (int i = 0; i != 6; ++i) {  // packing takes its time
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

TEST_CASE("news of headers and blocks go to the host, with the peer they came from") {
  std::vector<wire::bytes> heard;
  std::vector<std::uint64_t> from;
  integration::adapter above;
  above.header_received = [&](const wire::header& said, const peer::peer_info& by) {
    heard.push_back(written(header{said}));
    from.push_back(by.id);
    return peer::validation_result::ignore;
  };
  above.compact_block_received = [&](const wire::compact_block_ptr& said, const peer::peer_info& by) {
    heard.push_back(written(compact_block{said}));
    from.push_back(by.id);
    return peer::validation_result::ignore;
  };
  above.block_received = [&](const wire::block_ptr& said, const peer::peer_info& by) {
    heard.push_back(written(block{said}));
    from.push_back(by.id);
    return peer::validation_result::ignore;
  };
  stage on{std::move(above)};
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    co_await peer.send(grin_message<header>("primary_31"));
    co_await peer.send(grin_message<compact_block>("full"));
    co_await peer.send(grin_message<block>("full"));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
  };
  on.play(script(&on));
  CHECK(heard == std::vector{written(grin_message<header>("primary_31")), written(grin_message<compact_block>("full")),
                             written(grin_message<block>("full"))});
  CHECK(from == std::vector<std::uint64_t>{1, 1, 1});
  CHECK(on.node->statistics().chain.received == 3);
}

TEST_CASE("whoever puts a proof of work under another header keeps nobody from being heard of the true one") {
  std::vector<wire::bytes> heard;
  integration::adapter above;
  above.header_received = [&heard](const wire::header& said, const peer::peer_info&) {
    heard.push_back(written(header{said}));
    return peer::validation_result::ignore;
  };
  above.block_received = [&heard](const wire::block_ptr& said, const peer::peer_info&) {
    heard.push_back(written(block{said}));
    return peer::validation_result::ignore;
  };
  const auto whole = grin_message<block>("full");
  const header true_one{whole.value->header()};
  wire::bytes forged = written(true_one);
  forged.at(82) ^= std::byte{1};  // in one of its roots
  const auto false_one = wire::decode<header>(
      forged, {wire::latest_version, wire::chain_parameters_for(wire::chain_type::usernet).limits});
  REQUIRE(false_one.has_value());
  REQUIRE(false_one->value.hash() == true_one.value.hash());
  stage on{std::move(above)};
  auto script = [](stage* at, header spoilt, header sound, block all) -> task<void> {
    auto liar = co_await at->greeted();
    auto peer = co_await at->greeted();
    co_await liar.send(spoilt);
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    co_await peer.send(sound);
    co_await peer.send(all);
    co_await peer.send(sound);
    co_await liar.send(spoilt);
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
  };
  on.play(script(&on, *false_one, true_one, whole));
  CHECK(heard == std::vector{forged, written(true_one), written(whole)});
}

namespace {

/// In seconds since 1970, by the clock of a node.
std::int64_t time_at(stage& at, std::chrono::seconds ahead) {
  return std::chrono::floor<std::chrono::seconds>(at.node.net().wall_clock() + ahead).time_since_epoch().count();
}

}  // namespace

TEST_CASE("news from more than five minutes ahead of our clock are not taken, and who brings them is not at fault") {
  std::vector<wire::hash> told;
  std::vector<std::string> said;
  integration::adapter above;
  above.header_received = [&](const wire::header& heard, const peer::peer_info&) {
    told.push_back(heard.hash());
    return peer::validation_result::accept;
  };
  above.compact_block_received = [&](const wire::compact_block_ptr& heard, const peer::peer_info&) {
    told.push_back(heard->hash());
    return peer::validation_result::accept;
  };
  above.block_received = [&](const wire::block_ptr& heard, const peer::peer_info&) {
    told.push_back(heard->hash());
    return peer::validation_result::accept;
  };
  above.log = [&said](const peer::log_line& line) {
    if (line.text.find("ahead of this machine's clock") != line.text.npos) said.push_back(line.text);
  };
  stage on{std::move(above)};
  std::vector<wire::hash> taken;
  auto script = [](stage* at, std::vector<wire::hash>* sound) -> task<void> {
    auto peer = co_await at->greeted();
    std::uint64_t seed = 0;
    for (const auto ahead : {0s, 295s, 310s, 600s, std::chrono::seconds{400 * 24h}}) {
      const std::int64_t time = time_at(*at, ahead);
      const wire::header alone = support::some_header(++seed, time);
      const wire::block_ptr whole = support::some_block(++seed, 1000, time);
      const wire::compact_block_ptr part = support::compact(*support::some_block(++seed, 1000, time));
      if (ahead < 300s) sound->insert(sound->end(), {alone.hash(), whole->hash(), part->hash()});
      co_await peer.send(header{alone});
      co_await peer.send(block{whole});
      co_await peer.send(compact_block{part});
    }
    co_await peer.send(ping{});
    static_cast<void>(co_await peer.expect<pong>());
  };
  on.play(script(&on, &taken));
  CHECK(told == taken);
  CHECK(on.node->peers().size() == 0);  // the script's peer has left by itself
  CHECK(on.node.disconnected == std::vector<std::string>{"closed_by_peer"});
  CHECK(on.node->statistics().ban_manager.discouraged == 0);
  CHECK(on.node->statistics().clock.early_headers == 9);
  CHECK(on.node->statistics().chain.received == 15);
  CHECK(said.size() == 1);  // once an hour
}

TEST_CASE("what is malformed is a fault all the same, whatever its time") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    wire::bytes body = written(header{support::some_header(1, time_at(*at, 1h))});
    body.pop_back();
    co_await peer.send_frame(header::code, body);
    const bool closed = co_await peer.closed(5s);
    CHECK(closed);
  };
  on.play(script(&on));
  REQUIRE(on.node.disconnected.size() == 1);
  CHECK(on.node.disconnected[0].starts_with("bad_message: header"));
}

TEST_CASE("an answer from the future is none, and headers are taken up to the first of them") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const std::uint64_t id = at->node->peers().at(0).id;

    const wire::block_ptr early = support::some_block(1, 1000, time_at(*at, 1h));
    std::optional<std::error_code> why;
    at->node->request(id, get_block{early->hash()}, [&why](const auto& answer) { why = answer.error(); });
    static_cast<void>(co_await peer.expect<get_block>());
    co_await peer.send(block{early});
    co_await peer.send(ping{});
    static_cast<void>(co_await peer.expect<pong>());
    CHECK(why == peer::request_error::from_future);

    headers many;
    for (std::uint64_t n = 0; n != 100; ++n) {
      many.values.push_back(support::some_header(100 + n, time_at(*at, std::chrono::seconds{n < 40 ? 0 : 1'000})));
    }
    std::vector<wire::hash> taken;
    std::optional<std::size_t> count;
    const auto take = [&taken](std::span<const wire::header> some) {
      CHECK_FALSE(some.empty());
      for (const wire::header& each : some) taken.push_back(each.hash());
    };
    at->node->request(id, peer::headers_request{{}, take}, [&count](const auto& answer) { count = *answer; });
    static_cast<void>(co_await peer.expect<get_headers>());
    co_await peer.send(many);
    co_await peer.send(ping{});
    static_cast<void>(co_await peer.expect<pong>());
    CHECK(count == 40);
    REQUIRE(taken.size() == 40);
    for (std::size_t n = 0; n != 40; ++n) CHECK(taken[n] == many.values[n].hash());
    CHECK(at->node->statistics().clock.early_headers == 2);
  };
  on.play(script(&on));
  CHECK(on.node->statistics().ban_manager.discouraged == 0);
}

namespace {

/// One answer of any size a minute.
node_config answering_once_a_minute() {
  node_config config = support::simulated_config();
  config.upload_limits.bytes = grin_message<block>("full").value->raw_bytes().size();
  config.upload_limits.interval = 1min;
  return config;
}

/// Stays for so long, and says a word when the node wants to hear one; gives how many blocks came.
task<std::size_t> blocks_within(scripted_peer* from, io::duration length) {
  std::size_t count = 0;
  for (const io::time_point until = from->now() + length; from->now() < until;) {
    const auto got = co_await from->receive(until - from->now());
    if (!got) break;
    count += got->code == block::code ? 1 : 0;
    if (got->code == ping::code) co_await from->send(pong{});
  }
  co_return count;
}

integration::adapter with_a_block() {
  integration::adapter above;
  above.get_block = [](const wire::hash&) { return grin_message<block>("full").value; };
  return above;
}

}  // namespace

TEST_CASE(
    "the questions of a peer that has had its share of answers wait until there is more, those of others do not") {
  stage on{with_a_block(), {}, answering_once_a_minute()};
  sim::machine& elsewhere = on.world.add_machine();
  auto script = [](stage* at, sim::machine* other) -> task<void> {
    auto greedy = co_await at->greeted();
    get_block question;
    co_await greedy.send(question);
    static_cast<void>(co_await greedy.expect<block>(1s));
    const io::time_point since = at->net().now();
    co_await greedy.send(question);
    co_await greedy.send(ping{});
    const auto next = co_await greedy.receive(1s);
    REQUIRE(next.has_value());
    CHECK(int{next->code} == int{pong::code});
    auto modest = co_await scripted_peer::dial(other->runtime(), at->node.endpoint());
    static_cast<void>(co_await modest.greet(modest.good_hand()));
    co_await modest.send(question);
    static_cast<void>(co_await modest.expect<block>(1s));
    static_cast<void>(co_await greedy.expect<block>(25s));
    CHECK(at->net().now() - since < 2s);  // a frame takes a little more than the block alone
    CHECK(at->node->statistics().sessions.postponed == 1);
    CHECK(at->node->statistics().chain.quota_exceeded == 0);
  };
  on.play(script(&on, &elsewhere));
}

TEST_CASE("to connect again is not to start over, and neighbours wait in turn: none of them is punished") {
  stage on{with_a_block(), {}, answering_once_a_minute()};
  auto script = [](stage* at) -> task<void> {
    get_block question;
    const io::time_point since = at->net().now();
    auto neighbour = co_await at->greeted();
    for (int i = 0; i != 3; ++i) {
      auto again = co_await at->greeted();
      co_await again.send(question);
      if (i == 0) static_cast<void>(co_await again.expect<block>(1s));
    }
    auto last = co_await at->greeted();
    co_await last.send(question);
    co_await neighbour.send(question);
    std::size_t blocks = 0;
    while (blocks < 2 && at->net().now() - since < 150s) {
      blocks += co_await blocks_within(&last, 5s);
      blocks += co_await blocks_within(&neighbour, 5s);
    }
    CHECK(blocks == 2);
    CHECK(at->net().now() - since > 50s);
    CHECK(at->node->statistics().ban_manager.discouraged == 0);
    CHECK(at->node->peers().size() == 2);
  };
  on.play(script(&on));
}

TEST_CASE("whoever has had all answers of its address itself and lets too many more questions wait is sent away") {
  stage on{with_a_block(), {}, answering_once_a_minute()};
  auto script = [](stage* at) -> task<void> {
    auto neighbour = co_await at->greeted();
    auto greedy = co_await at->greeted();
    get_block question;
    for (std::size_t i = 0; i != 3 + peer::limits::max_postponed_requests; ++i) co_await greedy.send(question);
    const bool ended = co_await greedy.closed(5s);
    CHECK(ended);
    CHECK(at->node.disconnected == std::vector<std::string>{"too_many: answers"});
    for (std::size_t i = 0; i != 1 + peer::limits::max_postponed_requests; ++i) co_await neighbour.send(question);
    co_await neighbour.send(ping{});
    static_cast<void>(co_await neighbour.expect<pong>(5s));
    CHECK(at->node->statistics().chain.quota_exceeded == 2);
    CHECK(at->node->statistics().sessions.requests_dropped == 2);
    CHECK(at->node->statistics().ban_manager.discouraged == 0);
  };
  on.play(script(&on));
}

TEST_CASE("answers that a host gives later count, too: what must not be given then is asked for again") {
  std::vector<integration::responder<wire::block_ptr>> asked;
  integration::adapter above;
  above.get_block = [&asked](const wire::hash&, integration::responder<wire::block_ptr> answer) {
    asked.push_back(answer);
  };
  stage on{std::move(above), {}, answering_once_a_minute()};
  auto script = [](stage* at, std::vector<integration::responder<wire::block_ptr>>* open) -> task<void> {
    auto peer = co_await at->greeted();
    for (int i = 0; i != 3; ++i) co_await peer.send(get_block{});
    std::size_t within_a_minute = 0;
    std::size_t blocks = 0;
    for (int second = 0; second != 125; ++second) {
      for (const auto& each : std::exchange(*open, {})) each(grin_message<block>("full").value);
      blocks += co_await blocks_within(&peer, 1s);
      if (second == 30) within_a_minute = blocks;
    }
    CHECK(within_a_minute == 2);  // the second for what a frame takes more than its block
    CHECK(blocks == 3);
    CHECK(at->node->statistics().sessions.postponed >= 2);
  };
  on.play(script(&on, &asked));
}

TEST_CASE("a peer gets one archive in two hours, also when it connects again") {
  integration::adapter above;
  above.txhashset_read = [](const txhashset_request&) -> std::optional<peer::archive> {
    peer::archive empty;
    empty.description.bytes = 0;
    return empty;
  };
  stage on{std::move(above)};
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

}  // namespace handlers_chain_handler_test
