// Rolling Bloom filter of items.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pappus/integration/filter/bloom_parameters.hpp>
#include <pappus/mix64.hpp>
#include <pappus/peer/relay/known_filter.hpp>

namespace pappus::integration {

/// A Bloom filter in generations (as in Bitcoin Core, CRollingBloomFilter), in blocks of one cache line (Putze,
/// Sanders, Singler 2007) that all generations share: a look-up reads one cache line. Recently added
/// hashes are always found, others only at the false positive rate; see `bloom_parameters`. Allocates nothing before
/// the first hash is added. For one thread; adding and looking up are O(1).
class rolling_bloom_filter final : public peer::known_filter {
public:
  /// A cache line: for each generation, the bits of the hashes that belong to this line.
  struct alignas(64) block {
    std::array<std::array<std::uint64_t, 2>, bloom_parameters::generations> lanes;
  };

  /// `parameters` outlives it. No two filters with the same `parameters` should have the same salt.
  rolling_bloom_filter(const bloom_parameters& parameters, std::uint64_t salt) noexcept
      : parameters_(parameters), salt_(mix64(salt)) {}

  /// Adds or renews a hash; false if it was contained. Allocates the first time.
  bool add(peer::fingerprint item) override;

  [[nodiscard]] bool contains(peer::fingerprint item) const noexcept override {
    return finds(parameters_.mark_of(item, salt_));
  }

  /// Clears the oldest generation early and begins a new one. Called at an interval, it limits the filter to the hashes
  /// added in the last `generations` intervals.
  void begin_generation() noexcept;

  /// Heap memory in use, bytes.
  [[nodiscard]] std::size_t bytes() const noexcept { return blocks_.capacity() * sizeof(block); }

private:
  [[nodiscard]] bool finds(const bit_mask& mark) const noexcept;

  const bloom_parameters& parameters_;
  std::uint64_t salt_;
  std::vector<block> blocks_;
  std::size_t current_ = 0;  // generation
  std::size_t count_ = 0;    // hashes in the current generation
};

}  // namespace pappus::integration
