// Selection of addresses that peers in several netgroups have advertised.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include <doctest/doctest.h>

#include "book_samples.hpp"

namespace store_address_book_advertised_test {

using namespace samples;
using namespace std::chrono_literals;

namespace {

struct advertised_book {
  peer::address_book book{peer::keyed_hash::key{}, true};
  std::vector<std::uint64_t> groups{0x5000, 0x5001, 0x5002};  // no sample's

  void add(const wire::peer_address& address, std::size_t sources) {
    book.add(address, somebody(), start);
    for (std::size_t i = 0; i != sources; ++i) book.advertised(address, groups[i]);
  }
  /// Each address, and how often it is selected in `draws` of them.
  std::map<wire::peer_address, std::size_t> select(std::size_t min, std::size_t draws) {
    std::map<wire::peer_address, std::size_t> times;
    for (std::size_t i = 0; i != draws; ++i) {
      if (const auto selected = book.select_advertised(min)) ++times[*selected];
    }
    return times;
  }
};

}  // namespace

TEST_CASE("only addresses that so many of the netgroups have advertised are selected") {
  advertised_book on;
  for (std::uint32_t i = 0; i != 4; ++i) on.add(in_group(i, 1), i);
  for (std::size_t min = 1; min != 4; ++min) {
    const auto times = on.select(min, 200);
    CHECK(times.size() == 4 - min);
    for (const auto& [address, count] : times) CHECK(address >= in_group(static_cast<std::uint32_t>(min), 1));
  }
  CHECK(on.select(4, 1).empty());
}

TEST_CASE("what was advertised in a netgroup is forgotten with it, and nothing else") {
  advertised_book on;
  for (std::uint32_t i = 1; i != 4; ++i) on.add(in_group(i, 1), i);
  on.book.forget_advertised(on.groups[1]);
  CHECK(on.select(3, 1).empty());
  CHECK(on.select(2, 100).size() == 1);
  CHECK(on.select(1, 200).size() == 3);
}

TEST_CASE("each netgroup counts for itself, as many as there are at a time") {
  advertised_book on;
  on.add(in_group(1, 1), 0);
  for (int round = 0; round != 3; ++round) {
    for (std::uint64_t i = 0; i != 64; ++i) {
      on.book.advertised(in_group(1, 1), 0x5000 + i);
      CHECK(on.select(i + 1, 1).size() == 1);
    }
    for (std::uint64_t i = 0; i != 64; ++i) on.book.forget_advertised(0x5000 + i);
    CHECK(on.select(1, 1).empty());
  }
}

TEST_CASE("what a netgroup says often counts once, and what it says of itself does not count") {
  advertised_book on;
  on.add(in_group(1, 1), 1);
  for (int i = 0; i != 10; ++i) on.book.advertised(in_group(1, 1), on.groups[0]);
  on.book.advertised(in_group(1, 1), in_group(1, 2).ip.netgroup());
  CHECK(on.select(1, 1).size() == 1);
  CHECK(on.select(2, 1).empty());
}

TEST_CASE("what was advertised of an address that has left the book is gone with it") {
  advertised_book on;
  on.add(in_group(1, 1), 3);
  on.book.expire(10, start + 15 * 24h);
  CHECK(on.book.find(in_group(1, 1)) == nullptr);
  on.book.add(in_group(1, 1), somebody(), start + 15 * 24h);
  CHECK(on.select(1, 1).empty());
}

TEST_CASE("each netgroup is selected as often as another, however many addresses it has") {
  advertised_book on;
  for (std::uint32_t i = 0; i != 50; ++i) on.add(in_group(1, i), 3);
  for (std::uint32_t group = 2; group != 5; ++group) on.add(in_group(group, 1), 3);
  std::size_t crowded = 0;
  const auto times = on.select(3, 4'000);
  for (const auto& [address, count] : times) {
    if (address.ip.netgroup() == in_group(1, 1).ip.netgroup()) crowded += count;
  }
  CHECK(times.size() > 20);
  CHECK(crowded > 850);  // a quarter, five standard deviations around
  CHECK(crowded < 1'150);
}

TEST_CASE("an address whose last dial has failed is selected only if there is no other") {
  advertised_book on;
  on.add(in_group(1, 1), 3);
  on.add(in_group(2, 1), 3);
  on.book.failed(in_group(1, 1), start);
  const auto times = on.select(3, 50);
  CHECK(times.size() == 1);
  CHECK(times.contains(in_group(2, 1)));
  on.book.failed(in_group(2, 1), start);
  CHECK(on.select(3, 50).size() == 2);
}

}  // namespace store_address_book_advertised_test
