// Map from endpoint ranges to values, with look-up of the ranges that contain an endpoint.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>

namespace pappus::peer {

/// One value for each range. A look-up makes one search for each prefix length in use, the longest first, and stops at
/// the first suitable value: O(1), whatever the number of ranges. Each prefix length has its own hash table, and before
/// it a small filter that avoids most searches of a table with few entries. A table takes memory while it has entries.
template <class Value>
class range_index {
public:
  /// Sets the value of a range, replacing its previous one.
  void set(const io::endpoint_range& range, Value value) {
    tables& among = range.port ? single_port_ : any_port_;
    std::unique_ptr<table>& alike = among.by_length[range.prefix_length];
    if (alike == nullptr) alike = std::make_unique<table>();
    if (!alike->set(key_of(range), value)) return;
    among.used |= bit(range.prefix_length);
    ++size_;
  }
  void erase(const io::endpoint_range& range) noexcept {
    tables& among = range.port ? single_port_ : any_port_;
    std::unique_ptr<table>& alike = among.by_length[range.prefix_length];
    if (alike == nullptr) return;
    size_ -= alike->erase(key_of(range));
    if (!alike->empty()) return;
    among.used &= ~bit(range.prefix_length);
    alike.reset();
  }

  /// The value of the narrowest all-port range that contains `address` and for which `matches` is true; null if there
  /// is none.
  template <class Predicate>
  [[nodiscard]] const Value* find(io::ipv4_address address, Predicate matches) const noexcept {
    return find_in(any_port_, address, std::nullopt, matches);
  }
  /// The same for an endpoint: first the ranges with its port, then those with all ports.
  template <class Predicate>
  [[nodiscard]] const Value* find(io::endpoint endpoint, Predicate matches) const noexcept {
    const Value* const found = find_in(single_port_, endpoint.address, endpoint.port, matches);
    return found != nullptr ? found : find(endpoint.address, matches);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
  /// Multiplicative hash. Keys differ in few bits, and std::hash returns integers unchanged; the upper bits of the
  /// product depend on all bits of the key.
  static constexpr std::uint64_t mix(std::uint64_t key) noexcept { return key * 0x9e3779b97f4a7c15; }
  struct mixed {
    std::size_t operator()(std::uint64_t key) const noexcept {
      return static_cast<std::size_t>(mix(key) ^ mix(key) >> 32);
    }
  };

  class table {
  public:
    /// True if the key is new.
    bool set(std::uint64_t key, Value value) {
      filter_[word_of(key)] |= bit_of(key);
      return values_.insert_or_assign(key, value).second;
    }
    std::size_t erase(std::uint64_t key) noexcept { return values_.erase(key); }
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
    std::array<std::uint64_t, 64> filter_{};  // a bit for each key so far
  };

  struct tables {
    std::array<std::unique_ptr<table>, 33> by_length;  // null: empty
    std::uint64_t used = 0;                            // bit mask of the lengths whose tables are not empty
  };

  static constexpr std::uint64_t bit(std::uint8_t length) noexcept { return std::uint64_t{1} << length; }
  static constexpr std::uint64_t key_of(const io::endpoint_range& range) noexcept {
    return std::uint64_t{range.network.value} << 16 | range.port.value_or(0);
  }

  template <class Predicate>
  static const Value* find_in(const tables& among, io::ipv4_address address, std::optional<std::uint16_t> port,
                              Predicate matches) noexcept {
    for (std::uint64_t left = among.used; left != 0;) {
      const auto length = static_cast<std::uint8_t>(std::bit_width(left) - 1);
      left &= ~bit(length);
      const Value* const found = among.by_length[length]->find(key_of(io::endpoint_range{address, length, port}));
      if (found != nullptr && matches(*found)) return found;
    }
    return nullptr;
  }

  tables any_port_;
  tables single_port_;
  std::size_t size_ = 0;
};

}  // namespace pappus::peer
