// Limit on the stem transactions of each address in an epoch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/dandelion/limits.hpp>

namespace pappus::peer {

/// Stem transactions that one address may send in an epoch, count and bytes.
struct stem_limits {
  std::size_t transactions = limits::max_stems_per_address;  // count
  std::size_t bytes = limits::max_stem_bytes_per_address;    // of them together
};

/// Counts by IP address, of IPv6 by subnet, so that reconnecting resets nothing. After `limits::max_stem_accounts`
/// addresses, the further ones of a netgroup share the limit of one address; after as many netgroups, all others share
/// one: an attacker gains nothing by more addresses.
class stem_budget {
public:
  explicit stem_budget(const stem_limits& each) noexcept : limits_(each) {}

  /// Whether a transaction of that size is allowed from that address in the epoch that ends at `epoch_ends`; if so, it
  /// is counted. O(log n), O(n) at the beginning of an epoch.
  [[nodiscard]] bool try_consume(ip_address from, std::size_t bytes, io::time_point epoch_ends);

  [[nodiscard]] std::size_t size() const noexcept { return spent_.size(); }
  /// Number of transactions that were not allowed.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

private:
  [[nodiscard]] stem_limits& spent_by(ip_address from);

  stem_limits limits_;
  std::map<io::endpoint_range, stem_limits> spent_;  // in this epoch
  io::time_point epoch_ends_{};
  std::uint64_t refused_ = 0;
};

}  // namespace pappus::peer
