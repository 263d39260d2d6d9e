// Private links that the other node or this one refuses, for the log.
#pragma once

#include <string>
#include <unordered_map>

#include <pappus/ip_address.hpp>
#include <pappus/peer/logger.hpp>

namespace pappus::peer {

/// Logs why a private link is refused, once for each reason, until the link is made: it is attempted for ever.
class link_warnings {
public:
  /// `log` outlives it.
  explicit link_warnings(logger& log) noexcept : log_(log) {}

  /// The link for which the address stands, with a node of that name, is refused.
  void refused(const ip_address& link, const std::string& name, const std::string& why);
  /// It is made. O(1).
  void made(const ip_address& link) noexcept { reasons_.erase(link); }

private:
  logger& log_;
  std::unordered_map<ip_address, std::string> reasons_;  // of links to nodes of `tls_options::peers` alone
};

}  // namespace pappus::peer
