#include <utility>

#include <pappus/peer/dandelion/limits.hpp>
#include <pappus/peer/dandelion/stem_budget.hpp>

namespace pappus::peer {

bool stem_budget::try_consume(ip_address from, std::size_t bytes, io::time_point epoch_ends) {
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

stem_limits& stem_budget::spent_by(ip_address from) {
  const io::endpoint_range subnet{from, from.subnet_prefix()};
  const io::endpoint_range netgroup{from, from.netgroup_prefix()};
  constexpr io::endpoint_range overflow_group{ip_address{}, 0};
  if (const auto found = spent_.find(subnet); found != spent_.end()) return found->second;
  if (spent_.size() < limits::max_stem_accounts) return spent_[subnet] = {0, 0};
  const bool has_room = spent_.contains(netgroup) || spent_.size() < 2 * limits::max_stem_accounts;
  return spent_.try_emplace(has_room ? netgroup : overflow_group, stem_limits{0, 0}).first->second;
}

}  // namespace pappus::peer
