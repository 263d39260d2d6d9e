// An address book restored from stored addresses.
#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>

#include "peer/store/book_samples.hpp"

namespace store_address_book_restore_test {

using namespace std::chrono_literals;
using namespace samples;
using peer::address_book;

TEST_CASE("stored times that are out of range or in the future are not used") {
  address_book book{key(1), true};
  for (const io::wall_time when : {io::wall_time::min(), io::wall_time::max(), start + 1h}) {
    peer::address_info stored;
    stored.address = in_group(1, 1);
    stored.source = somebody();
    stored.last_seen = stored.last_try = stored.last_success = when;
    book.restore(stored, start);
    const peer::address_info* const info = book.find(stored.address);
    REQUIRE(info != nullptr);
    for (const io::wall_time each : {info->last_seen, info->last_try, info->last_success}) {
      CHECK(each >= io::wall_time{});
      CHECK(each <= start);
    }
    book.expire(10, start + 400 * 24h);
    CHECK(book.size() == 0);
  }
}

TEST_CASE("a book restored from its own addresses equals the original") {
  address_book book{key(1), true};
  try_many(book, 200);
  add_many(book, 300, 5, somebody());
  for (std::uint32_t i = 0; i < 50; ++i) book.failed(in_group(i, 1), start);
  address_book again{key(1), true};
  for (const auto& each : book.list()) again.restore(each, start + 1h);
  CHECK(again.list() == book.list());
  CHECK(again.tried() == book.tried());
  CHECK(again.drain_changes().empty());
}

TEST_CASE("addresses stored under another key, twice, or with times in the future are restored where they fit") {
  address_book book{key(1), true};
  try_many(book, 2'000);
  address_book other{key(9), true};
  for (int twice = 0; twice < 2; ++twice) {
    for (peer::address_info each : book.list()) {
      each.last_seen = start + 100h * 24;
      other.restore(each, start);
    }
  }
  CHECK(other.size() > 1'900);
  CHECK(other.size() <= book.size());
  for (const auto& each : other.list()) REQUIRE(each.last_seen == start);
  const auto lost = other.drain_changes();
  CHECK(lost.dropped.size() >= book.size() - other.size());
}

}  // namespace store_address_book_restore_test
