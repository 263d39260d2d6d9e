// The assembler under every cut, with its memory watched after every call.
#include <algorithm>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/frame_assembler.hpp>
#include <pappus/wire/grin_messages.hpp>

#include "wire/samples.hpp"

namespace frame_assembler_test {

using namespace samples;

namespace {

const frame_rules& usernet_rules() { return grin_messages::rules(chain_type::usernet); }
const frame_rules& mainnet_rules() { return grin_messages::rules(chain_type::mainnet); }

constexpr std::uint8_t unknown_code = 200;
constexpr std::uint8_t transaction_code = messages::transaction::code;

struct sample {
  std::uint8_t code;
  bytes body;
};

bool operator==(const sample& left, const sample& right) { return left.code == right.code && left.body == right.body; }

bytes whole(const std::vector<sample>& frames, chain_type network = chain_type::usernet) {
  bytes all;
  for (const sample& one : frames) {
    const auto header = write_frame_header(chain_parameters_for(network).magic, {one.code, one.body.size()});
    all.insert(all.end(), header.begin(), header.end());
    all.insert(all.end(), one.body.begin(), one.body.end());
  }
  return all;
}

std::vector<sample> some_frames(std::uint64_t seed, std::size_t count) {
  numbers random{seed};
  std::vector<sample> frames;
  for (std::size_t i = 0; i < count; ++i) {
    switch (random.below(4)) {
      case 0: frames.push_back({messages::ping::code, random.raw(16)}); break;
      case 1: frames.push_back({messages::error::code, {}}); break;
      case 2: frames.push_back({unknown_code, random.raw(random.below(300))}); break;
      default: frames.push_back({transaction_code, random.raw(random.below(3000))});
    }
  }
  return frames;
}

// What a peer should see of frames: those of unknown types without their bodies.
std::vector<sample> visible(std::vector<sample> frames) {
  for (sample& one : frames) {
    if (one.code == unknown_code) one.body.clear();
  }
  return frames;
}

void check_bound(const frame_assembler& assembler) {
  REQUIRE(assembler.capacity() <= 2 * assembler.buffered() + limits::max_buffer_slack);
  REQUIRE((assembler.buffered() > 0 || assembler.capacity() == 0));
}

// Takes every frame there is.
void drain(frame_assembler& assembler, std::vector<sample>& seen) {
  while (true) {
    const auto got = assembler.next();
    REQUIRE(got.has_value());
    check_bound(assembler);
    if (!*got) return;
    const frame& one = **got;
    CHECK(one.known == (one.header.code != unknown_code));
    if (one.known) CHECK(one.body.size() == one.header.length);
    seen.push_back({one.header.code, bytes(one.body.begin(), one.body.end())});
  }
}

// Hands over a copy that dies at once, so that a view kept too long is found by the sanitizers.
void feed_copy(frame_assembler& assembler, bytes_view piece, std::vector<sample>* seen) {
  const bytes copy(piece.begin(), piece.end());
  assembler.feed(copy);
  if (seen != nullptr) drain(assembler, *seen);
  assembler.detach();
  check_bound(assembler);
}

}  // namespace

TEST_CASE("frames that lie whole in a piece are handed out where they lie") {
  const bytes all = whole({{messages::ping::code, bytes(16)}, {transaction_code, bytes(5000)}});
  frame_assembler assembler{usernet_rules()};
  assembler.feed(all);
  const auto first = assembler.next();
  REQUIRE(first.value());
  CHECK((*first)->body.data() == all.data() + frame_header::size);
  const auto second = assembler.next();
  REQUIRE(second.value());
  CHECK((*second)->body.data() == all.data() + 2 * frame_header::size + 16);
  CHECK((*second)->body.size() == 5000);
  CHECK_FALSE(assembler.next().value());
  CHECK(assembler.capacity() == 0);
}

TEST_CASE("whatever the pieces, the same frames come out, and no memory stays") {
  const auto frames = some_frames(7, 12);
  const bytes all = whole(frames);
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    frame_assembler assembler{usernet_rules()};
    std::vector<sample> seen;
    feed_copy(assembler, bytes_view{all}.first(cut), &seen);
    feed_copy(assembler, bytes_view{all}.subspan(cut), &seen);
    REQUIRE(seen == visible(frames));
    REQUIRE(assembler.capacity() == 0);
    REQUIRE(assembler.bytes_missing() == 0);
  }
}

