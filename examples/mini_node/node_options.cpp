// Declaration and parsing of the options of a node.
#include "node_options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "../support/parse_arguments.hpp"
#include "option_conflicts.hpp"
#include "parameters.hpp"

namespace mini_node {

using pappus::failure;
using pappus::result;
using pappus::io::endpoint;
using pappus::io::endpoint_range;
namespace wire = pappus::wire;

namespace {

using pappus::peer::log_level;

constexpr std::array log_levels{log_level::error, log_level::warning, log_level::info, log_level::debug};

constexpr const char* endpoint_form = "A.B.C.D:PORT or [IPV6]:PORT";
constexpr const char* host_form = "HOST:PORT";
constexpr const char* range_form = "A.B.C.D[/BITS][:PORT], IPV6[/BITS] or [IPV6][/BITS]:PORT";
constexpr const char* key_form = "a hash of 64 hexadecimal digits";
constexpr const char* some_port = " with a PORT from 1 to 65535";
constexpr const char* any_port = " with a PORT from 0 to 65535";

constexpr number_range protocol_versions{1, wire::latest_version.number};
constexpr number_range mebibytes{1, 100'000, "MiB"};
constexpr number_range seconds{0, 86'400, "seconds"};
constexpr number_range epoch_seconds{1, 86'400, "seconds"};
constexpr double max_probability = 1;

/// Rejects empty values: they are probably unset variables of a script.
CLI::Validator some_text() {
  return {[](const std::string& value) { return value.empty() ? std::string{"is empty"} : std::string{}; }, ""};
}

bool has_value(const CLI::Option* option) { return option->get_type_size() > 0; }

auto seconds_of(pappus::io::duration time) noexcept { return std::chrono::floor<std::chrono::seconds>(time).count(); }

/// Parses an endpoint that can be dialed: its port must not be 0.
std::optional<endpoint> peer_endpoint(const std::string& text) {
  const auto where = endpoint::parse(text);
  return where && where->port != 0 ? where : std::nullopt;
}

result<std::vector<endpoint_range>, early_exit> ranges_of(std::string_view option,
                                                          const std::vector<std::string>& given) {
  std::vector<endpoint_range> ranges;
  for (const std::string& each : given) {
    const auto range = endpoint_range::parse(each);
    if (!range)
      return refuse(option, each,
                    range_form + std::string{" with BITS from 0 to 32, of IPv6 to 128, and a PORT from 1 to 65535"});
    ranges.push_back(*range);
  }
  return ranges;
}

result<pappus::io::duration, early_exit> seconds_or(pappus::io::duration usual, std::string_view option,
                                                    const std::string& given, const number_range& allowed = seconds) {
  if (given.empty()) return usual;
  PAPPUS_TRY(number, number_or(0, option, given, allowed));
  return pappus::io::duration{std::chrono::seconds{number}};
}

result<double, early_exit> probability_of(std::string_view option, const std::string& given, double usual) {
  if (given.empty()) return usual;
  double read = -1;
  const auto [end, failed] = std::from_chars(given.data(), given.data() + given.size(), read);
  const bool whole = failed == std::errc{} && end == given.data() + given.size();
  if (!whole || !(read >= 0 && read <= max_probability)) {
    return refuse(option, given, fmt::format("a number from 0 to {}", max_probability));
  }
  return read;
}

result<pappus::peer::dandelion_options, early_exit> dandelion_of(const node_arguments& given) {
  using pappus::peer::dandelion_options;
  using pappus::peer::dandelion_scheme;
  const bool plus_plus = given.dandelion == "dandelion++";
  if (!plus_plus && given.dandelion != "grin") return refuse("--dandelion", given.dandelion, "grin or dandelion++");
  auto how = dandelion_options::of(plus_plus ? dandelion_scheme::dandelion_plus_plus : dandelion_scheme::grin);
  PAPPUS_TRY(epoch, seconds_or(how.epoch, "--epoch", given.epoch, epoch_seconds));
  how.epoch = epoch;
  if (!given.epoch.empty()) how.epoch_jitter = {};
  PAPPUS_TRY(probability, probability_of("--stem-probability", given.stem_probability, how.stem_probability));
  how.stem_probability = probability;
  PAPPUS_TRY(floor, seconds_or(how.embargo.floor, "--embargo", given.embargo));
  how.embargo.floor = floor;
  PAPPUS_TRY(aggregation, seconds_or(how.aggregation, "--aggregation", given.aggregation));
  how.aggregation = aggregation;
  if (!given.aggregation.empty() && aggregation >= floor && floor > pappus::io::duration::zero()) {
    return refuse("--aggregation", given.aggregation,
                  fmt::format("below the {} seconds of --embargo", seconds_of(floor)));
  }
  return how;
}

result<std::optional<pappus::io::socks5_proxy>, early_exit> proxy_of(std::string_view option,
                                                                     const std::string& given) {
  if (given.empty()) return std::nullopt;
  const auto where = peer_endpoint(given);
  if (!where) return refuse(option, given, std::string{endpoint_form} + some_port);
  if (!where->address.is_unicast()) return refuse(option, given, "the address of one host");
  return pappus::io::socks5_proxy{*where};
}

result<pappus::peer::transport_options, early_exit> transport_of(const node_arguments& given) {
  using pappus::peer::transport_rule;
  pappus::peer::transport_options how;
  PAPPUS_TRY(proxy, proxy_of("--proxy", given.proxy));
  how.proxy = proxy;
  PAPPUS_TRY(onion_proxy, proxy_of("--onion-proxy", given.onion_proxy));
  how.onion_proxy = onion_proxy;
  if (given.onion_only && !proxy && !onion_proxy) return refuse("--onion-only: needs --onion-proxy or --proxy");
  if (proxy) how.rule = transport_rule::proxy;
  if (given.onion_only) how.rule = transport_rule::onion_only;
  return how;
}

/// HOST:PORT=KEY.
std::optional<pappus::peer::tls_peer> tls_peer_of(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto named = pappus::peer::seed::parse(text.substr(0, equals));
  const auto key = pappus::tls::key_hash_from_hex(text.substr(equals + 1));
  if (!named || !key) return std::nullopt;
  return pappus::peer::tls_peer{named->host, named->port, *key};
}

result<void, early_exit> check_together(const node_arguments& given) {
  const bool has_own = !given.tls_certificate.empty() && !given.tls_key.empty();
  if (!given.tls_certificate.empty() && !has_own) return refuse("--tls-certificate: needs --tls-key");
  if (!given.tls_key.empty() && !has_own) return refuse("--tls-key: needs --tls-certificate");
  if (!given.tls_peers.empty() && !has_own) return refuse("--tls-peer: needs --tls-certificate and --tls-key");
  if (!given.listen_tls.empty() && !has_own) return refuse("--listen-tls: needs --tls-certificate and --tls-key");
  if (!given.listen_tls.empty() && given.tls_allow.empty()) return refuse("--listen-tls: needs --tls-allow");
  if (!given.tls_allow.empty() && given.listen_tls.empty()) return refuse("--tls-allow: needs --listen-tls");
  return {};
}

result<pappus::peer::tls_options, early_exit> tls_of(const node_arguments& given) {
  pappus::peer::tls_options how;
  for (const std::string& each : given.tls_peers) {
    const auto peer = tls_peer_of(each);
    if (!peer)
      return refuse_host("--tls-peer", each, fmt::format("{}=KEY{}, and {} as KEY", host_form, some_port, key_form));
    how.peers.push_back(*peer);
  }
  if (!given.listen_tls.empty()) {
    how.listen = endpoint::parse(given.listen_tls);
    if (!how.listen) return refuse("--listen-tls", given.listen_tls, endpoint_form + std::string{any_port});
  }
  for (const std::string& each : given.tls_allow) {
    const auto key = pappus::tls::key_hash_from_hex(each);
    if (!key) return refuse("--tls-allow", each, key_form);
    how.allowed_keys.push_back(*key);
  }
  PAPPUS_TRY_DISCARD(check_together(given));
  how.own = {given.tls_certificate, given.tls_key};
  return how;
}

result<pappus::peer::own_broadcast, early_exit> broadcast_of(const node_arguments& given) {
  using pappus::peer::own_broadcast;
  const auto how = given.broadcast == "private" ? own_broadcast::private_broadcast : own_broadcast::dandelion;
  if (given.broadcast != to_string(how)) return refuse("--broadcast", given.broadcast, "dandelion or private");
  if (how == own_broadcast::dandelion) return how;
  if (given.onion_only) {
    return refuse(
        "--broadcast private: not with --onion-only, as only peers at IP addresses are told: an onion service may be "
        "known to this node alone, which would tell whose a transaction is");
  }
  if (given.proxy.empty() && given.onion_proxy.empty()) {
    return refuse("--broadcast private: needs --proxy or --onion-proxy");
  }
  return how;
}

result<wire::chain_parameters, early_exit> network_of(const node_arguments& given) {
  const auto chain = wire::chain_from_name(given.network);
  if (!chain) return refuse("--network", given.network, "mainnet, testnet, usernet or automated");
  return wire::chain_parameters_for(*chain);
}

}  // namespace

void declare(CLI::App& app, node_arguments& given) {
  const pappus::node_config defaults;
  using pappus::peer::dandelion_options;
  using pappus::peer::dandelion_scheme;
  const auto grin = dandelion_options::of(dandelion_scheme::grin);
  const auto plus_plus = dandelion_options::of(dandelion_scheme::dandelion_plus_plus);
  app.add_option("--network", given.network, "mainnet, testnet, usernet (the default) or automated")->type_name("NAME");
  app.add_option("--protocol-version", given.protocol_version,
                 fmt::format("The highest to speak, {}; default: {}", to_string(protocol_versions),
                             defaults.protocol_version.number))
      ->type_name("N");
  app.add_option("--listen", given.listen,
                 "Default: [::], which is IPv4, too, and the network's port; port 0 picks a free one")
      ->type_name("IP:PORT");
  app.add_option("--advertise", given.advertise,
                 "Endpoint that dialed peers are told; default: no address, and the port of --listen or of its mapping")
      ->type_name("IP:PORT");
  app.add_flag("--map-port", given.map_port,
               "Ask the gateway of this network, by PCP or NAT-PMP, to let peers reach the port of --listen")
      ->disable_flag_override();
  app.add_option("--peer", given.peers, "Stay connected to this peer, whatever its name stands for; may be repeated")
      ->type_name(host_form)
      ->allow_extra_args(false);
  app.add_option("--seed", given.seeds,
                 "Query this host for peers if none are known; may be repeated; default: those of the network")
      ->type_name(host_form)
      ->allow_extra_args(false);
  app.add_option("--proxy", given.proxy,
                 "Connect through this SOCKS5 proxy alone, which looks up all names; --listen is 127.0.0.1 then by "
                 "default")
      ->type_name("IP:PORT");
  app.add_option("--onion-proxy", given.onion_proxy,
                 "Connect to onion services through this SOCKS5 proxy, Tor; default: that of --proxy")
      ->type_name("IP:PORT");
  app.add_option(
         "--listen-onion", given.listen_onion,
         "Listen here, too, for the connections of an onion service, which Tor passes on: its HiddenServicePort")
      ->type_name("IP:PORT");
  app.add_flag("--onion-only", given.onion_only,
               "Connect to onion services alone; --listen is 127.0.0.1 then by default")
      ->disable_flag_override();
  app.add_option("--tls-peer", given.tls_peers,
                 "Stay connected to this node of your own over TLS; KEY: the hash of its key; may be repeated")
      ->type_name("HOST:PORT=KEY")
      ->allow_extra_args(false);
  app.add_option("--listen-tls", given.listen_tls,
                 "Listen here for nodes of your own, those of --tls-allow; port 0 picks a free one")
      ->type_name("IP:PORT");
  app.add_option(
         "--tls-allow", given.tls_allow,
         "Hash of the key of a node that may connect to --listen-tls, as docs/guides/tls.md says; may be repeated")
      ->type_name("KEY")
      ->allow_extra_args(false);
  app.add_option("--tls-certificate", given.tls_certificate,
                 "PEM file with the certificate by which nodes of your own know this one")
      ->type_name("FILE");
  app.add_option("--tls-key", given.tls_key, "PEM file with the private key of --tls-certificate")->type_name("FILE");
  app.add_option(
         "--max-inbound", given.max_inbound,
         fmt::format("Inbound connections, {}; default: {}", to_string(counts), defaults.connection_limits.inbound))
      ->type_name("N");
  app.add_option(
         "--max-outbound", given.max_outbound,
         fmt::format("Outbound connections to find and keep, {}; default: {}; 0: only those of --peer and connect",
                     to_string(counts), defaults.connection_limits.outbound))
      ->type_name("N");
  app.add_option("--max-memory", given.max_memory,
                 fmt::format("MiB held on behalf of peers, {}; beyond, sessions are disconnected; default: {}",
                             to_string(mebibytes), defaults.max_memory >> 20))
      ->type_name("MIB");
  app.add_flag("--trust-clock", given.trust_clock,
               "Trust this machine's clock, however far it is from the times in the store")
      ->disable_flag_override();
  app.add_option("--broadcast", given.broadcast,
                 "How own transactions leave the node: dandelion (the default), or private, over connections of their "
                 "own through --proxy, or else --onion-proxy")
      ->type_name("NAME");
  app.add_option("--dandelion", given.dandelion, "Dandelion scheme: grin (the default), dandelion++")
      ->type_name("SCHEME");
  app.add_option(
         "--epoch", given.epoch,
         fmt::format("Seconds of an epoch, {}, after which mode and relays are drawn anew; default: {} to {}",
                     to_string(epoch_seconds), seconds_of(grin.epoch), seconds_of(grin.epoch + grin.epoch_jitter)))
      ->type_name("S");
  app.add_option("--stem-probability", given.stem_probability,
                 fmt::format("Probability, 0 to {}, that an epoch relays stem transactions instead of fluffing them; "
                             "default: {}",
                             max_probability, grin.stem_probability))
      ->type_name("P");
  app.add_option(
         "--embargo", given.embargo,
         fmt::format("Least seconds, {}, until a stem transaction that has not become public is fluffed; default: {}, "
                     "dandelion++: {}",
                     to_string(seconds), seconds_of(grin.embargo.floor), seconds_of(plus_plus.embargo.floor)))
      ->type_name("S");
  app.add_option("--aggregation,--hold", given.aggregation,
                 fmt::format("Seconds, {}, below those of --embargo, that stem transactions of others wait to be "
                             "aggregated in an epoch that fluffs; default: {}, dandelion++: {}",
                             to_string(seconds), seconds_of(grin.aggregation), seconds_of(plus_plus.aggregation)))
      ->type_name("S");
  app.add_option("--deny", given.deny, "Refuse connections with these peers, IP[/BITS][:PORT]; may be repeated")
      ->type_name("RANGE")
      ->allow_extra_args(false);
  app.add_option("--allow", given.allow,
                 "Refuse connections with all but these peers, IP[/BITS][:PORT]; may be repeated")
      ->type_name("RANGE")
      ->allow_extra_args(false);
  app.add_flag("--no-rate-limit,--unpaced", given.no_rate_limit,
               "Limits neither the rate of sending nor that of receiving: for networks of your own")
      ->disable_flag_override();
  app.add_flag("--limit-loopback", given.limit_loopback,
               "Limits by address hold for 127.0.0.0/8 and ::1 on usernet and automated, too")
      ->disable_flag_override();
  app.add_flag("--json", given.json, "One JSON object a line on standard output")->disable_flag_override();
  app.add_option("--log", given.log, "What goes to standard error: error, warning (the default), info or debug")
      ->type_name("LEVEL");
  app.add_flag("--trace", given.trace, "Each message of the protocol goes to standard error, too")
      ->disable_flag_override();
}

failure<early_exit> refuse(const std::string& why) { return failure{examples::bad_usage(why)}; }

failure<early_exit> refuse(std::string_view option, const std::string& value, const std::string& wanted) {
  return refuse(std::string{option} + ": " + is_not(value, wanted));
}

failure<early_exit> refuse_host(std::string_view option, const std::string& value, const std::string& wanted) {
  const auto why = onion_fault(value);
  return why ? refuse(std::string{option} + ": " + *why) : refuse(option, value, wanted);
}

result<std::uint64_t, early_exit> number_or(std::uint64_t usual, std::string_view option, const std::string& given,
                                            const number_range& allowed) {
  if (given.empty()) return usual;
  auto number = number_of(option, given, allowed);
  if (!number) return refuse(number.error());
  return *number;
}

pappus::result<node_options, early_exit> understand(const node_arguments& given) {
  node_options understood;
  auto& node = understood.node;
  PAPPUS_TRY(network, network_of(given));
  node.chain = network;

  PAPPUS_TRY(version,
             number_or(node.protocol_version.number, "--protocol-version", given.protocol_version, protocol_versions));
  node.protocol_version.number = static_cast<std::uint32_t>(version);

  if (!given.listen.empty()) {
    const auto listen = endpoint::parse(given.listen);
    if (!listen) return refuse("--listen", given.listen, endpoint_form + std::string{any_port});
    node.listen = *listen;
  }
  if (!given.advertise.empty()) {
    node.advertise = peer_endpoint(given.advertise);
    if (!node.advertise) return refuse("--advertise", given.advertise, std::string{endpoint_form} + some_port);
  }
  for (const std::string& each : given.peers) {
    const auto named = pappus::peer::seed::parse(each);
    if (!named) return refuse_host("--peer", each, std::string{host_form} + some_port);
    if (const auto peer = peer_endpoint(each)) node.preferred_peers.push_back(*peer);
    else node.preferred_hosts.push_back(*named);
  }

  for (const std::string& each : given.seeds) {
    const auto seed = pappus::peer::seed::parse(each);
    if (!seed) return refuse_host("--seed", each, std::string{host_form} + some_port);
    if (!node.seeds) node.seeds.emplace();
    node.seeds->push_back(*seed);
  }
  if (!given.listen_onion.empty()) {
    node.onion_listen = peer_endpoint(given.listen_onion);
    if (!node.onion_listen) return refuse("--listen-onion", given.listen_onion, std::string{endpoint_form} + some_port);
  }
  PAPPUS_TRY(transport, transport_of(given));
  node.transport = transport;
  PAPPUS_TRY(tls, tls_of(given));
  node.tls = std::move(tls);
  PAPPUS_TRY(broadcast, broadcast_of(given));
  node.own_transactions = broadcast;
  PAPPUS_TRY(inbound, number_or(node.connection_limits.inbound, "--max-inbound", given.max_inbound, counts));
  node.connection_limits.inbound = inbound;
  node.map_port = given.map_port;
  PAPPUS_TRY_DISCARD(check_conflicts(node, given));
  PAPPUS_TRY(outbound, number_or(node.connection_limits.outbound, "--max-outbound", given.max_outbound, counts));
  node.connection_limits.outbound = outbound;
  PAPPUS_TRY(memory, number_or(node.max_memory >> 20, "--max-memory", given.max_memory, mebibytes));
  node.max_memory = memory << 20;

  if (given.no_rate_limit) node.send_limit = node.receive_limit = pappus::peer::rate_limit::unlimited();

  node.limit_loopback = given.limit_loopback;
  node.trust_clock = given.trust_clock;
  PAPPUS_TRY(dandelion, dandelion_of(given));
  node.dandelion = dandelion;
  PAPPUS_TRY(deny, ranges_of("--deny", given.deny));
  node.peer_lists.deny = std::move(deny);
  PAPPUS_TRY(allow, ranges_of("--allow", given.allow));
  node.peer_lists.allow = std::move(allow);

  const auto level = std::find_if(log_levels.begin(), log_levels.end(),
                                  [&given](log_level known) { return given.log == to_string(known); });
  if (level == log_levels.end()) return refuse("--log", given.log, "error, warning, info or debug");
  node.log_level = *level;
  understood.json = given.json;
  understood.trace = given.trace;
  return understood;
}

std::optional<early_exit> parse(CLI::App& app, int argc, const char* const* argv) {
  for (CLI::Option* const each : app.get_options(has_value)) {
    if (each->get_name() != "--store") each->check(some_text());  // the store rejects an empty name itself
    if (each->get_items_expected_max() == 1) each->take_last();   // of those given, which are counted afterwards
  }
  if (auto instead = examples::parse(app, argc, argv)) return instead;
  for (const CLI::Option* const each : std::as_const(app).get_options(has_value)) {
    const bool repeatable = each->get_items_expected_max() > 1;
    if (!repeatable && each->count() > 1)
      return refuse(fmt::format("{} is given {} times, but has one value", each->get_name(), each->count())).error();
  }
  return std::nullopt;
}

result<void, early_exit> check(const pappus::node_config& node) {
  try {
    node.check();
  } catch (const std::invalid_argument& wrong) {
    return refuse(wrong.what());
  }
  return {};
}

}  // namespace mini_node
