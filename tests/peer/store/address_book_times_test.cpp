// Addresses that expire, and clocks that are wrong or corrected.
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <doctest/doctest.h>

#include <pappus/peer/store/limits.hpp>

#include "peer/store/book_samples.hpp"

namespace store_address_book_times_test {

using namespace std::chrono_literals;
using namespace samples;
using peer::add_result;
using peer::address_book;
using wire::peer_address;

namespace limits = pappus::peer::limits;

TEST_CASE("an address that never responded, or was not announced for 14 days, is removed") {
  address_book book{key(1), true};
  for (std::uint32_t i = 0; i < 60'000; ++i) book.add(in_group(1, i), somebody(), start);
  const std::size_t full = book.size();
  const peer_address dead = book.list().front().address;
  for (std::uint32_t i = 0; i < limits::max_retries; ++i) {
    book.attempted(dead, start);
    book.failed(dead, start);
  }
  for (std::uint32_t i = 0; i < 60'000; ++i) book.add(in_group(1, i), somebody(), start + 1h);
  CHECK(book.find(dead) == nullptr);
  CHECK(book.size() <= full);

  book.expire(1'000'000, start + limits::address_horizon + 1min);
  CHECK(book.size() <= 1);  // the address that replaced the dead one was announced later
  book.expire(1'000'000, start + limits::address_horizon + 2h);
  CHECK(book.size() == 0);
  const auto counted = book.statistics();
  CHECK(counted.stale == counted.adds[add_result::added]);
  CHECK(counted.adds.total() == 120'000);
}

TEST_CASE("an address that is announced every day is kept, and updated once a day") {
  address_book book{key(1), true};
  book.add(in_group(1, 1), somebody(), start);
  static_cast<void>(book.drain_changes());
  for (int day = 0; day < 30; ++day) {
    for (int hour = 0; hour < 24; ++hour) book.add(in_group(1, 1), somebody(), start + day * 24h + hour * 1h);
    CHECK(book.drain_changes().updated.size() == (day == 0 ? 0 : 1));
    book.expire(10, start + day * 24h);
  }
  CHECK(book.size() == 1);
}

TEST_CASE("a clock at either end of its range, or one that steps back, is handled") {
  address_book book{key(1), true};
  for (const io::wall_time now : {io::wall_time{}, start, io::wall_time{1ms}, io::wall_time{100'000h}, start}) {
    book.add(in_group(1, 1), somebody(), now);
    book.attempted(in_group(1, 1), now);
    book.succeeded(in_group(1, 1), wanted, "", now);
    book.failed(in_group(1, 1), now);
    book.disconnected(in_group(1, 1), now);
    static_cast<void>(book.select_tried_collision(now));
    CHECK(book.select(now).has_value());
    CHECK(book.get_addresses(10, {}, now).size() <= 1);
    book.expire(0, now);
  }
  CHECK(book.size() == 1);
}

TEST_CASE("adjust_times keeps the age of each address, and times that were never set") {
  address_book book{key(1), true};
  try_many(book, 50);
  add_many(book, 50, 1, somebody(), start + 24h);
  static_cast<void>(book.drain_changes());
  for (const auto by : {400 * 24h, -800 * 24h}) {
    const auto before = book.list();
    book.adjust_times(by);
    CHECK(book.changes() == before.size());
    const auto after = book.drain_changes().updated;
    CHECK(after.size() == before.size());
    for (const peer::address_info& each : before) {
      const peer::address_info& moved = *book.find(each.address);
      CHECK(moved.last_seen == each.last_seen + by);
      CHECK(moved.last_try == (each.last_try == io::wall_time{} ? io::wall_time{} : each.last_try + by));
      CHECK(moved.last_success == (each.last_success == io::wall_time{} ? io::wall_time{} : each.last_success + by));
    }
  }
  const io::wall_time now = start - 400 * 24h;
  book.expire(100'000, now + limits::address_horizon);
  CHECK(book.size() > 90);
  book.expire(100'000, now + limits::address_horizon + 2 * 24h);
  CHECK(book.size() == 0);
}

}  // namespace store_address_book_times_test
