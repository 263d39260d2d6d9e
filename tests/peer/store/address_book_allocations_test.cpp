// Allocations of the address book that fail: the book, and the store that is told its changes, stay in order.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <new>
#include <random>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/heap_watch.hpp>

#include <pappus/peer/store/limits.hpp>

#include "peer/store/book_samples.hpp"

namespace store_address_book_allocations_test {

using namespace samples;
using namespace std::chrono_literals;
using peer::address_book;
using wire::peer_address;

namespace heap = support::heap;

namespace {

/// What a store has that is told the changes of a book.
class mirror {
public:
  void take(address_book& from) {
    for (;;) {
      try {
        apply(from.drain_changes());
        return;
      } catch (const std::bad_alloc&) {
        continue;
      }
    }
  }

  [[nodiscard]] bool matches(const address_book& book) const {
    const auto listed = book.list();
    if (listed.size() != rows_.size() || book.size() != rows_.size()) return false;
    for (const peer::address_info& each : listed) {
      const auto found = rows_.find(each.address);
      if (found == rows_.end() || !(found->second == each)) return false;
    }
    return true;
  }

private:
  void apply(const peer::book_changes& changes) {
    const std::size_t armed = std::exchange(heap::fails_in, 0);
    for (const peer_address& each : changes.dropped) rows_.erase(each);
    for (const peer::address_info& each : changes.updated) rows_.insert_or_assign(each.address, each);
    heap::fails_in = armed;
  }

  std::map<peer_address, peer::address_info> rows_;
};

class numbers {
public:
  explicit numbers(std::uint32_t seed) : generator_(seed) {}
  [[nodiscard]] std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(generator_()) % bound; }

private:
  std::mt19937 generator_;
};

const peer::named_host some_host = onion(1);

/// Changes the book in one of all ways. Addresses of one netgroup, so that many want one place.
void change(address_book& book, numbers& random, io::wall_time now) {
  const auto address = in_group(random.below(3), random.below(900));
  const auto source = in_group(7, random.below(2));
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2: book.add(address, source, now); break;
    case 3: book.attempted(address, now); break;
    case 4: book.failed(address, now); break;
    case 5:
    case 6: book.succeeded(address, wanted, "a user agent that has a block of memory of its own", now); break;
    case 8: book.succeeded(some_host.address, wanted, "MW/Test", now, some_host.name); break;
    default: book.expire(20, now); break;
  }
}

}  // namespace

TEST_CASE("each allocation of an address book may fail: it stays in order, and its store has what it has") {
  std::size_t failed = 0;
  for (std::uint32_t seed = 1; seed != 4; ++seed) {
    CAPTURE(seed);
    numbers random{seed};
    address_book book{key(1), true};
    mirror store;
    io::wall_time now = start;
    for (int step = 0; step != 8000; ++step) {
      CAPTURE(step);
      now += std::chrono::hours{random.below(3)};
      heap::fails_in = 1 + random.below(6);
      try {
        change(book, random, now);
      } catch (const std::bad_alloc&) {
        ++failed;
      }
      if (step % 7 == 0) store.take(book);
      heap::fails_in = 0;
      if (step % 100 != 0) continue;
      store.take(book);
      REQUIRE(store.matches(book));
      for (int i = 0; i != 20 && book.size() != 0; ++i) {
        const auto chosen = book.select(now);
        REQUIRE(chosen.has_value());
        REQUIRE(book.find(*chosen) != nullptr);
      }
      static_cast<void>(book.select_tried_collision(now));
    }
    CHECK(book.tried() > 20);
    CHECK(book.statistics().displaced > 20);
  }
  MESSAGE(failed << " allocations have failed");
  CHECK(failed > 1000);
}

}  // namespace store_address_book_allocations_test
