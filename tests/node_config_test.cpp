// Settings out of their range: refused where a node is made, with the name of the setting.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/simulated_node.hpp>

#include <pappus/node_config.hpp>
#include <pappus/node_with.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/sim/world.hpp>

namespace node_config_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::simulated_config;
using support::simulated_node;

namespace {

struct wrong_setting {
  const char* name;
  void (*set)(node_config&);
};

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();
const io::endpoint port_0 = *io::endpoint::parse("10.0.0.1:0");
constexpr std::size_t too_many = peer::limits::max_connections + 1;

const io::endpoint proxy = *io::endpoint::parse("127.0.0.1:9050");

void broadcast_privately(node_config& of) { of.own_transactions = peer::own_broadcast::private_broadcast; }

const peer::seed onion{"2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion", 3414};

void only_onions(node_config& of) {
  of.transport.onion_proxy.emplace(proxy);
  of.transport.rule = peer::transport_rule::onion_only;
}

const std::vector<wrong_setting> wrong_settings{
    {"node_config.protocol_version ", [](node_config& of) { of.protocol_version = {0}; }},
    {"node_config.protocol_version ", [](node_config& of) { of.protocol_version = {wire::latest_version.number + 1}; }},
    {"node_config.user_agent ", [](node_config& of) { of.user_agent.assign(peer::limits::max_user_agent + 1, 'x'); }},
    {"node_config.user_agent ", [](node_config& of) { of.user_agent = "\xff\xfe"; }},
    {"node_config.advertise ", [](node_config& of) { of.advertise = port_0; }},
    {"node_config.map_port ",
     [](node_config& of) {
       of.transport.rule = peer::transport_rule::proxy;
       of.transport.proxy = io::socks5_proxy{*io::endpoint::parse("10.0.0.1:9050")};
       of.map_port = true;
     }},
    {"node_config.map_port ",
     [](node_config& of) {
       of.transport.rule = peer::transport_rule::onion_only;
       of.transport.onion_proxy = io::socks5_proxy{*io::endpoint::parse("10.0.0.1:9050")};
       of.map_port = true;
     }},
    {"node_config.map_port ",
     [](node_config& of) {
       of.listen = io::endpoint{ip_address::v4(0x7f000001), 3414};
       of.map_port = true;
     }},
    {"node_config.map_port ",
     [](node_config& of) {
       of.connection_limits.inbound = 0;
       of.map_port = true;
     }},
    {"node_config.onion_listen ",
     [](node_config& of) {
       of.onion_listen = io::endpoint{ip_address{}, 3413};
     }},
    {"node_config.onion_listen ", [](node_config& of) { of.onion_listen = io::endpoint::parse("[::]:3413"); }},
    {"node_config.onion_listen ", [](node_config& of) { of.onion_listen = io::endpoint::parse("9.9.9.9:3413"); }},
    {"node_config.advertise ",
     [](node_config& of) {
       of.advertise = io::endpoint{ip_address{}, 3414};
     }},
    {"node_config.advertise ", [](node_config& of) { of.advertise = io::endpoint::parse("[ff02::1]:3414"); }},
    {"node_config.advertise ", [](node_config& of) { of.advertise = io::endpoint::parse("[fd0f:c940:f255::1]:3414"); }},
    {"node_config.transport.proxy ",
     [](node_config& of) {
       of.transport.proxy.emplace(io::endpoint{{}, 9050});
     }},
    {"node_config.transport.onion_proxy ",
     [](node_config& of) { of.transport.onion_proxy.emplace(*io::endpoint::parse("224.0.0.1:9050")); }},
    {"node_config.preferred_hosts ", [](node_config& of) { of.preferred_hosts = {onion}; }},
    {"node_config.seeds ", [](node_config& of) { of.seeds = {onion}; }},
    {"node_config.tls.peers ",
     [](node_config& of) {
       of.tls.own = {"certificate.pem", "key.pem"};
       of.tls.peers = {{onion.host, onion.port, {}}};
     }},
    {"node_config.preferred_peers ",
     [](node_config& of) {
       only_onions(of);
       of.preferred_peers = {proxy};
     }},
    {"node_config.preferred_hosts ",
     [](node_config& of) {
       only_onions(of);
       of.preferred_hosts = {{"peer.example", 3414}};
     }},
    {"node_config.seeds ",
     [](node_config& of) {
       only_onions(of);
       of.seeds = {{"seed.example", 3414}};
     }},
    {"node_config.tls.peers ",
     [](node_config& of) {
       only_onions(of);
       of.tls.own = {"certificate.pem", "key.pem"};
       of.tls.peers = {{"peer.example", 3416, {}}};
     }},
    {"node_config.preferred_peers ", [](node_config& of) { of.preferred_peers = {port_0}; }},
    {"node_config.preferred_hosts ",
     [](node_config& of) {
       of.preferred_hosts = {{"peer.example", 0}};
     }},
    {"node_config.preferred_hosts ",
     [](node_config& of) {
       of.preferred_hosts = {{"", 3414}};
     }},
    {"node_config.seeds ",
     [](node_config& of) {
       of.seeds = {{"seed.example", 0}};
     }},
    {"node_config.seeds ",
     [](node_config& of) {
       of.seeds = {{"", 3414}};
     }},
    {"node_config.reconnect.initial ", [](node_config& of) { of.reconnect.initial = 0s; }},
    {"node_config.reconnect.max ", [](node_config& of) { of.reconnect.max = -1s; }},
    {"node_config.reconnect.multiplier ", [](node_config& of) { of.reconnect.multiplier = 0.5; }},
    {"node_config.reconnect.multiplier ", [](node_config& of) { of.reconnect.multiplier = infinite; }},
    {"node_config.reconnect.jitter ", [](node_config& of) { of.reconnect.jitter = 1.5; }},
    {"node_config.reconnect.jitter ", [](node_config& of) { of.reconnect.jitter = not_a_number; }},
    {"node_config.connection_limits.inbound ", [](node_config& of) { of.connection_limits.inbound = too_many; }},
    {"node_config.connection_limits.listener_buffer ",
     [](node_config& of) { of.connection_limits.listener_buffer = static_cast<std::size_t>(-1); }},
    {"node_config.connection_limits.outbound ", [](node_config& of) { of.connection_limits.outbound = too_many; }},
    {"node_config.connection_limits.inbound_per_address ",
     [](node_config& of) { of.connection_limits.inbound_per_address = 0; }},
    {"node_config.connection_limits.outbound_per_netgroup ",
     [](node_config& of) { of.connection_limits.outbound_per_netgroup = 0; }},
    {"node_config.connection_limits.handshakes ", [](node_config& of) { of.connection_limits.handshakes = 0; }},
    {"node_config.max_memory ", [](node_config& of) { of.max_memory = 0; }},
    {"node_config.upload_limits.bytes ", [](node_config& of) { of.upload_limits.bytes = 0; }},
    {"node_config.send_limit.per_second ", [](node_config& of) { of.send_limit.per_second = 0; }},
    {"node_config.send_limit.per_second ", [](node_config& of) { of.send_limit.per_second = 0.03; }},
    {"node_config.receive_limit.per_second ", [](node_config& of) { of.receive_limit.per_second = 0.9; }},
    {"node_config.send_limit.burst ", [](node_config& of) { of.send_limit.burst = 0.5; }},
    {"node_config.receive_limit.per_second ", [](node_config& of) { of.receive_limit.per_second = not_a_number; }},
    {"node_config.receive_limit.burst ", [](node_config& of) { of.receive_limit.burst = infinite; }},
    {"node_config.known_filter.per_second ", [](node_config& of) { of.known_filter.per_second = -1; }},
    {"node_config.known_filter.window ", [](node_config& of) { of.known_filter.window = 0s; }},
    {"node_config.known_filter.false_positive_rate ", [](node_config& of) { of.known_filter.false_positive_rate = 1; }},
    {"node_config.sync.max_bytes ", [](node_config& of) { of.sync.max_bytes = 0; }},
    {"node_config.sync.request_limit.per_second ", [](node_config& of) { of.sync.request_limit.per_second = 0; }},
    {"node_config.sync.request_limit.per_second ",
     [](node_config& of) { of.sync.request_limit.per_second = not_a_number; }},
    {"node_config.sync.request_limit.burst ", [](node_config& of) { of.sync.request_limit.burst = infinite; }},
    {"node_config.sync.block_window ", [](node_config& of) { of.sync.block_window = 1025; }},
    {"node_config.sync.max_blocks_in_flight ", [](node_config& of) { of.sync.max_blocks_in_flight = 0; }},
    {"node_config.sync.max_blocks_in_flight_per_peer ",
     [](node_config& of) { of.sync.max_blocks_in_flight_per_peer = 0; }},
    {"node_config.sync.segment_window ", [](node_config& of) { of.sync.segment_window = 65; }},
    {"node_config.sync.max_segments_in_flight_per_peer ",
     [](node_config& of) { of.sync.max_segments_in_flight_per_peer = 0; }},
    {"node_config.sync.assumed_deadline ", [](node_config& of) { of.sync.assumed_deadline = 0s; }},
    {"node_config.sync.min_deadline ", [](node_config& of) { of.sync.min_deadline = 0s; }},
    {"node_config.sync.max_deadline ", [](node_config& of) { of.sync.max_deadline = 1s; }},
    {"node_config.sync.max_archive_bytes ", [](node_config& of) { of.sync.max_archive_bytes = 0; }},
    {"node_config.sync.archive_delay ", [](node_config& of) { of.sync.archive_delay = -1s; }},
    {"node_config.dandelion.epoch ", [](node_config& of) { of.dandelion.epoch = 0s; }},
    {"node_config.dandelion.stem_probability ", [](node_config& of) { of.dandelion.stem_probability = 2; }},
    {"node_config.private_broadcast.connections ", [](node_config& of) { of.private_broadcast.connections = 0; }},
    {"node_config.private_broadcast.connections ", [](node_config& of) { of.private_broadcast.connections = 17; }},
    {"node_config.private_broadcast.mean_delay ", [](node_config& of) { of.private_broadcast.mean_delay = 0s; }},
    {"node_config.private_broadcast.mean_delay ", [](node_config& of) { of.private_broadcast.mean_delay = 25h; }},
    {"node_config.private_broadcast.retry.initial ", [](node_config& of) { of.private_broadcast.retry.initial = 0s; }},
    {"node_config.private_broadcast.retry.max ", [](node_config& of) { of.private_broadcast.retry.max = -1s; }},
    {"node_config.private_broadcast.retry.multiplier ",
     [](node_config& of) { of.private_broadcast.retry.multiplier = 0.5; }},
    {"node_config.private_broadcast.retry.jitter ",
     [](node_config& of) { of.private_broadcast.retry.jitter = not_a_number; }},
    {"node_config.private_broadcast.user_agent ",
     [](node_config& of) { of.private_broadcast.user_agent.assign(peer::limits::max_user_agent + 1, 'x'); }},
    {"node_config.private_broadcast.user_agent ", [](node_config& of) { of.private_broadcast.user_agent = "\xff"; }},
    {"node_config.own_transactions ", broadcast_privately},
    {"node_config.own_transactions ",
     [](node_config& of) {
       broadcast_privately(of);
       of.transport.onion_proxy.emplace(proxy);
       of.transport.rule = peer::transport_rule::onion_only;
     }},
    {"node_config.own_transactions ",
     [](node_config& of) {
       broadcast_privately(of);
       of.transport.proxy.emplace(proxy, io::socks5_credentials{"name", "secret"});
     }},
};

/// Why a node is not made with these settings; empty if it is.
[[nodiscard]] std::string refusal(const node_config& config) {
  sim::world world{1};
  try {
    const node made{world.add_machine().runtime(), config, integration::adapter{}};
  } catch (const std::invalid_argument& thrown) {
    return thrown.what();
  }
  return {};
}

struct hello {
  static constexpr std::uint8_t code = 200;
  static constexpr const char* name = "hello";
  static constexpr std::size_t cap(wire::chain_limits) noexcept { return 1; }
  [[nodiscard]] static hello read(wire::reader&) { return {}; }
  void write(wire::writer&) const {}
  [[nodiscard]] std::size_t size(wire::protocol_version) const noexcept { return 0; }
};

}  // namespace

