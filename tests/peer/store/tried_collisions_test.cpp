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

/// Two addresses with the same position in the tried table: the holder, which is in it, and the claimant.
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

TEST_CASE("when an address collides with a tried one, the tried one is tested first") {
  SUBCASE("it responds: it stays, and the other remains in the new table") {
    address_book book{key(2), true};
    const rivals two = make_rivals(book);
    book.succeeded(two.holder, wanted, "", start + 5h);
    CHECK(book.find(two.holder)->tried);
    CHECK_FALSE(book.find(two.claimant)->tried);
  }
  SUBCASE("it does not respond: the other replaces it, and it moves to the new table") {
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
  SUBCASE("it is not tested in time: the other replaces it") {
    address_book book{key(2), true};
    const rivals two = make_rivals(book);
    static_cast<void>(book.select_tried_collision(start + 5h + limits::tried_collision_timeout));
    CHECK(book.find(two.claimant)->tried);
  }
  SUBCASE("it responded recently: it is not tested") {
    address_book book{key(2), true};
    const rivals two = make_rivals(book);
    book.succeeded(two.holder, wanted, "", start + 5h);
    book.succeeded(two.claimant, wanted, "", start + 8h);
    CHECK_FALSE(book.select_tried_collision(start + 8h).has_value());
    CHECK_FALSE(book.find(two.claimant)->tried);
  }
}

}  // namespace store_tried_collisions_test
