// Finds the ranges that an endpoint is in, among very many.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>

namespace pappus::peer {

/// One value a range. A look-up asks once for each length of prefix in use, the longest first, and stops at the first
/// value that will do: O(1), whatever the number of ranges.
template <class Value>
class range_index {
public:
  /// Puts a value in the place of the one before.
  void set(const io::endpoint_range& range, Value value) {
    if (values_.insert_or_assign(key_of(range), value).second) count(range, true);
  }
  void erase(const io::endpoint_range& range) noexcept {
    if (values_.erase(key_of(range)) != 0) count(range, false);
  }

  /// The first value of a range around `address` at all ports for which `will_do` is true; null if there is none.
  template <class Predicate>
  [[nodiscard]] const Value* find(io::ipv4_address address, Predicate will_do) const noexcept {
    return find_in(whole_, address, 0, will_do);
  }
  /// The same for the ranges around an endpoint, those at its port first.
  template <class Predicate>
  [[nodiscard]] const Value* find(io::endpoint where, Predicate will_do) const noexcept {
    const Value* const found = where.port == 0 ? nullptr : find_in(at_a_port_, where.address, where.port, will_do);
    return found != nullptr ? found : find(where.address, will_do);
  }

  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }

private:
  /// How many ranges there are of each length of prefix, and which lengths there are, as bits.
  struct lengths {
    std::array<std::size_t, 33> ranges{};
    std::uint64_t used = 0;
  };

  static constexpr std::uint64_t key_of(const io::endpoint_range& range) noexcept {
    return std::uint64_t{range.first.value} << 32 | std::uint64_t{range.bits} << 16 | range.port;
  }

  void count(const io::endpoint_range& range, bool more) noexcept {
    lengths& of = range.port == 0 ? whole_ : at_a_port_;
    std::size_t& ranges = of.ranges[range.bits];
    ranges += more ? 1 : std::size_t(-1);
    const std::uint64_t bit = std::uint64_t{1} << range.bits;
    of.used = ranges != 0 ? of.used | bit : of.used & ~bit;
  }

  template <class Predicate>
  const Value* find_in(const lengths& in, io::ipv4_address address, std::uint16_t port,
                       Predicate will_do) const noexcept {
    for (std::uint64_t left = in.used; left != 0;) {
      const auto bits = static_cast<std::uint8_t>(std::bit_width(left) - 1);
      left &= ~(std::uint64_t{1} << bits);
      const auto found = values_.find(key_of(io::endpoint_range(address, bits, port)));
      if (found != values_.end() && will_do(found->second)) return &found->second;
    }
    return nullptr;
  }

  /// Keys differ in few bits, and std::hash leaves integers as they are.
  struct mixed {
    std::size_t operator()(std::uint64_t key) const noexcept {
      key = (key ^ key >> 32) * 0x9e3779b97f4a7c15;
      return static_cast<std::size_t>(key ^ key >> 32);
    }
  };

  std::unordered_map<std::uint64_t, Value, mixed> values_;
  lengths whole_;
  lengths at_a_port_;
};

}  // namespace pappus::peer
