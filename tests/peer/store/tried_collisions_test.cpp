// Addresses that collide in the tried table: the one there is tested first.
#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>

#include <pappus/peer/store/limits.hpp>

#include "peer/store/book_samples.hpp"

namespace store_tried_collisions_test {

using namespace std::chrono_literals;
using namespace samples;
using peer::address_book;
using wire::peer_address;

namespace limits = pappus::peer::limits;

namespace {

/// Two addresses whose places among the tried ones are the same in a book with that key, both in it: the first holds
/// the place, the second claims it.
struct rivals {
  peer_address holder;
  peer_address claimant;
};

rivals make_rivals(address_book& book) {
  try_many(book, 2'000);
  for (std::uint32_t i = 0;; ++i) {
    const peer_address newcomer = in_group(2'500 + i, i);
    book.succeeded(newcomer, wanted, "", start + 5h);
    if (const auto holder = book.select_tried_collision(start + 5h)) return {*holder, newcomer};
  }
}

}  // namespace

TEST_CASE("where a newcomer claims the place of a tried address, that one is tested first") {
  SUBCASE("it answers: it stays, and the newcomer waits among the new ones") {
    address_book book{key(2), true};
    const rivals two = make_rivals(book);
    book.succeeded(two.holder, wanted, "", start + 5h);
    CHECK(book.find(two.holder)->tried);
    CHECK_FALSE(book.find(two.claimant)->tried);
  }
  SUBCASE("it does not: the newcomer has its place, and it is not forgotten") {
    address_book book{key(2), true};
    const rivals two = make_rivals(book);
    CHECK(book.statistics().tried_collisions == 1);
    book.failed(two.holder, start + 5h);
    CHECK(book.statistics().tried_collisions == 0);
    CHECK(book.statistics().displaced == 1);
    CHECK(book.find(two.claimant)->tried);
    REQUIRE(book.find(two.holder) != nullptr);
    CHECK_FALSE(book.find(two.holder)->tried);
  }
  SUBCASE("nobody tests it in time: the newcomer has its place") {
    address_book book{key(2), true};
    const rivals two = make_rivals(book);
    static_cast<void>(book.select_tried_collision(start + 5h + limits::tried_collision_timeout));
    CHECK(book.find(two.claimant)->tried);
  }
  SUBCASE("it answered not long ago: it is spared the test") {
    address_book book{key(2), true};
    const rivals two = make_rivals(book);
    book.succeeded(two.holder, wanted, "", start + 5h);
    book.succeeded(two.claimant, wanted, "", start + 8h);
    CHECK_FALSE(book.select_tried_collision(start + 8h).has_value());
    CHECK_FALSE(book.find(two.claimant)->tried);
  }
}

}  // namespace store_tried_collisions_test
