// Stores in memory.
#include <memory>
#include <new>
#include <utility>

#include <doctest/doctest.h>
#include <support/heap_watch.hpp>

#include <pappus/peer/store/memory_store.hpp>

#include "peer/store/samples.hpp"
#include "peer/store/stores.hpp"

namespace store_memory_store_test {

using namespace samples;
using namespace stores;
using peer::memory_records;
using peer::memory_store;

TEST_CASE("records can be read while a store is open on them, and when it is closed") {
  const auto records = std::make_shared<memory_records>();
  CHECK(records->content() == peer::store_content{});
  {
    auto made = memory_store::open(records, key(9));
    REQUIRE(made.has_value());
    write(*made->store, some_of_each(3));
    CHECK(records->content() == content_after(some_of_each(3), key(9)));
  }
  CHECK(records->content() == content_after(some_of_each(3), key(9)));
}

TEST_CASE("different records are different stores") {
  const in_memory first;
  const in_memory second;
  const auto open_at_once = opened(first, key(1));
  write(*open_at_once.store, some_of_each(3));
  CHECK(opened(second, key(2)).content == content_after({}, key(2)));
}

TEST_CASE("records live as long as a store is open on them") {
  auto records = std::make_shared<memory_records>();
  const auto made = memory_store::source(std::move(records)).open(key(1));
  REQUIRE(made.has_value());
  write(*made->store, some_of_each(1));
  CHECK(made->store->check().has_value());
}

TEST_CASE("a batch whose allocation fails is not stored at all, whichever allocation it is") {
  const in_memory where;
  const auto made = opened(where, key(9));
  write(*made.store, some_of_each(3));
  peer::store_batch change = some_of_each(6);
  change.removed_addresses = {address(1)};
  change.unbanned = {against(2).range};
  change.removed_stems = {stem(1).kernel};
  change.deadlines = {{stem(2).kernel, noon}};
  change.stems = {stem(4)};
  std::size_t failures = 0;
  for (bool is_written = false; !is_written;) {
    support::heap::fails_in = failures + 1;
    try {
      is_written = made.store->write(change).has_value();
    } catch (const std::bad_alloc&) {
      ++failures;
      REQUIRE(where.records->content() == content_after(some_of_each(3), key(9)));
    }
    support::heap::fails_in = 0;
  }
  CHECK(failures > 10);
  CHECK(where.records->content().addresses.size() == 5);
  CHECK(where.records->content().stems.size() == 2);
}

}  // namespace store_memory_store_test
