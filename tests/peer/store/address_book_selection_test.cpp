// Addresses that the address book selects, to connect to or to send to peers.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include <pappus/peer/store/limits.hpp>

#include "peer/store/book_samples.hpp"

namespace store_address_book_selection_test {

using namespace std::chrono_literals;
using namespace samples;
using peer::address_book;
using peer::address_state;
using wire::peer_address;

namespace limits = pappus::peer::limits;

TEST_CASE("select chooses both tables with the same probability, whatever their sizes") {
  address_book book{key(1), true};
  try_many(book, 20);
  add_many(book, 1000, 3, somebody());
  int tried = 0;
  for (int i = 0; i < 2'000; ++i) tried += book.find(*book.select(start + 1h))->tried ? 1 : 0;
  CHECK(tried > 800);
  CHECK(tried < 1'200);
  for (int i = 0; i < 100; ++i) CHECK_FALSE(book.find(*book.select_new(start + 1h))->tried);
}

TEST_CASE("an empty book selects no address, one with a single address selects it, however bad it is") {
  address_book book{key(1), true};
  CHECK_FALSE(book.select(start).has_value());
  CHECK_FALSE(book.select_new(start).has_value());
  book.add(in_group(1, 1), somebody(), start);
  for (int i = 0; i < 20; ++i) {
    book.attempted(in_group(1, 1), start);
    book.failed(in_group(1, 1), start);
  }
  CHECK(book.select(start) == in_group(1, 1));
}

TEST_CASE("an address that failed, or was tried just now, is selected less often") {
  address_book book{key(1), true};
  try_many(book, 40);
  const auto all = book.list();
  for (std::size_t i = 0; i < 20; ++i) {
    for (int times = 0; times < 5; ++times) book.failed(all[i].address, start);
  }
  std::map<bool, int> picked;
  for (int i = 0; i < 4'000; ++i) ++picked[book.find(*book.select(start + 1h))->failures != 0];
  CHECK(picked[true] < picked[false] / 3);
  CHECK(picked[true] > 0);

  address_book rested{key(1), true};
  try_many(rested, 40, start);
  for (std::size_t i = 0; i < 20; ++i) rested.attempted(all[i].address, start + 1h);
  int just_now = 0;
  for (int i = 0; i < 1'000; ++i) just_now += rested.find(*rested.select(start + 1h))->last_try > start ? 1 : 0;
  CHECK(just_now < 100);
  just_now = 0;
  for (int i = 0; i < 1'000; ++i)
    just_now += rested.find(*rested.select(start + 1h + 1min, 30s))->last_try > start ? 1 : 0;
  CHECK(just_now > 400);
}

TEST_CASE("of a few addresses the one that fits is selected, in whichever table, however often it has failed") {
  for (const bool is_tried : {false, true}) {
    address_book book{key(1), true};
    try_many(book, 20);
    add_many(book, 20, 3, somebody());
    const auto all = book.list();
    const auto wanted_one = std::ranges::find(all, is_tried, &peer::address_info::tried)->address;
    for (int times = 0; times != 10; ++times) book.failed(wanted_one, start);
    const auto fits = [&wanted_one](const peer::address_info& each) { return each.address == wanted_one; };
    int selected = 0;
    for (int i = 0; i != 1'000; ++i) {
      const auto picked = book.select(start + 1h, limits::recent_dial_window, fits);
      if (!picked) continue;
      CHECK(*picked == wanted_one);
      ++selected;
    }
    CHECK(selected >= 980);
    CHECK(book.select_new(start + 1h, fits).has_value() == !is_tried);
  }
}

TEST_CASE("a selection of which nothing fits ends, and selects nothing") {
  address_book book{key(1), true};
  try_many(book, 300);
  std::size_t asked = 0;
  const auto none = [&asked](const peer::address_info&) { return ++asked == 0; };
  CHECK_FALSE(book.select(start + 1h, limits::recent_dial_window, none).has_value());
  CHECK(asked > 0);
  CHECK(asked <= limits::max_draws);
}

TEST_CASE("get_addresses returns different healthy addresses with all requested capabilities") {
  address_book book{key(1), true};
  try_many(book, 300);
  add_many(book, 100, 3, somebody());
  const auto sick = book.get_addresses(20, {}, start);
  for (const peer_address& each : sick) book.failed(each, start);
  const auto sample = book.get_addresses(256, wanted, start);
  CHECK(sample.size() == 256);
  CHECK(std::set<peer_address>(sample.begin(), sample.end()).size() == 256);
  for (const peer_address& each : sample) CHECK(book.find(each)->state() == address_state::healthy);
  CHECK(book.get_addresses(1000, wanted, start).size() == 280);
  CHECK(book.get_addresses(1000, wanted | wire::capability::block_hist, start).empty());
  CHECK(book.get_addresses(1000, wanted, start + limits::address_horizon + 1h).empty());
}

}  // namespace store_address_book_selection_test
