#include <string>

#include <pappus/peer/access/connection_gater.hpp>

namespace pappus::peer {
namespace {

constexpr auto any = [](const auto&) { return true; };

bool stands_for_name(ip_address address) noexcept { return address.is_named(); }
bool stands_for_name(io::endpoint endpoint) noexcept { return endpoint.address.is_named(); }

std::optional<disconnect_info> because_of(const ban* found) {
  if (found == nullptr) return std::nullopt;
  return disconnect_info{disconnect_reason::banned, std::string{wire::to_string(found->reason)}};
}

}  // namespace

connection_gater::connection_gater(const ban_list& banned, const peer_lists& lists) : bans_(banned) {
  for (const io::endpoint_range& each : lists.deny) denied_.set(each, {});
  for (const io::endpoint_range& each : lists.allow) {
    allowed_.set(each, {});
    allowed_somewhere_.set(io::endpoint_range{each.network, each.prefix_length}, {});
  }
  for (const io::endpoint_range& each : lists.prefer) prefer(each);
}

void connection_gater::prefer(const io::endpoint_range& range) {
  const io::endpoint_range block{range.network, range.prefix_length};
  auto& ports = entries_[block];
  ports.insert(range.port);
  preferred_.set(range, {});
  preferred_somewhere_.set(block, ports.size());
}

/// The list of those allowed says nothing of names: the operator has named each host that is dialed by one, and opened
/// the listener by which peers come that have no address.
template <class Where>
std::optional<disconnect_info> connection_gater::check(Where from, const range_index<listed>& allowed,
                                                       io::wall_time now) const {
  if (denied_.find(from, any) != nullptr) return disconnect_info{disconnect_reason::not_allowed, {}};
  const bool open = allowed.size() == 0 || stands_for_name(from) || allowed.find(from, any) != nullptr;
  if (!open) return disconnect_info{disconnect_reason::not_allowed, "not on the list of those allowed"};
  return because_of(bans_.find(from, now));
}

bool connection_gater::prefers(io::endpoint dialed) const noexcept { return preferred_.find(dialed, any) != nullptr; }

std::size_t connection_gater::preferences_at(ip_address address) const noexcept {
  const std::size_t* const found = preferred_somewhere_.find(address, any);
  return found == nullptr ? 0 : *found;
}

std::optional<disconnect_info> connection_gater::reject_reason(ip_address address, io::wall_time now) const {
  return check(address, allowed_somewhere_, now);
}

std::optional<disconnect_info> connection_gater::reject_reason(io::endpoint endpoint, io::wall_time now) const {
  return check(endpoint, allowed_, now);
}

}  // namespace pappus::peer
