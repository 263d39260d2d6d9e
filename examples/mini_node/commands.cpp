// Parsing and execution of the commands.
#include "commands.hpp"

#include <algorithm>
#include <concepts>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <pappus/coro/frame_recycler.hpp>
#include <pappus/former_metrics.hpp>
#include <pappus/peer/discovery/limits.hpp>
#include <pappus/wire/grin_messages.hpp>

#include "former_keys.hpp"
#include "parameters.hpp"
#include "read_message.hpp"
#include "text.hpp"

namespace mini_node {
namespace {

using pappus::failure;
using pappus::result;
using pappus::io::endpoint;
namespace io = pappus::io;
namespace wire = pappus::wire;

/// Parses `IP:PORT`, or an IP alone, which gets `port`.
std::optional<endpoint> address_of(std::string_view text, std::uint16_t port) {
  if (const auto address = io::ipv4_address::parse(text)) return endpoint{*address, port};
  const auto where = endpoint::parse(text);
  return where && where->port != 0 ? where : std::nullopt;
}

/// Disconnects the peers that the text names. Returns their number, or nothing if the text cannot be parsed.
std::optional<std::size_t> disconnect_from(pappus::node& node, std::string_view text) {
  if (const auto id = parse_number(text)) return node.disconnect(*id) ? 1 : 0;
  if (const auto peer = io::endpoint::parse(text)) return node.disconnect(io::endpoint_range{*peer});  // also at port 0
  const auto where = io::endpoint_range::parse(text);
  return where && where->prefix_length == 32 ? std::optional{node.disconnect(*where)} : std::nullopt;
}

/// The name of a command, given that or the one it had before version 0.2, which is accepted for one release.
std::string_view current_name(std::string_view name) {
  if (name == "known") return "addresses";
  if (name == "keep") return "serve";
  if (name == "ask") return "request";
  return name;
}

/// Metrics of this program, and the names that they had before version 0.2.
constexpr std::pair<std::string_view, std::string_view> renamed_metrics[] = {
    {"pappus_node_header_orphans", "pappus_node_headers_aside"},
    {"pappus_node_blocks_relayed_total", "pappus_node_blocks_passed_on_total"},
    {"pappus_node_block_requests", "pappus_node_blocks_wanted"},
    {"pappus_node_block_requests_dropped_total", "pappus_node_blocks_overlooked_total"},
};

/// Appends a copy of each of them under its former name.
void add_former_names_of_program(std::vector<pappus::integration::metric>& all) {
  for (const auto& [name, former] : renamed_metrics) {
    auto copy = *std::ranges::find(all, name, &pappus::integration::metric::name);
    copy.name = former;
    all.push_back(std::move(copy));
  }
}

}  // namespace

std::size_t longest_line(const wire::chain_parameters& network) {
  constexpr std::size_t words_and_blanks = 1024;
  const auto rules = wire::grin_messages::rules(network);
  return words_and_blanks + 2 * std::size_t{*std::ranges::max_element(rules.max_length)};
}

const std::vector<commands::command>& commands::all() {
  static const std::vector<command> known{
      {"help", "", 0, 0, &commands::help, "lists the commands"},
      {"peers", "", 0, 0, &commands::peers, "lists the connected peers, with how long, how fast and how much"},
      {"tx", "HEX", 1, 1, &commands::tx,
       "sends a transaction of ours out, private at first; answers when it is on its way and stored"},
      {"fluff", "HEX", 1, 1, &commands::fluff, "sends a transaction to all peers at once"},
      {"dandelion", "", 0, 0, &commands::dandelion, "the epoch, its relays, and how many transactions are private"},
      {"connect", "HOST[:PORT]", 1, 1, &commands::connect,
       "dials an address, or what a name stands for; answers after the handshake or the failure, other commands "
       "meanwhile"},
      {"disconnect", "ID|IP[:PORT]", 1, 1, &commands::disconnect,
       "ends the session with that peer, or with all peers that advertise that address"},
      {"addresses", "", 0, 0, &commands::addresses, "lists the known addresses of peers"},
      {"bans", "", 0, 0, &commands::bans, "lists the bans in force"},
      {"ban", "IP[/BITS][:PORT] [SECONDS]", 1, 2, &commands::ban,
       fmt::format("ends and refuses connections with them, by default for {} seconds, at most for {}",
                   default_ban_seconds, max_ban_seconds)},
      {"unban", "IP[/BITS][:PORT]", 1, 1, &commands::unban, "lifts the bans within that range"},
      {"tip", "HEIGHT DIFFICULTY", 2, 2, &commands::tip, "sets the chain tip that pings advertise"},
      {"trust_clock", "", 0, 0, &commands::trust_clock,
       "trusts this machine's clock now, without waiting for peers to agree with it"},
      {"stats", "", 0, 0, &commands::stats, "counters and gauges"},
      {"metrics", "", 0, 0, &commands::metrics, "the same as text for Prometheus"},
      {"send", "PEER MESSAGE HEX", 3, 3, &commands::send,
       "sends a message of the protocol, by its name and body; PEER is its id, or IP:PORT if no other "
       "says the same"},
      {"request", "PEER MESSAGE HEX", 3, 3, &commands::request,
       "sends a request and reports the response: get_peer_addrs, get_headers, get_block, get_compact_block, "
       "get_output_segment and "
       "its like"},
      {"serve", "MESSAGE HEX", 2, 2, &commands::serve,
       "serves this to peers from now on: header, headers, block, compact_block, output_segment and its like"},
      {"broadcast", "MESSAGE HEX", 2, 2, &commands::broadcast,
       "serves a header, compact_block or block, and sends it to all peers"},
      {"archive", "FILE HASH HEIGHT", 3, 3, &commands::archive,
       "serves this file to peers that request the chain's state"},
      {"download", "PEER HASH HEIGHT FILE", 4, 4, &commands::download,
       "requests the chain's state at a block and stores it in a new file"},
      {"pack", "FOLDER HASH HEIGHT CACHE", 4, 4, &commands::pack,
       "serves an archive of the files of this folder, made at the first request; it is made in CACHE, a folder for "
       "nothing else"},
      {"unpack", "PEER HASH HEIGHT FOLDER [MIB]", 4, 5, &commands::unpack,
       fmt::format(
           "requests it, at most MIB mebibytes ({}, by default {}), checks all of it, and unpacks it into a new "
           "folder below this one",
           to_string(unpack_limits), default_unpack_limit)},
      {"quit", "", 0, 0, &commands::quit, "ends the node"}};
  return known;
}

std::string commands::help_text() {
  constexpr std::size_t indent = 27;
  constexpr std::size_t width = 110 - indent;
  std::string text;
  for (const command& each : all()) {
    std::string usage = "  " + std::string{each.name} + ' ' + std::string{each.parameters};
    if (usage.size() < indent) usage.resize(indent, ' ');
    else usage += '\n' + std::string(indent, ' ');
    text += usage + wrapped(each.does, indent, width) + '\n';
  }
  return text;
}

void commands::carry_out(std::string_view line, std::function<void(record)> answer) {
  words given = words_of(line);
  if (given.empty()) return answer(refused("", "an empty line is no command"));
  const std::string name{given.front()};
  given.erase(given.begin());

  const auto found = std::ranges::find(all(), current_name(name), &command::name);
  if (found == all().end()) return answer(refused(name, is_not(name, "a command: `help` lists all")));
  if (given.size() < found->least || given.size() > found->most) {
    const std::string blank = found->most == 0 ? "" : " ";
    return answer(refused(name, fmt::format("usage: {}{}{} (words given after the command: {})", name, blank,
                                            found->parameters, given.size())));
  }
  (this->*found->act)(given, [name, answer = std::move(answer)](outcome ended) {
    answer(ended ? granted(name, *ended) : refused(name, ended.error()));
  });
}

record commands::too_long(std::string_view beginning) {
  const words given = words_of(beginning);
  return refused(given.empty() ? "" : given.front(), "the line is longer than any command");
}

void commands::peers(const words& /*none*/, const done& answer) {
  record list = record::array();
  for (const auto& each : node_.peers()) list.push_back(description_of(each));
  answer(record{{"peers", std::move(list)}});
}

void commands::help(const words& /*none*/, const done& answer) {
  record list = record::array();
  for (const command& each : all()) {
    list.push_back({{"command", each.name}, {"parameters", each.parameters}, {"does", each.does}});
  }
  answer(record{{"commands", std::move(list)}});
}

void commands::connect(const words& given, const done& answer) {
  const std::uint16_t usual_port = node_.config().chain.default_port;
  if (const auto where = address_of(given[0], usual_port)) {
    return node_.connect(*where, [answer, where](const auto& connected) {
      if (connected) return answer(description_of(*connected));
      answer(failure{connected.error().message() + " (" + to_string(*where) + ")"});
    });
  }
  std::string text{given[0]};
  if (text.find(':') == std::string::npos) text += ':' + std::to_string(usual_port);
  auto whom = pappus::peer::seed::parse(text);
  if (!whom) {
    return answer(failure{is_not(given[0], "IP, IP:PORT, HOST or HOST:PORT, with a PORT from 1 to 65535")});
  }
  beside_->spawn(connect_by_name(*std::move(whom), answer));
}

/// Connects to the first address that accepts.
pappus::task<void> commands::connect_by_name(pappus::peer::seed whom, done answer) {
  const auto found = co_await resolve(on_.runtime(), whom);
  if (!found) co_return answer(failure{"cannot look up " + whom.host + ": " + found.error().message()});
  std::string why;
  for (std::size_t i = 0; i != std::min(found->size(), pappus::peer::limits::max_addresses_per_name); ++i) {
    const endpoint where{(*found)[i], whom.port};
    const auto connected = co_await node_.connect(where);
    if (connected) co_return answer(description_of(*connected));
    why = connected.error().message() + " (" + to_string(where) + ")";
  }
  answer(failure{std::move(why)});
}

void commands::disconnect(const words& given, const done& answer) {
  const auto ended = disconnect_from(node_, given[0]);
  if (!ended) return answer(failure{is_not(given[0], "an id, IP or IP:PORT")});
  if (*ended == 0) return answer(failure{no_peer(given[0])});
  answer(record{{"ended", *ended}});
}

void commands::tip(const words& given, const done& answer) {
  const auto height = number_of("HEIGHT", given[0]);
  if (!height) return answer(failure{height.error()});
  const auto difficulty = number_of("DIFFICULTY", given[1]);
  if (!difficulty) return answer(failure{difficulty.error()});
  follower_.set_tip({*difficulty, *height});
  answer(record{});
}

void commands::trust_clock(const words& /*none*/, const done& answer) {
  node_.trust_clock();
  answer(record{});
}

void commands::stats(const words& /*none*/, const done& answer) {
  record counted = description_of(node_.statistics());
  counted["pool"] = {{"transactions", pool_.size()}, {"bytes", pool_.bytes()}, {"dropped", pool_.dropped()}};
  const auto kept = chain_.counted();
  counted["cache"] = with_former_keys({{"headers", kept.headers},
                                       {"orphans", kept.orphans},
                                       {"blocks", kept.blocks},
                                       {"bytes", kept.bytes},
                                       {"dropped", kept.dropped},
                                       {"relayed", follower_.relayed()}},
                                      {{"orphans", "aside"}, {"relayed", "passed_on"}});
  const auto fetching = follower_.fetching();
  counted["block_requests"] = with_former_keys(
      {{"blocks", fetching.wanted}, {"dropped", fetching.dropped}, {"unavailable", fetching.unavailable}},
      {{"dropped", "overlooked"}});
  counted["output"] = {{"bytes_waiting", out_.bytes_waiting()},
                       {"events_dropped", out_.events_dropped()},
                       {"events_suppressed", strangers_.suppressed()}};
  const auto frames = pappus::coro::frame_recycler::statistics();
  counted["coroutine_frames"] = {{"live", frames.live},
                                 {"allocated", frames.allocated},
                                 {"reused", frames.reused},
                                 {"idle_bytes", frames.idle_bytes}};
  counted["metrics"] = record::parse(to_json(numbers()));
  counted = with_former_keys(std::move(counted), {{"cache", "kept"}, {"block_requests", "wanted"}});
  answer(record{{"stats", std::move(counted)}});
}

void commands::metrics(const words& /*none*/, const done& answer) {
  answer(record{{"text", to_prometheus(numbers())}});
}

void commands::show_what_is_kept() {
  follower_.show_tip();
  node_.set_capabilities(chain_.capabilities());
}

std::vector<pappus::integration::metric> commands::numbers() const {
  using pappus::integration::metric_kind;
  auto all = pappus::metrics_of(node_.statistics());
  const auto add = [&all](std::string_view name, std::string_view help, metric_kind kind, std::uint64_t value) {
    all.push_back({name, help, kind, {}, {{{}, value}}});
  };
  const auto frames = pappus::coro::frame_recycler::statistics();
  add("pappus_node_pool_transactions", "Transactions in the pool.", metric_kind::gauge, pool_.size());
  add("pappus_node_pool_bytes", "Bytes of the transactions in the pool.", metric_kind::gauge, pool_.bytes());
  add("pappus_node_pool_dropped_total", "Transactions dropped from the pool to make room.", metric_kind::counter,
      pool_.dropped());
  add("pappus_node_output_bytes", "Bytes that wait for standard output.", metric_kind::gauge, out_.bytes_waiting());
  add("pappus_node_events_dropped_total", "Events dropped because too many bytes waited for standard output.",
      metric_kind::counter, out_.events_dropped());
  add("pappus_node_events_suppressed_total",
      "Events not written because connections without a handshake caused too many.", metric_kind::counter,
      strangers_.suppressed());
  const auto kept = chain_.counted();
  add("pappus_node_headers", "Headers received and kept.", metric_kind::gauge, kept.headers);
  add("pappus_node_header_orphans",
      "Headers received and kept whose blocks, or those before them, have not all arrived.", metric_kind::gauge,
      kept.orphans);
  add("pappus_node_blocks", "Blocks and compact blocks received and kept.", metric_kind::gauge, kept.blocks);
  add("pappus_node_block_bytes", "Bytes of the blocks and compact blocks received and kept.", metric_kind::gauge,
      kept.bytes);
  add("pappus_node_chain_dropped_total", "Headers and blocks dropped to make room.", metric_kind::counter,
      kept.dropped);
  add("pappus_node_blocks_relayed_total", "Blocks announced to other peers.", metric_kind::counter,
      follower_.relayed());
  const auto fetching = follower_.fetching();
  add("pappus_node_block_requests", "Blocks requested from peers, or queued to be requested.", metric_kind::gauge,
      fetching.wanted);
  add("pappus_node_block_requests_dropped_total", "Blocks not requested from peers because too many were queued.",
      metric_kind::counter, fetching.dropped);
  add("pappus_node_blocks_unavailable_total", "Blocks that were requested and that no peer delivered.",
      metric_kind::counter, fetching.unavailable);
  add("pappus_node_coroutine_frames", "Frames of coroutines that have not ended.", metric_kind::gauge, frames.live);
  add("pappus_node_coroutine_idle_bytes", "Bytes of frames of coroutines that have ended, kept for reuse.",
      metric_kind::gauge, frames.idle_bytes);
  pappus::add_former_names(all);
  add_former_names_of_program(all);
  return all;
}

void commands::quit(const words& /*none*/, const done& answer) {
  answer(record{});
  node_.stop();
}

}  // namespace mini_node
