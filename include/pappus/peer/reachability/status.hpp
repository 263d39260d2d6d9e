// State of how a node is reached.
#pragma once

#include <cstddef>
#include <optional>

#include <pappus/io/endpoint.hpp>
#include <pappus/ip_address.hpp>
#include <pappus/peer/reachability/statistics.hpp>
#include <pappus/portmap/epoch.hpp>

namespace pappus::peer {

/// The listening port as a gateway maps it.
struct port_mapping {
  portmap::mapping_protocol protocol = portmap::mapping_protocol::pcp;  // by which it was asked
  io::endpoint external;  // where it is reached, as the gateway says; not routable behind another NAT

  friend bool operator==(const port_mapping&, const port_mapping&) noexcept = default;
};

/// How the node is reached in one family of addresses.
struct family_reachability {
  std::optional<port_mapping> mapping;  // if a gateway maps the port now
  std::optional<ip_address> observed;   // the address at which inbound peers have dialed the node, if enough agree
  std::size_t votes = 0;                // netgroups that have said one
  io::endpoint advertised;              // what peers are told that are dialed; by proxies 0.0.0.0 and the usual port
};

/// How the node is reached.
struct reachability_status {
  reachability_state state = reachability_state::unknown;  // whether anybody has reached it lately
  family_reachability v4;                                  // by IPv4
  family_reachability v6;                                  // by IPv6
};

}  // namespace pappus::peer
