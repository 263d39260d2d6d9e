// Rolling Bloom filter of the items that a peer has, so that they are not sent to it again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pappus/mix64.hpp>
#include <pappus/peer/filter/bloom_parameters.hpp>

namespace pappus::peer {

/// A Bloom filter in generations (as in Bitcoin Core, CRollingBloomFilter), in blocks of one cache line (Putze,
/// Sanders, Singler 2007) that all generations share: a look-up reads one line, whatever it finds. Recently added
/// hashes are always found, others only at the false positive rate; see `bloom_parameters`. Allocates nothing before
/// the first hash is added.
class rolling_bloom_filter {
public:
  struct alignas(64) block {
    std::array<std::array<std::uint64_t, 2>, bloom_parameters::generations> lanes;
  };

  /// `plan` outlives it. No two filters with the same `plan` should have the same salt.
  rolling_bloom_filter(const bloom_parameters& plan, std::uint64_t salt) noexcept : plan_(plan), salt_(mix64(salt)) {}

  /// Adds or renews a hash; false if it was contained. Allocates the first time.
  bool add(fingerprint what);

  [[nodiscard]] bool contains(fingerprint what) const noexcept { return finds(plan_.mark_of(what, salt_)); }

  /// Clears the oldest generation early and begins a new one. Called at an interval, it limits the filter to the hashes
  /// added in the last `generations` intervals.
  void begin_generation() noexcept;

  /// Heap memory in use, bytes.
  [[nodiscard]] std::size_t bytes() const noexcept { return blocks_.capacity() * sizeof(block); }

private:
  [[nodiscard]] bool finds(const filter_mark& mark) const noexcept;

  const bloom_parameters& plan_;
  std::uint64_t salt_;
  std::vector<block> blocks_;
  std::size_t current_ = 0;  // generation
  std::size_t count_ = 0;    // hashes in the current generation
};

}  // namespace pappus::peer
