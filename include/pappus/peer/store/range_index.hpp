// Finds the ranges that an endpoint is in, among very many.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>

namespace pappus::peer {

/// One value a range. A look-up asks once for each length of prefix in use, the longest first, and stops at the first
/// value that will do: O(1), whatever the number of ranges. Each length has a table of its own and a small filter
/// before it, which spares most looks at a table that holds few.
template <class Value>
class range_index {
public:
  /// Puts a value in the place of the one before.
  void set(const io::endpoint_range& range, Value value) {
    tables& among = range.port ? at_one_port_ : at_any_port_;
    if (!among.by_length[range.prefix_length].set(key_of(range), value)) return;
    among.used |= bit(range.prefix_length);
    ++size_;
  }
  void erase(const io::endpoint_range& range) noexcept {
    tables& among = range.port ? at_one_port_ : at_any_port_;
    table& alike = among.by_length[range.prefix_length];
    size_ -= alike.erase(key_of(range));
    if (alike.empty()) among.used &= ~bit(range.prefix_length);
  }

  /// The first value of a range around `address` at all ports for which `will_do` is true; null if there is none.
  template <class Predicate>
  [[nodiscard]] const Value* find(io::ipv4_address address, Predicate will_do) const noexcept {
    return find_in(at_any_port_, address, std::nullopt, will_do);
  }
  /// The same for the ranges around an endpoint, those at its port first.
  template <class Predicate>
  [[nodiscard]] const Value* find(io::endpoint where, Predicate will_do) const noexcept {
    const Value* const found = find_in(at_one_port_, where.address, where.port, will_do);
    return found != nullptr ? found : find(where.address, will_do);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
  /// Keys differ in few bits, and std::hash leaves integers as they are. Of a product the upper bits depend on all of
  /// its factors' bits.
  static constexpr std::uint64_t mix(std::uint64_t key) noexcept { return key * 0x9e3779b97f4a7c15; }
  struct mixed {
    std::size_t operator()(std::uint64_t key) const noexcept {
      return static_cast<std::size_t>(mix(key) ^ mix(key) >> 32);
    }
  };

  class table {
  public:
    /// Whether there was none before.
    bool set(std::uint64_t key, Value value) {
      filter_[word_of(key)] |= bit_of(key);
      return values_.insert_or_assign(key, value).second;
    }
    std::size_t erase(std::uint64_t key) noexcept {
      const std::size_t erased = values_.erase(key);
      if (values_.empty()) filter_.fill(0);
      return erased;
    }
    [[nodiscard]] bool empty() const noexcept { return values_.empty(); }
    [[nodiscard]] const Value* find(std::uint64_t key) const noexcept {
      if ((filter_[word_of(key)] & bit_of(key)) == 0) return nullptr;
      const auto found = values_.find(key);
      return found == values_.end() ? nullptr : &found->second;
    }

  private:
    static constexpr std::size_t word_of(std::uint64_t key) noexcept { return mix(key) >> 58; }
    static constexpr std::uint64_t bit_of(std::uint64_t key) noexcept {
      return std::uint64_t{1} << (mix(key) >> 52 & 63);
    }

    std::unordered_map<std::uint64_t, Value, mixed> values_;
    std::array<std::uint64_t, 64> filter_{};  // a bit for each key there has been since it was last empty
  };

  struct tables {
    std::array<table, 33> by_length;
    std::uint64_t used = 0;  // which of them have something in them, as bits
  };

  static constexpr std::uint64_t bit(std::uint8_t length) noexcept { return std::uint64_t{1} << length; }
  static constexpr std::uint64_t key_of(const io::endpoint_range& range) noexcept {
    return std::uint64_t{range.network.value} << 16 | range.port.value_or(0);
  }

  template <class Predicate>
  static const Value* find_in(const tables& among, io::ipv4_address address, std::optional<std::uint16_t> port,
                              Predicate will_do) noexcept {
    for (std::uint64_t left = among.used; left != 0;) {
      const auto length = static_cast<std::uint8_t>(std::bit_width(left) - 1);
      left &= ~bit(length);
      const table& alike = among.by_length[length];
      const Value* const found = alike.find(key_of(io::endpoint_range{address, length, port}));
      if (found != nullptr && will_do(*found)) return found;
    }
    return nullptr;
  }

  tables at_any_port_;
  tables at_one_port_;
  std::size_t size_ = 0;
};

}  // namespace pappus::peer