TEST_CASE("bytes that come one by one make the same frames") {
  const auto frames = some_frames(11, 30);
  frame_assembler assembler{usernet_rules()};
  std::vector<sample> seen;
  for (const std::byte one : whole(frames)) feed_copy(assembler, {&one, 1}, &seen);
  CHECK(seen == visible(frames));
  CHECK(assembler.capacity() == 0);
}

TEST_CASE("frames nobody asks for wait in order, whatever the pieces and whenever they are asked for") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    numbers random{seed};
    const auto frames = some_frames(seed, 25);
    const bytes all = whole(frames);
    frame_assembler assembler{usernet_rules()};
    std::vector<sample> seen;
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random.below(1500), all.size() - at);
      feed_copy(assembler, bytes_view{all}.subspan(at, size), random.below(3) == 0 ? &seen : nullptr);
      at += size;
      // Sometimes just one is asked for.
      if (random.below(2) == 0) {
        const auto got = assembler.next();
        check_bound(assembler);
        if (*got) seen.push_back({(*got)->header.code, bytes((*got)->body.begin(), (*got)->body.end())});
      }
    }
    drain(assembler, seen);
    REQUIRE(seen == visible(frames));
    REQUIRE(assembler.capacity() == 0);
  }
}

TEST_CASE("whole frames not asked for count as unread, an unfinished one does not") {
  const bytes ping = whole({{messages::ping::code, bytes(16)}});
  bytes all = whole({{messages::ping::code, bytes(16)}, {unknown_code, bytes(500)}, {messages::ping::code, bytes(16)}});
  all.insert(all.end(), ping.begin(), ping.begin() + 20);
  frame_assembler assembler{usernet_rules()};
  assembler.feed(all);
  assembler.detach();
  CHECK(assembler.unread() == 27 + 11 + 27);
  CHECK(assembler.buffered() == 27 + 11 + 27 + 20);
  CHECK(assembler.bytes_missing() == 7);
  CHECK((*assembler.next())->header.code == messages::ping::code);
  CHECK(assembler.unread() == 11 + 27);
  CHECK((*assembler.next())->header.length == 500);
  CHECK(assembler.unread() == 27);
  CHECK((*assembler.next())->header.code == messages::ping::code);
  CHECK(assembler.unread() == 0);
  CHECK_FALSE(assembler.next().value());
  CHECK(assembler.buffered() == 20);
}

TEST_CASE("what is missing is told for a header, a body and a body passed over") {
  const bytes all = whole({{messages::ping::code, bytes(16)}});
  frame_assembler assembler{usernet_rules()};
  CHECK(assembler.bytes_missing() == 0);
  feed_copy(assembler, bytes_view{all}.first(4), nullptr);
  CHECK(assembler.bytes_missing() == 7);
  feed_copy(assembler, bytes_view{all}.subspan(4, 7), nullptr);
  CHECK(assembler.bytes_missing() == 16);
  feed_copy(assembler, bytes_view{all}.subspan(11), nullptr);
  CHECK(assembler.bytes_missing() == 0);
  CHECK(assembler.next().value());

  const bytes unknown = whole({{unknown_code, bytes(100)}});
  feed_copy(assembler, bytes_view{unknown}.first(31), nullptr);
  CHECK(assembler.bytes_missing() == 80);
}

