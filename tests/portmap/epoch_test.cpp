// When a gateway has lost its mappings, by its epochs.
#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>

#include <pappus/portmap/epoch.hpp>

namespace portmap_epoch_test {

using namespace pappus;
using namespace pappus::portmap;
using namespace std::chrono_literals;

/// Whether a gateway can have its mappings still that says `first`, and `second` after `elapsed`.
bool consistent(mapping_protocol spoken, std::uint32_t first, io::duration elapsed, std::uint32_t second) {
  epoch_clock clock{spoken};
  CHECK(clock.note(io::time_point{1h}, first));
  return clock.note(io::time_point{1h} + elapsed, second);
}

TEST_CASE("PCP: the gateway's clock and ours may differ by a sixteenth and two seconds") {
  const auto pcp = [](std::uint32_t first, io::duration elapsed, std::uint32_t second) {
    return consistent(mapping_protocol::pcp, first, elapsed, second);
  };
  CHECK(pcp(1000, 1600s, 2600));
  CHECK(pcp(1000, 1600s, 2498));  // 1600 s - 100 s - 2 s
  CHECK_FALSE(pcp(1000, 1600s, 2497));
  CHECK(pcp(1000, 1600s, 2708));  // of 1708 s a sixteenth is 106 s
  CHECK_FALSE(pcp(1000, 1600s, 2710));
  CHECK_FALSE(pcp(1000, 1600s, 10));
  CHECK(pcp(1000, 0s, 999));  // packets may overtake each other
  CHECK_FALSE(pcp(1000, 0s, 998));
  CHECK(pcp(0xffffffff, 0s, 0xffffffff));
  CHECK_FALSE(pcp(0xffffffff, 1s, 0));
}

TEST_CASE("NAT-PMP: the gateway's clock may be slower by an eighth and two seconds, and faster at will") {
  const auto nat_pmp = [](std::uint32_t first, io::duration elapsed, std::uint32_t second) {
    return consistent(mapping_protocol::nat_pmp, first, elapsed, second);
  };
  CHECK(nat_pmp(1000, 1600s, 2600));
  CHECK(nat_pmp(1000, 1600s, 2398));  // 1600 s - 200 s - 2 s
  CHECK_FALSE(nat_pmp(1000, 1600s, 2397));
  CHECK(nat_pmp(1000, 1600s, 100000));
  CHECK_FALSE(nat_pmp(1000, 1600s, 10));
}

TEST_CASE("after a restart the epoch is compared with that of the restarted gateway") {
  epoch_clock clock{mapping_protocol::pcp};
  CHECK(clock.note(io::time_point{1h}, 5000));
  CHECK_FALSE(clock.note(io::time_point{2h}, 5));
  CHECK(clock.note(io::time_point{3h}, 3605));
}

}  // namespace portmap_epoch_test
