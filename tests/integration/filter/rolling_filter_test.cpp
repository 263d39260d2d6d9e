// The rolling filter of fingerprints.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/integration/filter/rolling_filter.hpp>
#include <pappus/sim/random.hpp>

namespace filter_rolling_filter_test {

using namespace pappus;
using namespace std::chrono_literals;
using integration::filter_options;
using integration::filter_parameters;
using integration::rolling_filter;
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

/// Hashes of a filter in which all generations are full.
std::size_t max_hashes(const filter_parameters& plan) { return filter_parameters::generations * plan.per_generation(); }

/// Contains about as many hashes as it ever does. They have the numbers up to `count`.
rolling_filter full_filter(const filter_parameters& plan, std::uint64_t salt, std::uint64_t& count) {
  rolling_filter filter{plan, salt};
  for (count = 0; count < 2 * max_hashes(plan) || filter.size() + 1 + plan.per_generation() / 2 < max_hashes(plan);
       ++count)
    filter.add(plan.fingerprint_of(numbered(count)));
  return filter;
}

}  // namespace

TEST_CASE("recently added hashes are always found, and are forgotten in the end") {
  const filter_parameters plan{of(300, 1e-4), secret(1)};
  rolling_filter filter{plan, 7};
  const std::uint64_t max = max_hashes(plan);
  std::uint64_t old = 0;
  for (std::uint64_t n = 0; n != 4 * max; ++n) {
    filter.add(plan.fingerprint_of(numbered(n)));
    for (std::uint64_t back = 0; back != std::min<std::uint64_t>(n + 1, 300); ++back) {
      REQUIRE(filter.contains(plan.fingerprint_of(numbered(n - back))));
    }
    if (n >= max && filter.contains(plan.fingerprint_of(numbered(n - max)))) ++old;
  }
  CHECK(old <= 5);
}

TEST_CASE("adding a hash again is not new, and renews it") {
  const filter_parameters plan{of(300, 1e-9), secret(1)};
  rolling_filter filter{plan, 7};
  const fingerprint first = plan.fingerprint_of(numbered(0));
  CHECK(filter.add(first));
  CHECK_FALSE(filter.add(first));
  for (std::uint64_t n = 1; n != 3 * max_hashes(plan); ++n) {
    CHECK(filter.add(plan.fingerprint_of(numbered(n))));
    if (n % 250 == 0) CHECK_FALSE(filter.add(first));
  }
  CHECK(filter.contains(first));
}

TEST_CASE("what was added or renewed lately is found, whatever the sizes, the salt and the order") {
  sim::xoshiro256 rng{1};
  for (const std::uint64_t window : {1u, 2u, 25u, 100u, 1'200u, 2'500u}) {
    for (const double error : {1e-4, 1e-6, 1e-9, 1e-12, 1e-14}) {
      CAPTURE(window);
      CAPTURE(error);
      const filter_parameters plan{of(static_cast<double>(window), error), secret(1)};
      rolling_filter filter{plan, rng()};
      std::vector<std::uint64_t> added;  // in this order
      for (std::uint64_t n = 0; n != 4 * max_hashes(plan); ++n) {
        const std::uint64_t back = 1 + rng() % std::min<std::uint64_t>(n + 1, 2 * window);
        added.push_back(rng() % 3 == 0 && n != 0 ? added[n - std::min(back, n)] : n);
        filter.add(plan.fingerprint_of(numbered(added[n])));
        if (n % 64 == 0) CHECK(filter.size() <= max_hashes(plan));
        const std::uint64_t remembered = std::min(n + 1, window);
        REQUIRE(filter.contains(plan.fingerprint_of(numbered(added[n + 1 - remembered]))));
        for (int i = 0; i != 5; ++i)
          REQUIRE(filter.contains(plan.fingerprint_of(numbered(added[n - rng() % remembered]))));
      }
    }
  }
}

TEST_CASE("hashes that all belong to one line are found, renewed and forgotten as others") {
  const filter_parameters plan{filter_options{}, secret(1)};
  const std::uint64_t salt = 7;
  std::vector<fingerprint> all;
  for (std::uint64_t n = 0; all.size() != 3 * max_hashes(plan); ++n) {
    const fingerprint print = plan.fingerprint_of(numbered(n));
    if (plan.line_of(plan.entry_of(print, mix64(salt))) == plan.lines() - 1) all.push_back(print);
  }
  rolling_filter filter{plan, salt};
  std::size_t old = 0;
  for (std::size_t n = 0; n != all.size(); ++n) {
    filter.add(all[n]);
    filter.add(all[0]);
    for (std::size_t back = 0; back <= std::min<std::size_t>(n, 600); back += 30)
      REQUIRE(filter.contains(all[n - back]));
    REQUIRE(filter.contains(all[0]));
    if (n > max_hashes(plan) && filter.contains(all[n - max_hashes(plan)])) ++old;
  }
  CHECK(old < all.size() / 100);  // those of the same fingerprint: of so many in one line, some
}

