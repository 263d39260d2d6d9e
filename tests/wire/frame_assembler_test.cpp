// The frame assembler gives the same frames however their bytes are cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include "wire/frame_samples.hpp"

namespace frame_assembler_test {

using namespace frame_samples;

TEST_CASE("frames that are complete in a piece are returned without a copy") {
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

TEST_CASE("the frames are the same for every cut of their bytes, and no memory is kept") {
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

TEST_CASE("bytes fed one by one give the same frames") {
  const auto frames = some_frames(11, 30);
  frame_assembler assembler{usernet_rules()};
  std::vector<sample> seen;
  for (const std::byte one : whole(frames)) feed_copy(assembler, {&one, 1}, &seen);
  CHECK(seen == visible(frames));
  CHECK(assembler.capacity() == 0);
}

TEST_CASE("frames are returned in order, whatever the pieces and whenever next is called") {
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
      // Sometimes only one frame is taken.
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

TEST_CASE("complete frames that were not taken count as unread, an incomplete one does not") {
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

TEST_CASE("bytes_missing counts for a header, for a body, and for a body that is skipped") {
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

TEST_CASE("a frame of an unknown type is returned at its header, and its body is not kept") {
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

TEST_CASE("an invalid header ends the assembler after the frames before it, for good") {
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

TEST_CASE("a declared length allocates nothing") {
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

TEST_CASE("misuse throws std::logic_error") {
  const bytes all = whole({{messages::ping::code, bytes(16)}});
  frame_assembler assembler{usernet_rules()};
  CHECK_THROWS_AS(assembler.commit(1), std::logic_error);
  assembler.feed(all);
  CHECK_THROWS_AS(assembler.feed(all), std::logic_error);
  assembler.detach();
  CHECK_NOTHROW(assembler.feed(all));
}

TEST_CASE("unfinished gives the part of an incomplete frame that has arrived") {
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

}  // namespace frame_assembler_test
