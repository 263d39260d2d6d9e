#include "option_conflicts.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <pappus/peer/transport/onion_name.hpp>

namespace mini_node {

using pappus::result;

namespace {

/// A node that hides behind a proxy tells its gateway nothing, and no gateway reaches a loopback address.
std::optional<std::string> obstacle_to_mapping(const pappus::node_config& node) {
  if (node.transport.rule != pappus::peer::transport_rule::direct) return "--proxy or --onion-only";
  if (node.listen && node.listen->address.is_loopback()) return "--listen " + to_string(*node.listen);
  if (node.connection_limits.inbound == 0) return "--max-inbound 0";
  return std::nullopt;
}

/// Whether `transport` reaches what the option has given.
result<void, early_exit> check_way(const pappus::node_config& node, std::string_view option, const std::string& host) {
  if (node.transport.reaches(host)) return {};
  const bool is_onion = pappus::peer::is_in_onion_domain(host);
  return refuse(fmt::format("{}: {} is {}", option, host,
                            is_onion ? "an onion service, which needs --onion-proxy or --proxy"
                                     : "no onion service, and --onion-only connects to nothing else"));
}

result<void, early_exit> check_ways(const pappus::node_config& node) {
  for (const pappus::io::endpoint& each : node.preferred_peers) {
    PAPPUS_TRY_DISCARD(check_way(node, "--peer", to_string(each.address)));
  }
  for (const auto& each : node.preferred_hosts) PAPPUS_TRY_DISCARD(check_way(node, "--peer", each.host));
  for (const auto& each : node.seeds.value_or(std::vector<pappus::peer::seed>{})) {
    PAPPUS_TRY_DISCARD(check_way(node, "--seed", each.host));
  }
  for (const auto& each : node.tls.peers) PAPPUS_TRY_DISCARD(check_way(node, "--tls-peer", each.host));
  return {};
}

/// Where the node may be told to listen for an onion service, or to say that it is.
result<void, early_exit> check_addresses(const pappus::node_config& node, const node_arguments& given) {
  if (node.onion_listen && !node.onion_listen->address.is_loopback() && !node.onion_listen->address.is_private()) {
    return refuse("--listen-onion", given.listen_onion, "a loopback address or one of a private network");
  }
  if (!node.advertise) return {};
  if (!node.advertise->address.is_unicast()) return refuse("--advertise", given.advertise, "the address of one host");
  if (node.transport.rule != pappus::peer::transport_rule::direct) {
    return refuse("--advertise: not together with --proxy or --onion-only: no peer is told an address then");
  }
  return {};
}

}  // namespace

result<void, early_exit> check_conflicts(const pappus::node_config& node, const node_arguments& given) {
  PAPPUS_TRY_DISCARD(check_addresses(node, given));
  PAPPUS_TRY_DISCARD(check_ways(node));
  const auto obstacle = node.map_port ? obstacle_to_mapping(node) : std::nullopt;
  if (obstacle) return refuse("--map-port: not together with " + *obstacle);
  return {};
}

}  // namespace mini_node
