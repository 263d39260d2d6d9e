// The upload quota: bytes of responses, and archives.
#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>

#include <pappus/peer/accounts/upload_quota.hpp>

namespace accounts_upload_quota_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::upload_quota;

namespace {

constexpr io::time_point start{};
constexpr std::size_t megabyte = 1 << 20;

/// Sends responses of a megabyte until the quota is used; returns their number.
std::size_t drain(upload_quota& budget, io::time_point now) {
  std::size_t given = 0;
  for (; budget.allows(now); ++given) budget.spend(megabyte, now);
  return given;
}

}  // namespace

TEST_CASE("the quota is 64 MiB at once, and refills within ten minutes, a tenth of it each minute") {
  upload_quota budget{{}, start};
  CHECK(drain(budget, start) == 64);
  CHECK(drain(budget, start) == 0);
  CHECK(drain(budget, start + 1min) == 7);  // the last response may exceed the quota
  CHECK(drain(budget, start + 1h) == 64);
}

TEST_CASE("the quota tells when the next response may be sent, and then it may") {
  upload_quota budget{{}, start};
  CHECK(budget.allows_from(start) == start);
  drain(budget, start);
  budget.spend(megabyte, start);
  const io::time_point from = budget.allows_from(start);
  CHECK(from > start + 9s);
  CHECK(from < start + 10s);  // a 64th of ten minutes
  CHECK_FALSE(budget.allows(from - 1ms));
  CHECK(budget.allows(from));
}

TEST_CASE("limits at the ends of their ranges give valid times") {
  peer::upload_limits none;
  none.bytes = 0;
  CHECK_FALSE(upload_quota(none, start).allows(start));
  CHECK(upload_quota(none, start).allows_from(start) > start);
  peer::upload_limits tiny;
  tiny.bytes = 1;
  tiny.interval = io::duration::max();
  upload_quota hopeless{tiny, start};
  hopeless.spend(SIZE_MAX, start);
  CHECK(hopeless.allows_from(start) > start);
  CHECK(hopeless.allows_from(io::never) == io::never);
}

TEST_CASE("an archive is sent once in two hours, whatever else was sent") {
  upload_quota budget{{}, start};
  drain(budget, start);
  CHECK(budget.try_consume_archive(start));
  CHECK_FALSE(budget.try_consume_archive(start));
  CHECK_FALSE(budget.try_consume_archive(start + 2h - 1s));
  CHECK_FALSE(budget.is_idle(start + 2h - 1s));
  CHECK(budget.is_idle(start + 2h));
  CHECK(budget.try_consume_archive(start + 2h));
}

TEST_CASE("two merged quotas keep the larger debt") {
  upload_quota one{{}, start};
  upload_quota other{{}, start};
  drain(one, start);
  CHECK(other.try_consume_archive(start));
  other.merge(one, start + 1min);
  CHECK(drain(other, start + 1min) == 7);
  CHECK_FALSE(other.try_consume_archive(start + 1min));
  one.merge(upload_quota{{}, start}, start + 1min);
  CHECK(drain(one, start + 1min) == 7);
}

}  // namespace accounts_upload_quota_test
