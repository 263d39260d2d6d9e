// The set of capabilities.
#include <doctest/doctest.h>

#include <pappus/wire/capabilities.hpp>

namespace capabilities_test {

using namespace pappus::wire;

TEST_CASE("the sets that nodes announce are those of Grin") {
  CHECK(default_capabilities.bits() == 95);
  CHECK(archive_capabilities.bits() == 127);
  CHECK(capabilities{}.bits() == 0);
}

TEST_CASE("unknown bits are dropped") {
  CHECK(capabilities::from_bits(0xffffffff) == archive_capabilities);
  CHECK(capabilities::from_bits(128).bits() == 0);
}

TEST_CASE("a set contains its members, and the empty set") {
  const capabilities set = capability::peer_list | capability::pibd_hist_1;
  CHECK(set.has(capability::peer_list));
  CHECK(set.has(set));
  CHECK(set.has({}));
  CHECK_FALSE(set.has(capability::block_hist));
  CHECK_FALSE(set.has(capability::peer_list | capability::block_hist));
}

}  // namespace capabilities_test
