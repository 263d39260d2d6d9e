// Map from endpoint ranges to values, with look-up of the ranges that contain an endpoint.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>

namespace pappus::peer {

/// One value for each range. A look-up makes one search for each prefix length in use by the family of the address, the
/// longest first, and stops at the first suitable value: O(1), whatever the number of ranges. Each prefix length has
/// its own hash table, and before it a small filter that avoids most searches of a table with few entries. A table
/// takes memory while it has entries.
template <class Value>
class range_index {
public:
  /// Sets the value of a range, replacing its previous one.
  void set(const io::endpoint_range& range, Value value) {
    tables& among = tables_of(range.network, range.port.has_value());
    auto alike = longest_up_to(among, range.prefix_length);
    if (alike == among.end() || alike->prefix_length != range.prefix_length) {
      alike = among.insert(alike, {range.prefix_length, std::make_unique<table>()});
    }
    if (alike->entries->set(key_of(range), value)) ++size_;
  }
  void erase(const io::endpoint_range& range) noexcept {
    tables& among = tables_of(range.network, range.port.has_value());
    const auto alike = longest_up_to(among, range.prefix_length);
    if (alike == among.end() || alike->prefix_length != range.prefix_length) return;
    size_ -= alike->entries->erase(key_of(range));
    if (alike->entries->empty()) among.erase(alike);
  }

  /// The value of the narrowest all-port range that contains `address` and for which `matches` is true; null if there
  /// is none.
  template <class Predicate>
  [[nodiscard]] const Value* find(const ip_address& address, Predicate matches) const noexcept {
    return find_in(tables_of(address, false), {address, 0}, matches);
  }
  /// The same for an endpoint: first the ranges with its port, then those with all ports.
  template <class Predicate>
  [[nodiscard]] const Value* find(const io::endpoint& endpoint, Predicate matches) const noexcept {
    const Value* const found = find_in(tables_of(endpoint.address, true), endpoint, matches);
    return found != nullptr ? found : find(endpoint.address, matches);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
  /// The first address of a range, and its port or 0.
  using key = io::endpoint;

  class table {
  public:
    /// True if the key is new.
    bool set(const key& range, Value value) {
      const std::size_t hash = std::hash<key>{}(range);
      filter_[word_of(hash)] |= bit_of(hash);
      return values_.insert_or_assign(range, value).second;
    }
    std::size_t erase(const key& range) noexcept { return values_.erase(range); }
    [[nodiscard]] bool empty() const noexcept { return values_.empty(); }
    [[nodiscard]] const Value* find(const key& range) const noexcept {
      const std::size_t hash = std::hash<key>{}(range);
      if ((filter_[word_of(hash)] & bit_of(hash)) == 0) return nullptr;
      const auto found = values_.find(range);
      return found == values_.end() ? nullptr : &found->second;
    }

  private:
    static constexpr std::size_t word_of(std::size_t hash) noexcept { return hash >> 58; }
    static constexpr std::uint64_t bit_of(std::size_t hash) noexcept { return std::uint64_t{1} << (hash >> 52 & 63); }

    std::unordered_map<key, Value> values_;
    std::array<std::uint64_t, 64> filter_{};  // a bit for each key so far
  };

  struct ranges_alike {
    std::uint8_t prefix_length;
    std::unique_ptr<table> entries;
  };
  using tables = std::vector<ranges_alike>;  // the longest prefixes first

  [[nodiscard]] static auto longest_up_to(tables& among, std::uint8_t prefix_length) noexcept {
    return std::ranges::find_if(among, [=](const auto& each) { return each.prefix_length <= prefix_length; });
  }
  [[nodiscard]] static key key_of(const io::endpoint_range& range) noexcept {
    return {range.network, range.port.value_or(0)};
  }
  /// Addresses that stand for names are in no range of IPv6 but those of such addresses alone.
  [[nodiscard]] static std::size_t index_of(const ip_address& address, bool has_port) noexcept {
    std::size_t family = address.is_v4() ? 1 : 0;
    if (address.is_named()) family = 2;
    return 2 * family + (has_port ? 1U : 0U);
  }
  [[nodiscard]] tables& tables_of(const ip_address& address, bool has_port) noexcept {
    return tables_[index_of(address, has_port)];
  }
  [[nodiscard]] const tables& tables_of(const ip_address& address, bool has_port) const noexcept {
    return tables_[index_of(address, has_port)];
  }

  template <class Predicate>
  static const Value* find_in(const tables& among, const key& where, Predicate matches) noexcept {
    for (const ranges_alike& each : among) {
      const Value* const found = each.entries->find({where.address.first_of_block(each.prefix_length), where.port});
      if (found != nullptr && matches(*found)) return found;
    }
    return nullptr;
  }

  std::array<tables, 6> tables_;  // by family, and whether the ranges have one port
  std::size_t size_ = 0;
};

}  // namespace pappus::peer