TEST_CASE("a frame of an unknown type is told of at its header and its body never held") {
  const auto header = write_frame_header(chain_parameters_for(chain_type::mainnet).magic, {unknown_code, 5'000'000});
  frame_assembler assembler{mainnet_rules()};
  assembler.feed(header);
  const auto got = assembler.next();
  REQUIRE(got.value());
  CHECK_FALSE((*got)->known);
  CHECK((*got)->header.code == unknown_code);
  CHECK((*got)->header.length == 5'000'000);
  CHECK((*got)->body.empty());
  const bytes block(50'000);
  for (int i = 0; i < 100; ++i) {
    assembler.feed(block);
    assembler.detach();
    REQUIRE(assembler.capacity() == 0);
  }
  const bytes ping = whole({{messages::ping::code, bytes(16)}}, chain_type::mainnet);
  assembler.feed(ping);
  CHECK((*assembler.next())->header.code == messages::ping::code);
}

TEST_CASE("a wrong header ends it after the frames before it, in place or kept, and for good") {
  const bytes good = whole({{messages::ping::code, bytes(16)}, {messages::pong::code, bytes(16)}});
  for (const char* hex : {"613d030000000000000010", "492b030000000000000041", "492bc80000000000ffffff"}) {
    const bytes bad = from_hex(hex);
    bytes all = good;
    all.insert(all.end(), bad.begin(), bad.end());
    all.insert(all.end(), good.begin(), good.end());
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
      for (const bool asking : {false, true}) {
        frame_assembler assembler{usernet_rules()};
        std::vector<std::uint8_t> seen;
        const auto ask = [&assembler, &seen] {
          while (true) {
            const auto got = assembler.next();
            if (!got || !*got) return got.has_value();
            seen.push_back((*got)->header.code);
          }
        };
        assembler.feed(bytes_view{all}.first(cut));
        if (asking) ask();
        assembler.detach();
        assembler.feed(bytes_view{all}.subspan(cut));
        assembler.detach();
        CHECK_FALSE(ask());
        CHECK_FALSE(ask());
        REQUIRE(seen == std::vector<std::uint8_t>{messages::ping::code, messages::pong::code});
        REQUIRE(assembler.capacity() == 0);
        assembler.feed(good);
        assembler.detach();
        CHECK(assembler.buffered() == 0);
        CHECK(assembler.prepare().empty());
        CHECK_FALSE(assembler.next().has_value());
      }
    }
  }
}

TEST_CASE("a declared length takes no memory") {
  const auto header =
      write_frame_header(chain_parameters_for(chain_type::mainnet).magic, {transaction_code, 5'000'000});
  frame_assembler assembler{mainnet_rules()};
  assembler.feed(header);
  CHECK_FALSE(assembler.next().value());
  assembler.detach();
  CHECK(assembler.capacity() <= 2 * header.size());
  CHECK(assembler.prepare().empty());
  CHECK(assembler.bytes_missing() == 5'000'000);
}

TEST_CASE("a large frame is read into a tail that grows with it and ends where it ends") {
  numbers random{3};
  const std::vector<sample> frames{{transaction_code, random.raw(5'000'000)}, {messages::ping::code, random.raw(16)}};
  const bytes all = whole(frames, chain_type::mainnet);
  frame_assembler assembler{mainnet_rules()};
  std::vector<sample> seen;
  std::size_t direct = 0;
  std::size_t reads = 0;
  for (std::size_t at = 0; at < all.size(); ++reads) {
    const auto room = assembler.prepare();
    check_bound(assembler);
    REQUIRE(assembler.capacity() <= 2 * at + limits::max_buffer_slack);
    if (room.empty()) {
      const std::size_t size = std::min<std::size_t>(65'536, all.size() - at);
      feed_copy(assembler, bytes_view{all}.subspan(at, size), &seen);
      at += size;
    } else {
      const std::size_t size = std::min(room.size(), all.size() - at);
      REQUIRE(size == room.size());
      std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(at), size, room.begin());
      assembler.commit(size);
      drain(assembler, seen);
      at += size;
      direct += size;
    }
  }
  CHECK(seen == frames);
  CHECK(direct > 4'900'000);
  CHECK(reads < 20);
  CHECK(assembler.capacity() == 0);
}

