// Store that keeps nothing.
#include <doctest/doctest.h>

#include <pappus/peer/store/null_store.hpp>

#include "peer/store/samples.hpp"
#include "peer/store/stores.hpp"

namespace store_null_store_test {

using namespace samples;
using namespace stores;

TEST_CASE("a store without a file takes every batch, and is empty whenever it is opened") {
  const peer::store_source from = peer::null_store::source();
  CHECK_FALSE(from.is_durable);
  for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) {
    const auto made = from.open(key(number));
    REQUIRE(made.has_value());
    CHECK(made->content == content_after({}, key(number)));
    CHECK(made->warning.empty());
    write(*made->store, some_of_each(100));
    CHECK(made->store->check().has_value());
  }
}

}  // namespace store_null_store_test
