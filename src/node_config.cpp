#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include <pappus/node_config.hpp>
#include <pappus/peer/transport/onion_name.hpp>
#include <pappus/wire/utf8.hpp>

#include "check_setting.hpp"

namespace pappus {
namespace {

template <class Peers>
bool all_have_ports(const Peers& peers) {
  return std::ranges::none_of(peers, [](const auto& each) { return each.port == 0; });
}

bool all_have_names(const std::vector<peer::seed>& peers) {
  return std::ranges::none_of(peers, [](const peer::seed& each) { return each.host.empty(); });
}

void check_hosts(const std::vector<peer::seed>& hosts, const std::string& name) {
  check_setting(all_have_names(hosts), name, "must not have an empty host name");
  check_setting(all_have_ports(hosts), name, "must not have port 0");
}

void check_reconnect(const io::backoff_options& how, const std::string& name) {
  check_setting(how.initial > io::duration::zero(), name + ".initial", "must be positive");
  check_setting(how.max > io::duration::zero(), name + ".max", "must be positive");
  check_setting(how.multiplier >= 1 && std::isfinite(how.multiplier), name + ".multiplier", "must be at least 1");
  check_setting(how.jitter >= 0 && how.jitter <= 1, name + ".jitter", "must be from 0 to 1");
}

/// A session needs its pings, pongs and requests: with less than one message a second it would not last.
void check_session_limit(const peer::rate_limit& limit, const std::string& name) {
  limit.check(name);
  check_setting(limit.per_second >= 1, name + ".per_second", "must be at least 1");
}

/// Hosts that are given by the operator must be such that there is a way to them.
void check_way(const peer::transport_options& how, const std::string& host, const std::string& name) {
  const bool is_onion = peer::is_in_onion_domain(host);
  check_setting(how.reaches(host), name,
                is_onion ? "must not have an onion service without a proxy in transport: " + host
                         : "must have onion services alone if transport.rule is `onion_only`: " + host);
}

void check_ways(const node_config& config, const std::string& self) {
  const peer::transport_options& how = config.transport;
  for (const io::endpoint& each : config.preferred_peers) {
    check_way(how, to_string(each.address), self + ".preferred_peers");
  }
  for (const peer::seed& each : config.preferred_hosts) check_way(how, each.host, self + ".preferred_hosts");
  for (const peer::seed& each : config.seeds.value_or(std::vector<peer::seed>{})) {
    check_way(how, each.host, self + ".seeds");
  }
  for (const peer::tls_peer& each : config.tls.peers) check_way(how, each.host, self + ".tls.peers");
}

/// Each connection has credentials of its own, so that nothing links it with others.
void check_private_broadcast(const peer::transport_options& how, const std::string& name) {
  const auto& proxy = how.proxy ? how.proxy : how.onion_proxy;
  check_setting(proxy.has_value(), name, "must not be private_broadcast without a proxy in transport");
  check_setting(!proxy->credentials, name, "must not be private_broadcast with a proxy that has credentials");
  check_setting(how.rule != peer::transport_rule::onion_only, name,
                "must not be private_broadcast if only onion services are connected to");
}

}  // namespace

void node_config::check() const {
  const std::string self = "node_config";
  check_setting(protocol_version.number != 0 && protocol_version <= wire::latest_version, self + ".protocol_version",
                "must be from 1 to " + std::to_string(wire::latest_version.number));
  check_setting(user_agent.size() <= peer::limits::max_user_agent, self + ".user_agent",
                "must be at most " + std::to_string(peer::limits::max_user_agent) + " bytes long");
  check_setting(wire::is_utf8(std::as_bytes(std::span{user_agent})), self + ".user_agent", "must be UTF-8");
  check_setting(!onion_listen || onion_listen->port != 0, self + ".onion_listen", "must not have port 0");
  check_setting(!onion_listen || onion_listen->address.is_loopback() || onion_listen->address.is_private(),
                self + ".onion_listen", "must have a loopback address or one of a private network");
  check_setting(!advertise || advertise->port != 0, self + ".advertise", "must not have port 0");
  check_setting(!advertise || advertise->address.is_unicast(), self + ".advertise",
                "must have the address of one host");
  check_setting(all_have_ports(preferred_peers), self + ".preferred_peers", "must not have port 0");
  check_hosts(preferred_hosts, self + ".preferred_hosts");
  if (seeds) check_hosts(*seeds, self + ".seeds");
  check_reconnect(reconnect, self + ".reconnect");
  transport.check(self + ".transport");
  check_setting(!map_port || transport.rule == peer::transport_rule::direct, self + ".map_port",
                "must not be set unless transport.rule is `direct`");
  check_setting(!map_port || !listen || !listen->address.is_loopback(), self + ".map_port",
                "must not be set if `listen` is a loopback address");
  check_setting(!map_port || connection_limits.inbound != 0, self + ".map_port",
                "must not be set without inbound slots");
  tls.check(self + ".tls");
  check_ways(*this, self);
  connection_limits.check(self + ".connection_limits");
  check_setting(max_memory != 0, self + ".max_memory", "must not be 0");
  check_setting(upload_limits.bytes != 0 || upload_limits.interval <= io::duration::zero(),
                self + ".upload_limits.bytes", "must not be 0");
  check_session_limit(send_limit, self + ".send_limit");
  check_session_limit(receive_limit, self + ".receive_limit");
  known_filter.check(self + ".known_filter");
  sync.check(self + ".sync");
  dandelion.check(self + ".dandelion");
  private_broadcast.check(self + ".private_broadcast");
  if (own_transactions == peer::own_broadcast::private_broadcast) {
    check_private_broadcast(transport, self + ".own_transactions");
  }
}

}  // namespace pappus