TEST_CASE("the default settings are valid on every chain") {
  for (const auto chain : {wire::chain_type::mainnet, wire::chain_type::testnet, wire::chain_type::usernet,
                           wire::chain_type::automated_testing}) {
    node_config config;
    config.chain = wire::chain_parameters_for(chain);
    CHECK_NOTHROW(config.check());
  }
}

TEST_CASE("no node is made with a setting out of its range, and the reason begins with the name of the setting") {
  for (const wrong_setting& each : wrong_settings) {
    node_config config = simulated_config();
    REQUIRE(refusal(config).empty());
    each.set(config);
    const std::string why = refusal(config);
    INFO(each.name, "refused with: ", why);
    CHECK(why.rfind(each.name, 0) == 0);
    CHECK_THROWS_AS(config.check(), std::invalid_argument);
  }
}

TEST_CASE("own transactions may be broadcast privately through either proxy, whether other connections go through it") {
  for (const bool for_onions : {false, true}) {
    node_config config = simulated_config();
    broadcast_privately(config);
    (for_onions ? config.transport.onion_proxy : config.transport.proxy).emplace(proxy);
    CHECK(refusal(config).empty());
    if (!for_onions) config.transport.rule = peer::transport_rule::proxy;
    CHECK(refusal(config).empty());
  }
}

