#include <utility>

#include <pappus/peer/dandelion/limits.hpp>
#include <pappus/peer/dandelion/stem_budget.hpp>

namespace pappus::peer {

bool stem_budget::try_consume(io::ipv4_address from, std::size_t bytes, io::time_point epoch_ends) {
  if (std::exchange(epoch_ends_, epoch_ends) != epoch_ends) spent_.clear();
  stem_limits& spent = spent_by(from);
  if (spent.transactions >= limits_.transactions || bytes > limits_.bytes - spent.bytes) {
    ++refused_;
    return false;
  }
  ++spent.transactions;
  spent.bytes += bytes;
  return true;
}

/// Addresses, netgroups and the remainder have separate ranges of keys.
stem_limits& stem_budget::spent_by(io::ipv4_address from) {
  constexpr std::uint64_t netgroups = std::uint64_t{1} << 32;
  constexpr std::uint64_t overflow_group = 2 * netgroups;
  if (const auto found = spent_.find(from.value); found != spent_.end()) return found->second;
  if (spent_.size() < limits::max_stem_accounts) return spent_[from.value] = {0, 0};
  const std::uint64_t netgroup = netgroups + from.netgroup();
  const bool has_room = spent_.contains(netgroup) || spent_.size() < 2 * limits::max_stem_accounts;
  return spent_.try_emplace(has_room ? netgroup : overflow_group, stem_limits{0, 0}).first->second;
}

}  // namespace pappus::peer
