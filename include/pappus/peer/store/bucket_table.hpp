// Half of the address book: buckets of a few places each, which take memory only as they fill.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <pappus/peer/limits.hpp>

namespace pappus::peer {

/// Where in a table.
struct bucket_place {
  std::uint16_t bucket = 0;
  std::uint8_t position = 0;
};

/// Holds numbers. All of it O(1).
class bucket_table {
public:
  using number = std::uint32_t;

  explicit bucket_table(std::size_t buckets) : buckets_(buckets) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  [[nodiscard]] std::optional<number> at(bucket_place where) const noexcept {
    const auto& in = buckets_[where.bucket];
    if (in == nullptr || (in->used >> where.position & 1) == 0) return std::nullopt;
    return in->places[where.position];
  }

  /// At a place that is free.
  void put(bucket_place where, number what) {
    auto& in = buckets_[where.bucket];
    if (in == nullptr) in = std::make_unique<bucket>();
    if (in->used == 0) {
      in->listed_at = static_cast<std::uint32_t>(filled_.size());
      filled_.push_back(where.bucket);
    }
    in->used |= bit(where.position);
    in->places[where.position] = what;
    ++size_;
  }

  /// From a place that is taken.
  void clear(bucket_place where) noexcept {
    auto& in = buckets_[where.bucket];
    in->used &= ~bit(where.position);
    --size_;
    if (in->used != 0) return;
    const std::uint16_t last = filled_.back();
    filled_[in->listed_at] = last;
    buckets_[last]->listed_at = in->listed_at;
    filled_.pop_back();
    in.reset();
  }

  /// Some number in it: of the buckets that have any, each as likely as the others, and in it the first behind a
  /// place that is. So whoever fills few buckets is picked seldom, however full they are. Only if there is one.
  [[nodiscard]] number pick(std::uint64_t chance) const noexcept {
    const bucket& in = *buckets_[filled_[(chance >> 8) % filled_.size()]];
    const int start = static_cast<int>(chance % limits::bucket_places);
    const int behind = std::countr_zero(std::rotr(in.used, start));
    return in.places[static_cast<std::size_t>(start + behind) % limits::bucket_places];
  }

private:
  static_assert(limits::bucket_places == 64, "which places are taken are the bits of a word");

  struct bucket {
    std::uint64_t used = 0;
    std::uint32_t listed_at = 0;
    std::array<number, limits::bucket_places> places;
  };

  static constexpr std::uint64_t bit(std::uint8_t position) noexcept { return std::uint64_t{1} << position; }

  std::vector<std::unique_ptr<bucket>> buckets_;
  std::vector<std::uint16_t> filled_;  // buckets with a number in them
  std::size_t size_ = 0;
};

}  // namespace pappus::peer
