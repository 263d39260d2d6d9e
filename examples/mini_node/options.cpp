// Declaring, reading and understanding the command line.
#include "options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <pappus/version.hpp>

#include "output.hpp"
#include "text.hpp"

namespace mini_node {
namespace {

using pappus::failure;
using pappus::result;
using pappus::io::endpoint;
using pappus::io::endpoint_range;
namespace wire = pappus::wire;

using pappus::peer::log_level;

constexpr std::array log_levels{log_level::error, log_level::warning, log_level::info, log_level::debug};

constexpr const char* endpoint_form = "A.B.C.D:PORT";
constexpr const char* range_form = "A.B.C.D[/BITS][:PORT]";

/// The command line as text, before anything in it is understood.
struct arguments {
  std::string network = "usernet";
  std::string genesis;
  std::string protocol_version;
  std::string listen;
  std::string advertise;
  std::vector<std::string> peers;
  std::vector<std::string> seeds;
  std::string max_inbound;
  std::string max_outbound;
  std::string max_blocks;
  std::string store = pappus::peer::store::in_memory;
  std::string dandelion = "grin";
  std::string epoch;
  std::string stem_probability;
  std::string embargo;
  std::string hold;
  std::vector<std::string> deny;
  std::vector<std::string> allow;
  std::string log = "warning";
  bool unpaced = false;
  bool trust_clock = false;
  bool json = false;
  bool trace = false;
};

void declare(CLI::App& app, arguments& given) {
  app.set_version_flag("--version", "pappus-node " + std::string{pappus::library_version});
  app.add_option("--network", given.network, "mainnet, testnet, usernet (the default) or automated")->type_name("NAME");
  app.add_option("--genesis", given.genesis, "Hash of the first block of a chain of your own")->type_name("HEX");
  app.add_option("--protocol-version", given.protocol_version, "The highest to speak, 1 to 1000 (the default)")
      ->type_name("N");
  app.add_option("--listen", given.listen, "Default: 0.0.0.0 and the network's port; port 0 picks a free one")
      ->type_name(endpoint_form);
  app.add_option("--advertise", given.advertise, "Where peers are told to dial us; default: where we listen")
      ->type_name(endpoint_form);
  app.add_option("--peer", given.peers, "Stay connected to this peer; may be repeated")
      ->type_name(endpoint_form)
      ->allow_extra_args(false);
  app.add_option("--seed", given.seeds,
                 "Ask this host for peers if none are known; may be repeated; default: those of the network")
      ->type_name("HOST:PORT")
      ->allow_extra_args(false);
  app.add_option("--max-inbound", given.max_inbound, "Peers to let in; default: 128")->type_name("N");
  app.add_option("--max-outbound", given.max_outbound,
                 "Peers to find and dial; default: 8; 0: dials nobody but those of --peer and connect")
      ->type_name("N");
  app.add_option("--max-blocks", given.max_blocks,
                 "Blocks that peers bring to keep, and ten times as many headers; default: 1000; 0: asks for none")
      ->type_name("N");
  app.add_option("--store", given.store, "Where addresses and bans outlast the node; default: nowhere")
      ->type_name("FILE|:memory:");
  app.add_flag("--trust-clock", given.trust_clock,
               "This machine's clock is right, however far it is from what the store has seen last")
      ->disable_flag_override();
  app.add_option("--dandelion", given.dandelion,
                 "How transactions are private at first: grin (the default), dandelion++")
      ->type_name("SCHEME");
  app.add_option("--epoch", given.epoch, "Seconds between two draws of mode and relays; default: 600 to 630")
      ->type_name("S");
  app.add_option("--stem-probability", given.stem_probability,
                 "Of an epoch in which others' transactions go on along the stem; default: 0.9")
      ->type_name("P");
  app.add_option(
         "--embargo", given.embargo,
         "Seconds that a transaction is private at least unless it becomes public; default: 180, dandelion++: 0")
      ->type_name("S");
  app.add_option("--hold", given.hold,
                 "Seconds that others' wait in the other epochs to be aggregated; default: 30, dandelion++: 0")
      ->type_name("S");
  app.add_option("--deny", given.deny, "Do not talk to these peers; may be repeated")
      ->type_name(range_form)
      ->allow_extra_args(false);
  app.add_option("--allow", given.allow, "Talk to these peers alone; may be repeated")
      ->type_name(range_form)
      ->allow_extra_args(false);
  app.add_flag("--unpaced", given.unpaced, "Neither pace messages nor count those of peers: for networks of your own")
      ->disable_flag_override();
  app.add_flag("--json", given.json, "One JSON object a line on standard output")->disable_flag_override();
  app.add_option("--log", given.log, "What goes to standard error: error, warning (the default), info or debug")
      ->type_name("LEVEL");
  app.add_flag("--trace", given.trace, "Each message of the protocol goes to standard error, too")
      ->disable_flag_override();
  app.footer(
      "Commands on standard input, one a line, each answered by one line:\n"
      "  peers                    lists the connected peers\n"
      "  tx HEX                   sends a transaction of ours out, private at first\n"
      "  fluff HEX                sends a transaction to all peers at once\n"
      "  dandelion                the epoch, its relays, and how many transactions are private\n"
      "  connect IP[:PORT]        dials; answers after the handshake or the failure, other commands meanwhile\n"
      "  disconnect IP[:PORT]     ends the sessions with that peer, or with all ports of that IP\n"
      "  known                    lists the addresses where peers may be\n"
      "  bans                     lists the bans in force\n"
      "  ban IP[/BITS][:PORT] [SECONDS]\n"
      "                           ends and refuses all talk with them, for 10800 seconds if nothing is said\n"
      "  unban IP[/BITS][:PORT]   lifts the bans within that range\n"
      "  tip HEIGHT DIFFICULTY    sets what pings say of our chain\n"
      "  trust_clock              this machine's clock is right now: nothing waits for peers to agree with it\n"
      "  stats                    counters and gauges\n"
      "  metrics                  the same as text for Prometheus\n"
      "  send PEER MESSAGE HEX    sends a message of the protocol, by its name and body; PEER is IP:PORT\n"
      "  ask PEER MESSAGE HEX     asks, and tells the answer: get_peer_addrs, get_headers, get_block,\n"
      "                           get_compact_block, get_output_segment and its like\n"
      "  download PEER HASH HEIGHT FILE\n"
      "                           asks for the chain's state at a block and stores it in a new file\n"
      "  unpack PEER HASH HEIGHT FOLDER [MIB]\n"
      "                           asks for it, at most so much (4096), checks all of it, and unpacks it into a new\n"
      "                           folder below this one\n"
      "  keep MESSAGE HEX         answers peers with this from now on: header, headers, block, compact_block,\n"
      "                           output_segment and its like\n"
      "  broadcast MESSAGE HEX    keeps a header, compact_block or block, and sends it to all peers\n"
      "  archive FILE HASH HEIGHT answers peers that ask for the chain's state with this file\n"
      "  pack FOLDER HASH HEIGHT CACHE\n"
      "                           answers them with an archive made of the files of this folder when the first asks;\n"
      "                           it is made in CACHE, a folder for nothing else\n"
      "  quit\n"
      "Blocks that peers tell of are asked for, kept in memory, given to peers that ask, and told of to others.\n"
      "Nobody verifies proofs of work or signatures here; so on mainnet and testnet they are not told of.\n"
      "The end of standard input is no command. " +
      output::what_is_dropped() +
      "\nExit status: 0 after quit, SIGINT or SIGTERM; 1 when it cannot run; 2 on bad usage.");
}

failure<early_exit> refuse(std::string why) { return failure{early_exit{2, one_line(std::move(why))}}; }

failure<early_exit> refuse(std::string_view option, const std::string& value, const std::string& wanted) {
  return refuse(std::string{option} + ": '" + value + "' is not " + wanted);
}

/// An endpoint that can be dialled.
std::optional<endpoint> peer_endpoint(const std::string& text) {
  const auto where = endpoint::parse(text);
  return where && where->port != 0 ? where : std::nullopt;
}

result<std::vector<endpoint_range>, early_exit> ranges_of(std::string_view option,
                                                          const std::vector<std::string>& given) {
  std::vector<endpoint_range> ranges;
  for (const std::string& each : given) {
    const auto range = endpoint_range::parse(each);
    if (!range) return refuse(option, each, range_form);
    ranges.push_back(*range);
  }
  return ranges;
}

result<std::size_t, early_exit> count_of(std::string_view option, const std::string& given, std::size_t usual) {
  constexpr std::uint64_t most = 100'000;
  if (given.empty()) return usual;
  const auto number = parse_number(given);
  if (!number || *number > most) return refuse(option, given, "a number from 0 to 100000");
  return static_cast<std::size_t>(*number);
}

result<pappus::io::duration, early_exit> seconds_of(std::string_view option, const std::string& given,
                                                    pappus::io::duration usual) {
  constexpr std::uint64_t most = 86'400;
  if (given.empty()) return usual;
  const auto number = parse_number(given);
  if (!number || *number > most) return refuse(option, given, "a number of seconds from 0 to 86400");
  return pappus::io::duration{std::chrono::seconds{*number}};
}

result<double, early_exit> probability_of(std::string_view option, const std::string& given, double usual) {
  if (given.empty()) return usual;
  double read = -1;
  const auto [end, failed] = std::from_chars(given.data(), given.data() + given.size(), read);
  const bool whole = failed == std::errc{} && end == given.data() + given.size();
  if (!whole || !(read >= 0 && read <= 1)) return refuse(option, given, "a number from 0 to 1");
  return read;
}

result<pappus::peer::dandelion_options, early_exit> dandelion_of(const arguments& given) {
  using pappus::peer::dandelion_options;
  using pappus::peer::dandelion_scheme;
  const bool plus_plus = given.dandelion == "dandelion++";
  if (!plus_plus && given.dandelion != "grin") return refuse("--dandelion", given.dandelion, "grin or dandelion++");
  auto how = dandelion_options::of(plus_plus ? dandelion_scheme::dandelion_plus_plus : dandelion_scheme::grin);
  PAPPUS_TRY(epoch, seconds_of("--epoch", given.epoch, how.epoch));
  if (epoch == pappus::io::duration::zero()) return refuse("--epoch", given.epoch, "longer than no time at all");
  how.epoch = epoch;
  if (!given.epoch.empty()) how.epoch_jitter = {};
  PAPPUS_TRY(probability, probability_of("--stem-probability", given.stem_probability, how.stem_probability));
  how.stem_probability = probability;
  PAPPUS_TRY(floor, seconds_of("--embargo", given.embargo, how.embargo.floor));
  how.embargo.floor = floor;
  PAPPUS_TRY(hold, seconds_of("--hold", given.hold, how.hold));
  how.hold = hold;
  return how;
}

result<wire::chain_parameters, early_exit> network_of(const arguments& given) {
  const auto chain = wire::chain_named(given.network);
  if (!chain) return refuse("--network", given.network, "mainnet, testnet, usernet or automated");
  wire::chain_parameters network = wire::parameters_of(*chain);
  if (given.genesis.empty()) return network;
  const auto genesis = wire::hash::from_hex(given.genesis);
  if (!genesis) return refuse("--genesis", given.genesis, "a hash of 64 hexadecimal digits");
  network.genesis = *genesis;
  return network;
}

result<options, early_exit> understand(const arguments& given) {
  options understood;
  auto& node = understood.node;
  PAPPUS_TRY(network, network_of(given));
  node.network = network;
  // It may answer for parts of a chain, if it has some; nobody should count on it.
  node.capabilities = wire::capability::peer_list | wire::capability::transaction_by_kernel;

  if (!given.protocol_version.empty()) {
    const auto number = parse_number(given.protocol_version);
    if (!number || *number == 0 || *number > wire::latest_version.number) {
      return refuse("--protocol-version", given.protocol_version, "a number from 1 to 1000");
    }
    node.version.number = static_cast<std::uint32_t>(*number);
  }

  node.listen = {{}, network.default_port};
  if (!given.listen.empty()) {
    const auto listen = endpoint::parse(given.listen);
    if (!listen) return refuse("--listen", given.listen, endpoint_form);
    node.listen = *listen;
  }
  if (!given.advertise.empty()) {
    node.advertise = peer_endpoint(given.advertise);
    if (!node.advertise) return refuse("--advertise", given.advertise, endpoint_form);
  }
  for (const std::string& each : given.peers) {
    const auto peer = peer_endpoint(each);
    if (!peer) return refuse("--peer", each, endpoint_form);
    node.peers.push_back(*peer);
  }

  for (const std::string& each : given.seeds) {
    const auto seed = pappus::peer::seed::parse(each);
    if (!seed) return refuse("--seed", each, "HOST:PORT");
    if (!node.seeds) node.seeds.emplace();
    node.seeds->push_back(*seed);
  }
  PAPPUS_TRY(inbound, count_of("--max-inbound", given.max_inbound, node.slots.inbound));
  node.slots.inbound = inbound;
  PAPPUS_TRY(outbound, count_of("--max-outbound", given.max_outbound, node.slots.outbound));
  node.slots.outbound = outbound;

  PAPPUS_TRY(blocks, count_of("--max-blocks", given.max_blocks, understood.chain.blocks));
  understood.chain.blocks = blocks;
  understood.chain.headers = 10 * blocks;
  understood.chain.aside = blocks;

  if (given.unpaced) node.pace = node.accepted = pappus::peer::pacing::unlimited();

  node.store = given.store;
  node.trust_clock = given.trust_clock;
  PAPPUS_TRY(dandelion, dandelion_of(given));
  node.dandelion = dandelion;
  PAPPUS_TRY(deny, ranges_of("--deny", given.deny));
  node.lists.deny = std::move(deny);
  PAPPUS_TRY(allow, ranges_of("--allow", given.allow));
  node.lists.allow = std::move(allow);

  const auto level = std::find_if(log_levels.begin(), log_levels.end(),
                                  [&given](log_level known) { return given.log == to_string(known); });
  if (level == log_levels.end()) return refuse("--log", given.log, "error, warning, info or debug");
  node.log = *level;
  understood.json = given.json;
  understood.trace = given.trace;
  return understood;
}

}  // namespace

result<options, early_exit> read_options(int argc, const char* const* argv) {
  CLI::App app{"A node of the network, without chain: it keeps connections and relays transactions.", "pappus-node"};
  arguments given;
  declare(app, given);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return failure{early_exit{0, app.help()}};
  } catch (const CLI::CallForVersion& asked) {
    return failure{early_exit{0, std::string{asked.what()} + '\n'}};
  } catch (const CLI::ParseError& wrong) {
    return refuse(wrong.what());
  }
  return understand(given);
}

}  // namespace mini_node
