// Rolling Bloom filter of items.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include <pappus/integration/filter/bloom_parameters.hpp>
#include <pappus/mix64.hpp>
#include <pappus/peer/relay/known_filter.hpp>

namespace pappus::integration {

/// A Bloom filter in generations (as in Bitcoin Core, CRollingBloomFilter), in blocks of one cache line (Putze,
/// Sanders, Singler 2007) that all generations share: a look-up reads one cache line. Recently added
/// hashes are always found, others only at the false positive rate; see `bloom_parameters`. It grows with its use: it
/// allocates nothing before the first hash is added, and holds few hashes as a list. For one thread; adding and looking
/// up are O(1), but when it grows or begins a generation, which takes some microseconds. Since the filters of all peers
/// are given the same hashes, each does so at others: its first generation, and its list, end earlier than they could,
/// by its salt.
class rolling_bloom_filter final : public peer::known_filter {
public:
  /// A cache line: for each generation, the bits of the hashes that belong to this line.
  struct alignas(64) block {
    std::array<std::array<std::uint64_t, 2>, bloom_parameters::generations> lanes;
  };

  /// `parameters` outlives it. No two filters with the same `parameters` should have the same salt.
  rolling_bloom_filter(const bloom_parameters& parameters, std::uint64_t salt) noexcept
      : parameters_(parameters),
        salt_(mix64(salt)),
        current_max_(parameters.per_generation() - salt_ % parameters.per_generation()) {}

  /// Hashes in the list, count; beyond, they go into blocks.
  static constexpr std::size_t max_listed = 128;

  /// Adds or renews a hash; false if it was contained. Allocates as the list grows, and for the blocks.
  bool add(peer::fingerprint item) override;

  [[nodiscard]] bool contains(peer::fingerprint item) const noexcept override {
    return blocks_.empty() ? is_listed(item) : finds(parameters_.mark_of(item, salt_));
  }

  /// Clears the oldest generation early and begins a new one. Called at an interval, it limits the filter to the hashes
  /// added in the last `generations` intervals.
  void begin_generation() noexcept;

  /// Hashes in it, count; each that was renewed may count twice once there are blocks.
  [[nodiscard]] std::size_t size() const noexcept {
    return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0});
  }
  /// Heap memory in use, bytes.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return blocks_.capacity() * sizeof(block) + listed_.capacity() * sizeof(std::uint64_t);
  }

private:
  [[nodiscard]] std::size_t list_max() const noexcept;
  [[nodiscard]] bool is_listed(peer::fingerprint item) const noexcept;
  [[nodiscard]] std::size_t generation_at(std::size_t place) const noexcept;
  bool add_to_list(peer::fingerprint item);
  bool add_to_blocks(peer::fingerprint item, std::size_t generation);
  void move_to_blocks();
  [[nodiscard]] bool finds(const bit_mask& mark) const noexcept;

  const bloom_parameters& parameters_;
  std::uint64_t salt_;
  std::vector<std::uint64_t> listed_;  // oldest first, while there are no blocks
  std::vector<block> blocks_;
  std::array<std::size_t, bloom_parameters::generations> counts_{};  // hashes in each generation
  std::size_t current_ = 0;                                          // generation
  std::size_t current_max_;                                          // hashes after which the next one begins
};

}  // namespace pappus::integration
