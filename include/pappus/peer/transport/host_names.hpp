// Hosts that have no address here: onion services, and what only a proxy looks up.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include <pappus/ip_address.hpp>

namespace pappus::peer {

/// Addresses that stand for names, so that a host without an address has all that hangs on one: sessions, accounts,
/// bans, one connection at a time. They are `ip_address::is_named`, leave this node in no message, and are accepted
/// from none. Only the operator's names are added, so that there are few.
class host_names {
public:
  /// The address of a name, which is the same in each run. Names differ without regard to case. O(length).
  [[nodiscard]] static ip_address address_of(std::string_view name);
  /// The same, for which `find` then returns the name. O(length).
  ip_address add(std::string_view name);
  /// The name for which an address stands, in lower case; null if it stands for none. Valid until the next `add`. O(1).
  [[nodiscard]] const std::string* find(const ip_address& address) const noexcept;

private:
  std::unordered_map<ip_address, std::string> names_;
};

}  // namespace pappus::peer
