// Range over a list that is packed in its owner's bytes; elements are decoded on access.
#pragma once

#include <cstddef>
#include <iterator>
#include <utility>

namespace pappus::wire {

/// Range over `(owner.*Get)(i)`; elements are returned by value. Borrows the owner.
template <class Owner, auto Get>
class indexed_view {
public:
  class iterator {
  public:
    using iterator_concept = std::forward_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = decltype((std::declval<const Owner&>().*Get)(0));
    using reference = value_type;
    using pointer = void;

    iterator() noexcept = default;
    iterator(const Owner* owner, std::size_t index) noexcept : owner_(owner), index_(index) {}

    value_type operator*() const { return (owner_->*Get)(index_); }
    iterator& operator++() noexcept {
      ++index_;
      return *this;
    }
    iterator operator++(int) noexcept { return {owner_, index_++}; }

    friend bool operator==(const iterator&, const iterator&) = default;

  private:
    const Owner* owner_ = nullptr;
    std::size_t index_ = 0;
  };

  indexed_view(const Owner& owner, std::size_t count) noexcept : owner_(&owner), count_(count) {}

  [[nodiscard]] iterator begin() const noexcept { return {owner_, 0}; }
  [[nodiscard]] iterator end() const noexcept { return {owner_, count_}; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

  /// Requires `index < size()`.
  [[nodiscard]] auto operator[](std::size_t index) const { return (owner_->*Get)(index); }

private:
  const Owner* owner_;
  std::size_t count_;
};

}  // namespace pappus::wire
