// A set of hashes that forgets the oldest: what a peer has, so that it is not sent again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pappus/mix64.hpp>
#include <pappus/peer/filter/bloom_parameters.hpp>

namespace pappus::peer {

/// A Bloom filter in generations (as in Bitcoin Core, CRollingBloomFilter), in blocks of one cache line (Putze,
/// Sanders, Singler 2007) that all generations share: a look-up reads one line, whatever it finds. What was added
/// lately is always found, nearly everything else is not; see `filter_plan`. Takes no memory before the first hash.
class rolling_bloom_filter {
public:
  struct alignas(64) block {
    std::array<std::array<std::uint64_t, 2>, bloom_parameters::generations> lanes;
  };

  /// The plan outlives it. No two filters of a plan should have the same salt.
  rolling_bloom_filter(const bloom_parameters& plan, std::uint64_t salt) noexcept : plan_(plan), salt_(mix64(salt)) {}

  /// Remembers, anew if it was known; false if it was. Allocates the first time.
  bool add(fingerprint what);

  [[nodiscard]] bool contains(fingerprint what) const noexcept { return finds(plan_.mark_of(what, salt_)); }

  /// Forgets what is in the oldest generation, before it must. Called from time to time it makes the filter one of what
  /// was added in the last so many times.
  void begin_generation() noexcept;

  /// The heap it uses.
  [[nodiscard]] std::size_t bytes() const noexcept { return blocks_.capacity() * sizeof(block); }

private:
  [[nodiscard]] bool finds(const filter_mark& mark) const noexcept;

  const bloom_parameters& plan_;
  std::uint64_t salt_;
  std::vector<block> blocks_;
  std::size_t current_ = 0;  // generation
  std::size_t count_ = 0;    // of marks in it
};

}  // namespace pappus::peer