TEST_CASE("a tail filled in part, or not at all, does no harm") {
  numbers random{5};
  const std::vector<sample> frames{{transaction_code, random.raw(300'000)}, {messages::ping::code, random.raw(16)}};
  const bytes all = whole(frames, chain_type::mainnet);
  frame_assembler assembler{mainnet_rules()};
  std::vector<sample> seen;
  for (std::size_t at = 0; at < all.size();) {
    const auto room = assembler.prepare();
    std::size_t size = 1 + random.below(9000);
    if (room.empty() || random.below(3) == 0) {
      size = std::min(size, all.size() - at);
      feed_copy(assembler, bytes_view{all}.subspan(at, size), &seen);
    } else {
      size = std::min(size, room.size());
      std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(at), size, room.begin());
      assembler.commit(size);
      check_bound(assembler);
      drain(assembler, seen);
    }
    at += size;
  }
  CHECK(seen == frames);
}

TEST_CASE("there is no tail for a small frame, between frames, or while a piece is lent") {
  frame_assembler assembler{mainnet_rules()};
  CHECK(assembler.prepare().empty());
  const bytes small = whole({{transaction_code, bytes(2 * limits::min_direct_read - 100)}}, chain_type::mainnet);
  feed_copy(assembler, bytes_view{small}.first(limits::min_direct_read + 50), nullptr);
  CHECK(assembler.prepare().empty());
  feed_copy(assembler, bytes_view{small}.subspan(limits::min_direct_read + 50), nullptr);
  CHECK(assembler.next().value());

  const bytes large = whole({{transaction_code, bytes(100'000)}}, chain_type::mainnet);
  feed_copy(assembler, bytes_view{large}.first(50'000), nullptr);
  CHECK_FALSE(assembler.prepare().empty());
  assembler.feed(bytes_view{large}.subspan(50'000, 10));
  CHECK(assembler.prepare().empty());
}

TEST_CASE("misuse is thrown at whoever misuses it") {
  const bytes all = whole({{messages::ping::code, bytes(16)}});
  frame_assembler assembler{usernet_rules()};
  CHECK_THROWS_AS(assembler.commit(1), std::logic_error);
  assembler.feed(all);
  CHECK_THROWS_AS(assembler.feed(all), std::logic_error);
  assembler.detach();
  CHECK_NOTHROW(assembler.feed(all));
}

TEST_CASE("a frame that is arriving can be looked at, as far as it is there") {
  const bytes body = numbers{5}.raw(1000);
  const bytes sent = whole({{messages::error::code, {}}, {transaction_code, body}});
  frame_assembler assembler{usernet_rules()};
  std::vector<sample> seen;
  const std::size_t start = 2 * frame_header::size;
  for (std::size_t arrived = 0; arrived < sent.size(); ++arrived) {
    const auto unfinished = assembler.unfinished();
    REQUIRE(unfinished.has_value() == (arrived >= start));
    if (unfinished) {
      CHECK(unfinished->header.code == transaction_code);
      CHECK(unfinished->header.length == body.size());
      CHECK(std::ranges::equal(unfinished->body, bytes_view{body}.first(arrived - start)));
    }
    feed_copy(assembler, bytes_view{sent}.subspan(arrived, 1), &seen);
  }
  CHECK_FALSE(assembler.unfinished().has_value());
}

TEST_CASE("bytes behind a frame can be taken as what they are, and the next frame follows them") {
  const sample announced{messages::txhashset_archive::code, bytes(48)};
  const sample next{messages::ping::code, bytes(16)};
  const bytes raw = numbers{6}.raw(100);
  bytes sent = whole({announced});
  sent.insert(sent.end(), raw.begin(), raw.end());
  const bytes last = whole({next});
  sent.insert(sent.end(), last.begin(), last.end());

  for (std::size_t cut = 1; cut < sent.size(); ++cut) {
    frame_assembler assembler{usernet_rules()};
    std::vector<sample> seen;
    bytes taken;
    const auto take = [&] {
      const bytes_view got = assembler.take_unframed(raw.size() - taken.size());
      taken.insert(taken.end(), got.begin(), got.end());
    };
    for (const bytes& piece : {bytes(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(cut)),
                               bytes(sent.begin() + static_cast<std::ptrdiff_t>(cut), sent.end())}) {
      assembler.feed(piece);
      if (seen.empty()) {
        const auto got = assembler.next();
        REQUIRE(got.has_value());
        if (*got) seen.push_back({(**got).header.code, bytes((**got).body.begin(), (**got).body.end())});
      }
      if (!seen.empty() && taken.size() < raw.size()) take();
      if (taken.size() == raw.size()) drain(assembler, seen);
      assembler.detach();
      check_bound(assembler);
    }
    CHECK(taken == raw);
    CHECK(seen == std::vector{announced, next});
  }
}

TEST_CASE("bytes that were kept as frames before the frame in front of them was asked for are no others'") {
  frame_assembler assembler{usernet_rules()};
  const bytes sent = whole({{messages::error::code, {}}, {messages::ping::code, bytes(16)}});
  feed_copy(assembler, sent, nullptr);
  REQUIRE(assembler.next().value().has_value());
  CHECK_THROWS_AS(static_cast<void>(assembler.take_unframed(5)), std::logic_error);
}

}  // namespace frame_assembler_test
