// Private links that are not made, for the log.
#pragma once

#include <string>
#include <unordered_map>

#include <pappus/ip_address.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/logger.hpp>

namespace pappus::peer {

/// Logs why a private link is not made, once for each kind of reason after another, until it is: it is attempted for
/// ever.
class link_warnings {
public:
  /// `log` outlives it.
  explicit link_warnings(logger& log) noexcept : log_(log) {}

  /// The link for which the address stands, with a node of that name, is not made. `why`: in words.
  void failed(const ip_address& link, const std::string& name, disconnect_reason kind, const std::string& why);
  /// It is made. O(1).
  void made(const ip_address& link) noexcept { reasons_.erase(link); }

private:
  logger& log_;
  std::unordered_map<ip_address, disconnect_reason> reasons_;  // of links to nodes of `tls_options::peers` alone
};

}  // namespace pappus::peer
