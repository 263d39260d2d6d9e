// How much each address may stem in an epoch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {

/// What an address may stem in an epoch.
struct stem_limits {
  std::size_t transactions = limits::stems_by_address;
  std::size_t bytes = limits::stem_bytes_by_address;
};

/// Counts by IP address, so that nobody starts over by connecting again. When there are too many addresses the others
/// share what one may, by /16, and in the end all together: whoever has many addresses gains nothing by it.
class stem_budget {
public:
  explicit stem_budget(const stem_limits& each) noexcept : each_(each) {}

  /// Whether one of that size may come from there in the epoch that ends then; if so, it has. O(log n), O(n) at the
  /// beginning of an epoch.
  [[nodiscard]] bool take(io::ipv4_address from, std::size_t bytes, io::time_point epoch_ends);

  [[nodiscard]] std::size_t size() const noexcept { return spent_.size(); }
  /// How many have not been taken.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

private:
  [[nodiscard]] stem_limits& spent_by(io::ipv4_address from);

  stem_limits each_;
  std::map<std::uint64_t, stem_limits> spent_;  // in this epoch
  io::time_point epoch_ends_{};
  std::uint64_t refused_ = 0;
};

}  // namespace pappus::peer
