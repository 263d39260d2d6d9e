// FIFO queue in one block of memory, which grows to the largest size so far and is reused.
#pragma once

#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace pappus {

/// Ring buffer. A popped element is destroyed at once by assigning a default-constructed `T`. `FirstCapacity`: elements
/// for which the first one allocates, a power of two.
template <class T, std::size_t FirstCapacity = 4>
class ring_buffer {
  static_assert(std::has_single_bit(FirstCapacity));

public:
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T& front() noexcept { return slots_[first_]; }
  [[nodiscard]] T& back() noexcept { return (*this)[size_ - 1]; }
  /// The i-th element from the front. The reference is valid until the next `push_back`.
  [[nodiscard]] T& operator[](std::size_t i) noexcept { return slots_[(first_ + i) & (capacity_ - 1)]; }

  /// Until there are more than so many elements, none is added by an allocation.
  void reserve(std::size_t count) {
    if (count > capacity_) grow(std::bit_ceil(count));
  }

  /// Amortized O(1).
  void push_back(T value) {
    if (size_ == capacity_) grow(capacity_ == 0 ? FirstCapacity : capacity_ * 2);
    ++size_;
    back() = std::move(value);
  }

  void pop_front() noexcept {
    slots_[first_] = T{};
    first_ = (first_ + 1) & (capacity_ - 1);
    --size_;
  }

  void clear() noexcept {
    while (!empty()) pop_front();
  }

private:
  void grow(std::size_t larger) {
    auto slots = std::make_unique<T[]>(larger);
    for (std::size_t i = 0; i != size_; ++i) slots[i] = std::move((*this)[i]);
    slots_ = std::move(slots);
    capacity_ = larger;
    first_ = 0;
  }

  std::unique_ptr<T[]> slots_;
  std::size_t capacity_ = 0;  // a power of two
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace pappus
