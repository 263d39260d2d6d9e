// Large frames are read directly into the buffer of the frame assembler.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include "wire/frame_samples.hpp"

namespace frame_assembler_direct_reads_test {

using namespace frame_samples;

TEST_CASE("a large frame is read directly into a buffer that grows with it and ends at its end") {
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

TEST_CASE("a buffer from prepare may be filled in part or not at all") {
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

TEST_CASE("prepare gives no buffer for a small frame, between frames, or while a piece is borrowed") {
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

}  // namespace frame_assembler_direct_reads_test
