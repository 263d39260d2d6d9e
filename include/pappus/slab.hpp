// Objects in blocks of memory, addressed by 32-bit numbers: half the size of a pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace pappus {

/// Objects keep their addresses until they are removed. Free places are reused, the latest first. Memory grows by one
/// block at a time and is never freed before destruction. All operations are O(1).
template <class T>
class slab {
public:
  using index = std::uint32_t;

  /// Stores an object and returns its place. Strong exception guarantee.
  index add(T value) {
    if (free_.empty()) {
      if (used_ == blocks_.size() * block) grow();
      free_.push_back(static_cast<index>(used_++));
    }
    const index where = free_.back();
    (*this)[where] = std::move(value);
    free_.pop_back();
    return where;
  }

  /// Destroys the object by assigning a default-constructed `T`, and frees its place.
  void remove(index where) noexcept {
    free_.push_back(where);
    (*this)[where] = T{};
  }

  [[nodiscard]] T& operator[](index where) noexcept { return blocks_[where / block][where % block]; }
  [[nodiscard]] const T& operator[](index where) const noexcept { return blocks_[where / block][where % block]; }

  /// Upper bound of all places returned so far, exclusive.
  [[nodiscard]] std::size_t places() const noexcept { return used_; }

private:
  static constexpr std::size_t block = 256;

  /// Keeps the capacity of `free_` at the number of all places, so that `remove` never allocates.
  void grow() {
    auto more = std::make_unique<T[]>(block);
    free_.reserve(used_ + block);
    blocks_.push_back(std::move(more));
  }

  std::vector<std::unique_ptr<T[]>> blocks_;
  std::vector<index> free_;
  std::size_t used_ = 0;
};

}  // namespace pappus
