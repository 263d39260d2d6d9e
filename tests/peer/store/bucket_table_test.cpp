// The table of buckets of an address book.
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include <doctest/doctest.h>

#include <pappus/peer/store/bucket_table.hpp>

namespace store_bucket_table_test {

using pappus::peer::bucket_position;
using pappus::peer::bucket_table;

TEST_CASE("a table has an entry at its position until it is cleared") {
  bucket_table table{16};
  std::map<std::pair<int, int>, std::uint32_t> plain;
  std::uint32_t state = 3;
  const auto draw = [&state](std::uint32_t bound) {
    return (state = state * 1'664'525 + 1'013'904'223) / 65'536 % bound;
  };
  for (std::uint32_t step = 0; step < 50'000; ++step) {
    const bucket_position where{static_cast<std::uint16_t>(draw(16)), static_cast<std::uint8_t>(draw(64))};
    const std::pair<int, int> key{where.bucket, where.position};
    const auto there = table.at(where);
    REQUIRE(there.has_value() == plain.contains(key));
    if (there) {
      REQUIRE(*there == plain.at(key));
      table.clear(where);
      plain.erase(key);
    } else if (draw(3) != 0 || plain.empty()) {
      table.put(where, step);
      plain[key] = step;
    }
    REQUIRE(table.size() == plain.size());
    if (plain.empty()) continue;
    const auto picked = table.select(std::uint64_t{draw(65'536)} << 16 | draw(65'536));
    bool listed = false;
    for (const auto& each : plain) listed = listed || each.second == picked;
    REQUIRE(listed);
  }
}

TEST_CASE("each bucket with entries is selected with the same probability, however full") {
  bucket_table table{8};
  for (std::uint8_t i = 0; i < 64; ++i) table.put({2, i}, 1);
  table.put({5, 40}, 2);
  int of_the_full = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) of_the_full += table.select(i * 0x9e3779b97f4a7c15) == 1 ? 1 : 0;
  CHECK(of_the_full > 4'500);
  CHECK(of_the_full < 5'500);
}

}  // namespace store_bucket_table_test
