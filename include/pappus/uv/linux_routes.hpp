// The default routes of a host, from the tables of Linux's /proc/net.
#pragma once

#include <string_view>
#include <vector>

#include <pappus/ip_address.hpp>

namespace pappus::uv {

/// The gateways of the default routes in the text of /proc/net/route, those with the lowest metric first. Lines of
/// another form are skipped. O(n log n).
[[nodiscard]] std::vector<ip_address> default_gateways_v4(std::string_view table);

/// The same of /proc/net/ipv6_route, without link-local addresses, which need a zone.
[[nodiscard]] std::vector<ip_address> default_gateways_v6(std::string_view table);

}  // namespace pappus::uv
