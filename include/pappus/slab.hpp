// Objects in blocks of memory, at small numbers: one takes half the room of a pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace pappus {

/// Objects stay where they are until they are given back; their places are then used again, the latest first. Memory
/// grows by a block and is kept. All of it O(1).
template <class T>
class slab {
public:
  using place = std::uint32_t;

  /// Puts an object somewhere. If this throws nothing has changed.
  place add(T value) {
    if (free_.empty()) {
      if (used_ == blocks_.size() * block) grow();
      free_.push_back(static_cast<place>(used_++));
    }
    const place where = free_.back();
    (*this)[where] = std::move(value);
    free_.pop_back();
    return where;
  }

  /// What was there is gone, as if assigned from a new `T`.
  void remove(place where) noexcept {
    free_.push_back(where);
    (*this)[where] = T{};
  }

  [[nodiscard]] T& operator[](place where) noexcept { return blocks_[where / block][where % block]; }
  [[nodiscard]] const T& operator[](place where) const noexcept { return blocks_[where / block][where % block]; }

  /// All places so far are below this.
  [[nodiscard]] std::size_t places() const noexcept { return used_; }

private:
  static constexpr std::size_t block = 256;

  /// There is always room for all places to be free.
  void grow() {
    auto more = std::make_unique<T[]>(block);
    free_.reserve(used_ + block);
    blocks_.push_back(std::move(more));
  }

  std::vector<std::unique_ptr<T[]>> blocks_;
  std::vector<place> free_;
  std::size_t used_ = 0;
};

}  // namespace pappus