TEST_CASE("an onion service may be given with a proxy, whether others are reached or not") {
  node_config config = simulated_config();
  config.preferred_hosts = {onion};
  config.onion_listen = io::endpoint::parse("10.1.2.3:3413");
  config.transport.proxy.emplace(proxy);
  CHECK(refusal(config).empty());
  only_onions(config);
  CHECK(refusal(config).empty());
}

TEST_CASE("without an interval, responses have no quota, and its size does not matter") {
  node_config config = simulated_config();
  config.upload_limits.bytes = 0;
  config.upload_limits.interval = 0s;
  CHECK_NOTHROW(config.check());
}

TEST_CASE("a rate limit that allows nothing is refused for a message of the application") {
  sim::world world{1};
  node_with<hello> node{world.add_machine().runtime(), simulated_config(), integration::adapter{}};
  const auto ignore = [](const peer::peer_info&, const hello&) {};
  CHECK_THROWS_AS(node.handle<hello>(ignore, {0, 0}), std::invalid_argument);
  CHECK_NOTHROW(node.handle<hello>(ignore, {1, 1}));
}

TEST_CASE("peers read the longest user agent that is allowed, in a Hand and in a Shake") {
  sim::world world{1};
  node_config config = simulated_config();
  config.user_agent.assign(peer::limits::max_user_agent, 'x');
  simulated_node listener{world.add_machine(), config};
  simulated_node dialer{world.add_machine(), config};
  dialer->connect(listener.endpoint(), {});
  world.run_for(10s);
  CHECK(listener.connected == std::vector<std::string>{config.user_agent});
  CHECK(dialer.connected == std::vector<std::string>{config.user_agent});
}

}  // namespace node_config_test
