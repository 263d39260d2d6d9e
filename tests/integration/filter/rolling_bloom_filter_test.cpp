// The rolling Bloom filter.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/integration/filter/rolling_bloom_filter.hpp>
#include <pappus/sim/random.hpp>

namespace filter_rolling_bloom_filter_test {

using namespace pappus;
using namespace std::chrono_literals;
using integration::bloom_parameters;
using integration::filter_options;
using integration::rolling_bloom_filter;
using peer::fingerprint;
using peer::known_part;

namespace {

peer::keyed_hash::key secret(std::uint8_t number) {
  peer::keyed_hash::key made{};
  made[0] = std::byte{number};
  return made;
}

/// Hashes that differ in a number, as an attacker would choose them.
wire::hash numbered(std::uint64_t number) {
  wire::hash made;
  for (std::size_t i = 0; i != sizeof number; ++i) made.raw[i] = static_cast<std::byte>(number >> 8 * i);
  return made;
}

filter_options of(double remembered, double error) {
  filter_options size;
  size.per_second = remembered;
  size.window = 1s;
  size.false_positive_rate = error;
  return size;
}

/// The share of false positives of a filter that is as full as it gets.
double measured_error(const bloom_parameters& plan, std::uint64_t salt, std::uint64_t asked) {
  rolling_bloom_filter filter{plan, salt};
  std::uint64_t added = 0;
  while (filter.size() != bloom_parameters::generations * plan.per_generation() - 1)
    filter.add(plan.fingerprint_of(numbered(added++)));
  std::uint64_t wrong = 0;
  for (std::uint64_t n = added; n != added + asked; ++n) {
    if (filter.contains(plan.fingerprint_of(numbered(n)))) ++wrong;
  }
  return static_cast<double>(wrong) / static_cast<double>(asked);
}

}  // namespace

TEST_CASE("recently added hashes are always found, and are forgotten in the end") {
  const bloom_parameters plan{of(300, 1e-4), secret(1)};
  rolling_bloom_filter filter{plan, 7};
  const std::uint64_t all = 20 * plan.per_generation();
  std::uint64_t old = 0;
  for (std::uint64_t n = 0; n != all; ++n) {
    filter.add(plan.fingerprint_of(numbered(n)));
    for (std::uint64_t back = 0; back != std::min<std::uint64_t>(n + 1, 300); ++back) {
      REQUIRE(filter.contains(plan.fingerprint_of(numbered(n - back))));
    }
    const std::uint64_t max = bloom_parameters::generations * plan.per_generation();
    if (n >= max && filter.contains(plan.fingerprint_of(numbered(n - max)))) ++old;
  }
  CHECK(old <= 5);
}

TEST_CASE("adding a hash again is not new, and renews it") {
  const bloom_parameters plan{of(300, 1e-9), secret(1)};
  rolling_bloom_filter filter{plan, 7};
  const fingerprint first = plan.fingerprint_of(numbered(0));
  CHECK(filter.add(first));
  CHECK_FALSE(filter.add(first));
  for (std::uint64_t n = 1; n != 10 * plan.per_generation(); ++n) {
    CHECK(filter.add(plan.fingerprint_of(numbered(n))));
    if (n % 250 == 0) CHECK_FALSE(filter.add(first));
  }
  CHECK(filter.contains(first));
}

TEST_CASE("the rate of false positives is as configured, for any hashes, when the filter is full") {
  for (const double error : {1e-2, 1e-3, 1e-4}) {
    CAPTURE(error);
    const bloom_parameters plan{of(1'200, error), secret(1)};
    CHECK(plan.error() <= error);
    CHECK(plan.error() >= error / 2);
    const auto asked = static_cast<std::uint64_t>(300 / error);
    const double measured = measured_error(plan, 7, asked);
    CHECK(measured == doctest::Approx(plan.error()).epsilon(0.3));  // five standard deviations of 300 events
  }
}

TEST_CASE("filters with other salts have other false positives, and the salts cannot be observed") {
  const bloom_parameters plan{of(1'200, 1e-2), secret(1)};
  const bloom_parameters other{of(1'200, 1e-2), secret(2)};
  rolling_bloom_filter one{plan, 1};
  rolling_bloom_filter two{plan, 2};
  const std::uint64_t max = bloom_parameters::generations * plan.per_generation() - 1;
  for (std::uint64_t n = 0; n != max; ++n) {
    one.add(plan.fingerprint_of(numbered(n)));
    two.add(plan.fingerprint_of(numbered(n)));
    CHECK(plan.fingerprint_of(numbered(n)).bits != other.fingerprint_of(numbered(n)).bits);
  }
  std::uint64_t wrong = 0;
  std::uint64_t both = 0;
  for (std::uint64_t n = max; n != max + 100'000; ++n) {
    const bool first = one.contains(plan.fingerprint_of(numbered(n)));
    wrong += first ? 1 : 0;
    both += first && two.contains(plan.fingerprint_of(numbered(n))) ? 1 : 0;
  }
  CHECK(wrong > 500);
  CHECK(both < wrong / 20);
}

TEST_CASE("filters that are given the same hashes do not grow, nor forget, all at the same one") {
  const bloom_parameters plan{filter_options{}, secret(1)};
  constexpr std::size_t count = 1'000;
  std::vector<rolling_bloom_filter> filters;
  filters.reserve(count);
  for (std::uint64_t salt = 0; salt != count; ++salt) filters.emplace_back(plan, salt);
  constexpr std::size_t large = 1'024;  // bytes, of what is allocated at once when the list is given up
  std::size_t most_grown = 0;
  std::size_t most_forgotten = 0;
  std::size_t grown_before = 0;
  std::size_t forgotten_before = 0;
  const fingerprint first = plan.fingerprint_of(numbered(0));
  for (std::uint64_t n = 0; n != 5 * plan.per_generation(); ++n) {
    std::size_t grown = 0;
    std::size_t forgotten = 0;
    for (rolling_bloom_filter& each : filters) {
      each.add(plan.fingerprint_of(numbered(n)));
      if (each.bytes() > large) ++grown;
      if (!each.contains(first)) ++forgotten;
    }
    if (grown > grown_before) most_grown = std::max(most_grown, grown - grown_before);
    if (forgotten > forgotten_before) most_forgotten = std::max(most_forgotten, forgotten - forgotten_before);
    grown_before = grown;
    forgotten_before = forgotten;
  }
  CHECK(grown_before == count);
  CHECK(forgotten_before >= count - 5);  // false positives
  CHECK(most_grown < count / 10);
  CHECK(most_forgotten < count / 10);
}

TEST_CASE("a hash may have one known_part and not the other") {
  const bloom_parameters plan{of(300, 1e-9), secret(1)};
  rolling_bloom_filter filter{plan, 1};
  filter.add(plan.fingerprint_of(numbered(1), known_part::header));
  CHECK(filter.contains(plan.fingerprint_of(numbered(1), known_part::header)));
  CHECK_FALSE(filter.contains(plan.fingerprint_of(numbered(1), known_part::whole)));
}

TEST_CASE("a filter grows with what it contains, and 10,000 full ones take less than 100 MiB") {
  const bloom_parameters plan{filter_options{}, secret(1)};
  rolling_bloom_filter filter{plan, 1};
  CHECK(filter.bytes() == 0);
  CHECK_FALSE(filter.contains(plan.fingerprint_of(numbered(1))));
  std::uint64_t added = 0;
  const auto fill = [&](std::uint64_t count) {
    while (added != count) filter.add(plan.fingerprint_of(numbered(added++)));
  };
  fill(64);
  CHECK(filter.bytes() <= 1'024);
  fill(3 * plan.per_generation());
  const std::size_t each = filter.bytes() + sizeof filter;
  MESSAGE("a filter takes ", each, " bytes and remembers ", 3 * plan.per_generation(), " hashes at least");
  CHECK(10'000 * each < std::size_t{100} << 20);
  CHECK(3 * plan.per_generation() >= 1'200);
}

TEST_CASE("what a filter contains does not change as it grows, nor what it forgets first") {
  const bloom_parameters plan{of(1'200, 1e-9), secret(1)};
  const auto contains = [&plan](const rolling_bloom_filter& filter, std::uint64_t n) {
    return filter.contains(plan.fingerprint_of(numbered(n)));
  };
  for (const std::uint64_t count :
       {std::uint64_t{40}, std::uint64_t{rolling_bloom_filter::max_listed}, std::uint64_t{300}}) {
    CAPTURE(count);
    rolling_bloom_filter filter{plan, 1};
    for (std::uint64_t n = 0; n != count; ++n) {
      CHECK(filter.add(plan.fingerprint_of(numbered(n))));
      if (n == count / 4 || n == count / 2) filter.begin_generation();
      for (std::uint64_t known = 0; known <= n; ++known) REQUIRE(contains(filter, known));
    }
    CHECK_FALSE(filter.add(plan.fingerprint_of(numbered(0))));  // now among the youngest
    filter.begin_generation();
    filter.begin_generation();  // forgets the first quarter
    CHECK(contains(filter, 0));
    CHECK_FALSE(contains(filter, 1));
    CHECK_FALSE(contains(filter, count / 4));
    CHECK(contains(filter, count / 4 + 1));
    filter.begin_generation();
    CHECK_FALSE(contains(filter, count / 2));
    CHECK(contains(filter, count - 1));
    filter.begin_generation();
    CHECK_FALSE(contains(filter, count - 1));
    CHECK_FALSE(contains(filter, 0));
  }
}

TEST_CASE("invalid parameters are refused") {
  for (const double wrong : {0.0, -1.0, std::nan("")}) {
    CHECK_THROWS_AS((bloom_parameters{of(wrong, 1e-4), secret(1)}), std::invalid_argument);
    CHECK_THROWS_AS((bloom_parameters{of(1'000, wrong), secret(1)}), std::invalid_argument);
  }
  CHECK_THROWS_AS((bloom_parameters{of(1'000, 1), secret(1)}), std::invalid_argument);
  CHECK_THROWS_AS((bloom_parameters{of(1e9, 1e-4), secret(1)}), std::invalid_argument);
  CHECK_THROWS_AS((bloom_parameters{of(1e8, 1e-9), secret(1)}), std::invalid_argument);
  CHECK_NOTHROW((bloom_parameters{of(1, 0.5), secret(1)}));
}

}  // namespace filter_rolling_bloom_filter_test
