// Raw bytes behind a frame, taken from the frame assembler.
#include <cstddef>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include "wire/frame_samples.hpp"

namespace frame_assembler_unframed_test {

using namespace frame_samples;

TEST_CASE("raw bytes behind a frame can be taken, and the next frame follows them") {
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

TEST_CASE("bytes that were already assembled as frames cannot be taken as raw bytes") {
  frame_assembler assembler{usernet_rules()};
  const bytes sent = whole({{messages::error::code, {}}, {messages::ping::code, bytes(16)}});
  feed_copy(assembler, sent, nullptr);
  REQUIRE(assembler.next().value().has_value());
  CHECK_THROWS_AS(static_cast<void>(assembler.take_unframed(5)), std::logic_error);
}

}  // namespace frame_assembler_unframed_test