TEST_CASE("the rate of false positives is as stated, for any hashes, when the filter is full") {
  struct setting {
    double window;
    double error;
  };
  for (const setting& each : {setting{1'200, 1e-4}, {30, 1e-4}, {300, 5e-5}, {1'200, 3e-5}, {5'000, 2e-5}}) {
    CAPTURE(each.window);
    CAPTURE(each.error);
    const filter_parameters plan{of(each.window, each.error), secret(1)};
    CHECK(plan.error() <= each.error);
    std::uint64_t added = 0;
    const rolling_filter filter = full_filter(plan, 7, added);
    const double share = static_cast<double>(filter.size()) / static_cast<double>(max_hashes(plan));
    const auto asked = static_cast<std::uint64_t>(100 / plan.error());
    double wrong = 0;
    for (std::uint64_t n = added; n != added + asked; ++n) {
      if (filter.contains(plan.fingerprint_of(numbered(n)))) ++wrong;
    }
    CHECK(wrong == doctest::Approx(100 * share).epsilon(0.5));  // five standard deviations of 100 events
  }
}

TEST_CASE("no false positive is seen where they should be rare") {
  for (const double error : {1e-7, 1e-9}) {
    const filter_parameters plan{of(1'200, error), secret(1)};
    std::uint64_t added = 0;
    const rolling_filter filter = full_filter(plan, 7, added);
    std::uint64_t wrong = 0;
    for (std::uint64_t n = added; n != added + 1'000'000; ++n) {
      if (filter.contains(plan.fingerprint_of(numbered(n)))) ++wrong;
    }
    CHECK(wrong <= 2);  // of 0.1 expected
  }
}

TEST_CASE("any error is met, at any size, or refused") {
  for (double error = 0.5; error > 1e-10; error /= 3) {
    for (const double window : {1.0, 17.0, 60.0, 90.0, 1'200.0, 1e5}) {
      CAPTURE(error);
      CAPTURE(window);
      const filter_parameters plan{of(window, error), secret(1)};
      CHECK(plan.error() <= error);
      CHECK(static_cast<double>((filter_parameters::generations - 1) * plan.per_generation()) >= window);
    }
  }
  CHECK_THROWS_AS((filter_parameters{of(1'200, 1e-15), secret(1)}), std::invalid_argument);
}

TEST_CASE("filters with other salts have other false positives, and the salts cannot be observed") {
  const filter_parameters plan{of(1'200, 1e-4), secret(1)};
  const filter_parameters other{of(1'200, 1e-4), secret(2)};
  std::uint64_t added = 0;
  const rolling_filter one = full_filter(plan, 1, added);
  const rolling_filter two = full_filter(plan, 2, added);
  std::uint64_t wrong = 0;
  std::uint64_t both = 0;
  for (std::uint64_t n = added; n != added + 2'000'000; ++n) {
    const fingerprint print = plan.fingerprint_of(numbered(n));
    if (!one.contains(print)) continue;
    ++wrong;
    if (two.contains(print)) ++both;
    CHECK(print.bits != other.fingerprint_of(numbered(n)).bits);
  }
  CHECK(wrong > 30);
  CHECK(both <= 1);
}

TEST_CASE("filters that are given the same hashes do not grow, nor forget, all at the same one") {
  const filter_parameters plan{filter_options{}, secret(1)};
  constexpr std::size_t count = 1'000;
  std::vector<rolling_filter> filters;
  filters.reserve(count);
  for (std::uint64_t salt = 0; salt != count; ++salt) filters.emplace_back(plan, salt);
  constexpr std::size_t large = 1'024;  // bytes, of what is allocated at once when the list does not suffice
  std::size_t most_grown = 0;
  std::size_t most_forgotten = 0;
  std::size_t grown_before = 0;
  std::size_t forgotten_before = 0;
  const fingerprint first = plan.fingerprint_of(numbered(0));
  for (std::uint64_t n = 0; n != max_hashes(plan) + plan.per_generation(); ++n) {
    std::size_t grown = 0;
    std::size_t forgotten = 0;
    for (rolling_filter& each : filters) {
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
  const filter_parameters plan{of(300, 1e-9), secret(1)};
  rolling_filter filter{plan, 1};
  filter.add(plan.fingerprint_of(numbered(1), known_part::header));
  CHECK(filter.contains(plan.fingerprint_of(numbered(1), known_part::header)));
  CHECK_FALSE(filter.contains(plan.fingerprint_of(numbered(1), known_part::whole)));
}

TEST_CASE("a filter grows with what it contains, and 10,000 full ones take less than 48 MiB") {
  const filter_parameters plan{filter_options{}, secret(1)};
  CHECK((filter_parameters::generations - 1) * plan.per_generation() >= 1'200);
  std::size_t sum = 0;
  constexpr std::size_t count = 100;
  for (std::uint64_t salt = 0; salt != count; ++salt) {
    rolling_filter filter{plan, salt};
    CHECK(filter.bytes() == 0);
    CHECK_FALSE(filter.contains(plan.fingerprint_of(numbered(1))));
    std::uint64_t added = 0;
    const auto fill = [&](std::uint64_t number) {
      while (added != number) filter.add(plan.fingerprint_of(numbered(added++)));
    };
    fill(12);
    CHECK(filter.bytes() == 64);
    fill(45);
    CHECK(filter.bytes() <= 256);
    fill(4 * max_hashes(plan));
    CHECK(filter.bytes() <= 5'000);
    sum += filter.bytes() + sizeof filter;
  }
  MESSAGE("a full filter takes ", sum / count, " bytes on average, ", plan.lines() * 64, " of them for its lines");
  CHECK(10'000 / count * sum < std::size_t{48} << 20);
}

TEST_CASE("a full filter of what the application has takes less than 8 KiB") {
  const filter_parameters plan{of(1'200, integration::limits::application_filter_error), secret(1)};
  std::uint64_t added = 0;
  const rolling_filter filter = full_filter(plan, 1, added);
  MESSAGE("it takes ", filter.bytes() + sizeof filter, " bytes");
  CHECK(filter.bytes() + sizeof filter < 8 << 10);
}

TEST_CASE("a smaller error takes longer fingerprints, not many more lines") {
  for (double error = 1e-4; error > 1e-14; error /= 3) {
    CAPTURE(error);
    const filter_parameters plan{of(1'200, error), secret(1)};
    CHECK(plan.error() <= error);
    CHECK(plan.list_width() <= sizeof(std::uint64_t));
    CHECK(plan.lines() * sizeof(integration::fingerprint_line) < 16 << 10);
  }
}

TEST_CASE("what a filter contains does not change as it grows, nor what it forgets first") {
  const filter_parameters plan{of(120'000, 1e-9), secret(1)};
  const auto contains = [&plan](const rolling_filter& filter, std::uint64_t n) {
    return filter.contains(plan.fingerprint_of(numbered(n)));
  };
  for (const std::uint64_t count : {40u, 100u, 300u}) {
    CAPTURE(count);
    rolling_filter filter{plan, 1};
    for (std::uint64_t n = 0; n != count; ++n) {
      CHECK(filter.add(plan.fingerprint_of(numbered(n))));
      if (n == count / 4 || n == count / 2) filter.begin_generation();
      for (std::uint64_t known = 0; known <= n; ++known) REQUIRE(contains(filter, known));
    }
    CHECK_FALSE(filter.add(plan.fingerprint_of(numbered(0))));  // now among the youngest
    for (std::size_t i = 0; i != filter_parameters::generations - 2; ++i) filter.begin_generation();
    // the first quarter is forgotten
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

TEST_CASE("a filter for next to no traffic still remembers the latest hash") {
  for (const double few : {std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::min(), 1e-9}) {
    CAPTURE(few);
    const filter_parameters plan{of(few, 1e-4), secret(1)};
    rolling_filter filter{plan, 7};
    for (std::uint64_t n = 0; n != 100; ++n) {
      filter.add(plan.fingerprint_of(numbered(n)));
      CHECK(filter.contains(plan.fingerprint_of(numbered(n))));
    }
  }
}

TEST_CASE("invalid parameters are refused") {
  for (const double wrong : {0.0, -1.0, std::nan("")}) {
    CHECK_THROWS_AS((filter_parameters{of(wrong, 1e-4), secret(1)}), std::invalid_argument);
    CHECK_THROWS_AS((filter_parameters{of(1'000, wrong), secret(1)}), std::invalid_argument);
  }
  CHECK_THROWS_AS((filter_parameters{of(1'000, 1), secret(1)}), std::invalid_argument);
  CHECK_THROWS_AS((filter_parameters{of(1e9, 1e-4), secret(1)}), std::invalid_argument);
  CHECK_THROWS_AS((filter_parameters{of(1e8, 1e-9), secret(1)}), std::invalid_argument);
  CHECK_NOTHROW((filter_parameters{of(1, 0.5), secret(1)}));
}

}  // namespace filter_rolling_filter_test
