// Limits of stems by address.
#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>

#include <pappus/peer/dandelion/limits.hpp>
#include <pappus/peer/dandelion/stem_budget.hpp>

namespace dandelion_stem_budget_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::stem_budget;
using peer::stem_limits;

namespace {

constexpr io::time_point first{100s};
constexpr io::time_point second{200s};
constexpr pappus::ip_address here = pappus::ip_address::v4(0x01020304);
constexpr pappus::ip_address there = pappus::ip_address::v4(0x01020305);

stem_budget budget() { return stem_budget{stem_limits{10, 1000}}; }

}  // namespace

TEST_CASE("each address has a limit of transactions in an epoch, and the same in the next") {
  stem_budget of = budget();
  for (const io::time_point epoch : {first, second}) {
    for (int n = 0; n != 15; ++n) CHECK(of.try_consume(here, 1, epoch) == (n < 10));
    CHECK(of.try_consume(there, 1, epoch));
    CHECK(of.size() == 2);
  }
  CHECK(of.refused() == 10);
}

TEST_CASE("the addresses of one /64 share the limit of one, those of another /64 do not") {
  stem_budget of = budget();
  const auto from = [](const char* text) { return pappus::ip_address::parse(text).value(); };
  for (int n = 0; n != 5; ++n) {
    CHECK(of.try_consume(from("2a01:1:2:3::1"), 1, first));
    CHECK(of.try_consume(from("2a01:1:2:3::2"), 1, first));
  }
  CHECK_FALSE(of.try_consume(from("2a01:1:2:3::3"), 1, first));
  CHECK(of.try_consume(from("2a01:1:2:4::1"), 1, first));
  CHECK(of.size() == 2);
}

TEST_CASE("each address has a limit of bytes: a transaction that is too large does not keep smaller ones out") {
  stem_budget of = budget();
  CHECK(of.try_consume(here, 900, first));
  CHECK_FALSE(of.try_consume(here, 101, first));
  CHECK_FALSE(of.try_consume(here, SIZE_MAX, first));
  CHECK(of.try_consume(here, 100, first));
  CHECK_FALSE(of.try_consume(here, 1, first));
  CHECK(of.try_consume(there, 1000, first));
}

TEST_CASE("more addresses than are counted share a limit by netgroup, and in the end one limit") {
  stem_budget of = budget();
  std::uint64_t taken = 0;
  for (std::uint32_t n = 0; n != 100'000; ++n)
    taken += of.try_consume(pappus::ip_address::v4(0x0a000000 + n * 7), 1, first) ? 1 : 0;
  CHECK(of.size() <= 2 * peer::limits::max_stem_accounts + 1);
  CHECK(taken < peer::limits::max_stem_accounts + 10 * 20);  // in eleven netgroups
  for (std::uint32_t n = 0; n != 100'000; ++n)
    taken += of.try_consume(pappus::ip_address::v4(0x20000000 + (n << 12)), 1, first) ? 1 : 0;
  CHECK(of.size() == 2 * peer::limits::max_stem_accounts + 1);
  CHECK_FALSE(of.try_consume(pappus::ip_address::v4(0x0a000000), 1000, first));
  for (int n = 0; n != 11; ++n) static_cast<void>(of.try_consume(pappus::ip_address::v4(0x0a000000), 1, first));
  CHECK_FALSE(of.try_consume(pappus::ip_address::v4(0x0a000000), 1,
                             first));  // an address that was counted by itself keeps its count
  CHECK(of.try_consume(pappus::ip_address::v4(0x0a000000), 1, second));
  CHECK(of.size() == 1);
}

}  // namespace dandelion_stem_budget_test
