// Table of the address book: buckets of `limits::bucket_size` places each, allocated as they fill.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <pappus/peer/store/limits.hpp>

namespace pappus::peer {

/// Position in a table.
struct bucket_position {
  std::uint16_t bucket = 0;
  std::uint8_t position = 0;
};

/// Table of entry numbers. All functions are O(1).
class bucket_table {
public:
  using number = std::uint32_t;

  explicit bucket_table(std::size_t buckets) : buckets_(buckets) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  [[nodiscard]] std::optional<number> at(bucket_position position) const noexcept {
    const auto& in = buckets_[position.bucket];
    if (in == nullptr || (in->used >> position.position & 1) == 0) return std::nullopt;
    return in->places[position.position];
  }

  /// The place must be free.
  void put(bucket_position position, number what) {
    auto& in = buckets_[position.bucket];
    if (in == nullptr) in = std::make_unique<bucket>();
    if (in->used == 0) {
      in->listed_at = static_cast<std::uint32_t>(filled_.size());
      filled_.push_back(position.bucket);
    }
    in->used |= bit(position.position);
    in->places[position.position] = what;
    ++size_;
  }

  /// The place must be taken.
  void clear(bucket_position position) noexcept {
    auto& in = buckets_[position.bucket];
    in->used &= ~bit(position.position);
    --size_;
    if (in->used != 0) return;
    const std::uint16_t last = filled_.back();
    filled_[in->listed_at] = last;
    buckets_[last]->listed_at = in->listed_at;
    filled_.pop_back();
    in.reset();
  }

  /// Selects a number at random: a bucket, uniformly among those that are not empty, and in it the first taken place
  /// from a uniformly chosen position on. So a source that fills few buckets is selected seldom, however full they are.
  /// The table must not be empty. `rng`: a random number of at least 32 bits.
  [[nodiscard]] number select(std::uint64_t rng) const noexcept {
    const bucket& in = *buckets_[filled_[(rng >> 8) % filled_.size()]];
    const int start = static_cast<int>(rng % limits::bucket_size);
    const int behind = std::countr_zero(std::rotr(in.used, start));
    return in.places[static_cast<std::size_t>(start + behind) % limits::bucket_size];
  }

private:
  static_assert(limits::bucket_size == 64, "which places are taken are the bits of a word");

  struct bucket {
    std::uint64_t used = 0;
    std::uint32_t listed_at = 0;
    std::array<number, limits::bucket_size> places;
  };

  static constexpr std::uint64_t bit(std::uint8_t position) noexcept { return std::uint64_t{1} << position; }

  std::vector<std::unique_ptr<bucket>> buckets_;
  std::vector<std::uint16_t> filled_;  // indices of the buckets that are not empty
  std::size_t size_ = 0;
};

}  // namespace pappus::peer
