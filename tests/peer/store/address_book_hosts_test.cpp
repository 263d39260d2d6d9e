// The address book: addresses that stand for names.
#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include "peer/store/book_samples.hpp"

namespace store_address_book_hosts_test {

using namespace std::chrono_literals;
using namespace samples;
using peer::add_result;
using peer::address_book;

TEST_CASE("an address that stands for a name is in the book only with the name, and only after it was dialed") {
  for (const bool on_internet : {true, false}) {
    address_book book{key(1), on_internet};
    const auto [address, name] = onion(1);
    CHECK(book.add(address, somebody(), start) == add_result::refused);
    book.succeeded(address, wanted, "MW/Test", start);
    CHECK(book.size() == 0);
    book.succeeded(address, wanted, "MW/Test", start, name);
    REQUIRE(book.find(address) != nullptr);
    CHECK(book.find(address)->tried);
    CHECK(book.hosts().at(address) == name);
    CHECK(book.add(address, somebody(), start + 100h) == add_result::refused);
    CHECK(book.find(address)->last_seen == start);
  }
}

TEST_CASE("a name is not kept with an address of its own") {
  address_book book{key(1), true};
  book.succeeded(in_group(1, 1), wanted, "MW/Test", start, onion(1).name);
  CHECK(book.size() == 1);
  CHECK(book.hosts().empty());
}

TEST_CASE("an address that stands for a name is dialed again, and advertised to no peer") {
  address_book book{key(1), true};
  const auto [address, name] = onion(1);
  book.succeeded(address, wanted, "MW/Test", start, name);
  CHECK(book.select(start + 1h) == address);
  CHECK(book.get_addresses(10, {}, start + 1h).empty());
}

TEST_CASE("names are among the changes, and restored with their addresses") {
  address_book book{key(1), true};
  for (const auto& [address, name] : {onion(1), onion(2)}) book.succeeded(address, wanted, "MW/Test", start, name);
  const auto changes = book.drain_changes();
  CHECK(changes.updated.size() == 2);
  CHECK(changes.hosts == std::vector{onion(1), onion(2)});
  address_book again{key(1), true};
  again.restore(onion(1));
  for (const peer::address_info& each : book.list()) again.restore(each, start + 1h);
  CHECK(again.size() == 1);
  CHECK(again.hosts().size() == 1);
  CHECK(again.find(onion(1).address)->tried);
  CHECK(again.drain_changes().dropped == std::vector{onion(2).address});
}

TEST_CASE("a name leaves the book with its address") {
  address_book book{key(1), true};
  book.succeeded(onion(1).address, wanted, "MW/Test", start, onion(1).name);
  static_cast<void>(book.drain_changes());
  for (int i = 0; i != 10; ++i) book.expire(10, start + 400 * 24h);
  CHECK(book.size() == 0);
  CHECK(book.hosts().empty());
  CHECK(book.drain_changes().dropped == std::vector{onion(1).address});
}

}  // namespace store_address_book_hosts_test
