// Table of the address book: buckets of `limits::bucket_size` places each, which take memory as they fill.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/peer/store/limits.hpp>

namespace pappus::peer {

/// Position in a table.
struct bucket_position {
  std::uint16_t bucket = 0;
  std::uint8_t position = 0;

  friend bool operator==(const bucket_position&, const bucket_position&) noexcept = default;
};

/// Table of entry numbers. All functions are O(1). An empty bucket takes two bytes.
class bucket_table {
public:
  using number = std::uint32_t;

  explicit bucket_table(std::size_t buckets) : listed_at_(buckets, none) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t buckets() const noexcept { return listed_at_.size(); }

  [[nodiscard]] std::optional<number> at(bucket_position position) const noexcept {
    const std::uint16_t listed = listed_at_[position.bucket];
    if (listed == none || (filled_[listed].used & bit(position.position)) == 0) return std::nullopt;
    return filled_[listed].numbers[static_cast<std::size_t>(filled_[listed].rank_of(position.position))];
  }

  /// The place must be free. If it throws for want of memory, nothing has changed.
  void put(bucket_position position, number what) {
    std::uint16_t& listed = listed_at_[position.bucket];
    if (listed == none) {
      bucket added;
      added.index = position.bucket;
      added.numbers.push_back(what);
      filled_.push_back(std::move(added));
      listed = static_cast<std::uint16_t>(filled_.size() - 1);
    } else {
      auto& numbers = filled_[listed].numbers;
      numbers.insert(numbers.begin() + filled_[listed].rank_of(position.position), what);
    }
    filled_[listed].used |= bit(position.position);
    ++size_;
  }

  /// The place must be taken.
  void replace(bucket_position position, number what) noexcept {
    bucket& in = filled_[listed_at_[position.bucket]];
    in.numbers[static_cast<std::size_t>(in.rank_of(position.position))] = what;
  }

  /// The place must be taken.
  void clear(bucket_position position) noexcept {
    std::uint16_t& listed = listed_at_[position.bucket];
    bucket& in = filled_[listed];
    in.numbers.erase(in.numbers.begin() + in.rank_of(position.position));
    in.used &= ~bit(position.position);
    --size_;
    if (in.used != 0) return;
    listed_at_[filled_.back().index] = listed;
    std::swap(in, filled_.back());
    filled_.pop_back();
    listed = none;
  }

  /// Selects a number at random: a bucket, uniformly among those that are not empty, and in it the first taken place
  /// from a uniformly chosen position on. So a source that fills few buckets is selected seldom, however full they are.
  /// The table must not be empty. `rng`: a random number of at least 32 bits.
  [[nodiscard]] number select(std::uint64_t rng) const noexcept {
    const bucket& in = filled_[(rng >> 8) % filled_.size()];
    const int start = static_cast<int>(rng % limits::bucket_size);
    const int behind = std::countr_zero(std::rotr(in.used, start));
    const std::size_t place = static_cast<std::size_t>(start + behind) % limits::bucket_size;
    return in.numbers[static_cast<std::size_t>(in.rank_of(static_cast<std::uint8_t>(place)))];
  }

private:
  static_assert(limits::bucket_size == 64, "which places are taken are the bits of a word");
  static_assert(limits::new_bucket_count < UINT16_MAX);

  static constexpr std::uint16_t none = UINT16_MAX;

  /// A bucket that is not empty.
  struct bucket {
    std::uint64_t used = 0;       // a bit for each place that is taken
    std::vector<number> numbers;  // of these, in the order of the places
    std::uint16_t index = 0;

    /// Number of taken places before this one.
    [[nodiscard]] int rank_of(std::uint8_t place) const noexcept { return std::popcount(used & (bit(place) - 1)); }
  };

  static constexpr std::uint64_t bit(std::uint8_t position) noexcept { return std::uint64_t{1} << position; }

  std::vector<std::uint16_t> listed_at_;  // of each bucket: its index in `filled_`; `none` if it is empty
  std::vector<bucket> filled_;
  std::size_t size_ = 0;
};

}  // namespace pappus::peer
