// Peers, addresses, bans and stem transactions.
#include "node_commands.hpp"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/peer/dandelion/status.hpp>
#include <pappus/peer/discovery/limits.hpp>
#include <pappus/wire/grin_messages.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

#include "former_keys.hpp"
#include "parameters.hpp"
#include "read_message.hpp"

namespace mini_node {
namespace {

using pappus::failure;
using pappus::io::endpoint;
namespace io = pappus::io;
namespace wire = pappus::wire;

/// Parses `IP:PORT`, or an IP alone, which gets `port`; one of IPv6 may be in brackets.
std::optional<endpoint> address_of(std::string_view text, std::uint16_t port) {
  const bool is_bracketed = text.starts_with('[') && text.ends_with(']');
  const auto address = pappus::ip_address::parse(is_bracketed ? text.substr(1, text.size() - 2) : text);
  if (address && !(is_bracketed && address->is_v4())) return endpoint{*address, port};
  const auto where = endpoint::parse(text);
  return where && where->port != 0 ? where : std::nullopt;
}

/// Disconnects the peers that the text names. Returns their number, or nothing if the text cannot be parsed.
std::optional<std::size_t> disconnect_from(pappus::node& node, std::string_view text) {
  if (const auto id = parse_number(text)) return node.disconnect(*id) ? 1 : 0;
  if (const auto peer = io::endpoint::parse(text)) return node.disconnect(io::endpoint_range{*peer});  // also at port 0
  const auto where = io::endpoint_range::parse(text);
  return where && where->prefix_length == where->network.size() ? std::optional{node.disconnect(*where)} : std::nullopt;
}

std::string unreadable(std::string_view text) {
  return is_not(text, "IP[/BITS][:PORT], with BITS from 0 to 32, of IPv6 to 128, and a PORT from 1 to 65535");
}

}  // namespace

std::size_t longest_line(const wire::chain_parameters& network) {
  constexpr std::size_t words_and_blanks = 1024;
  const auto rules = wire::grin_messages::rules(network);
  return words_and_blanks + 2 * std::size_t{*std::ranges::max_element(rules.max_length)};
}

const std::vector<command<node_commands>>& node_commands::common() {
  using self = node_commands;
  static const std::vector<command<self>> known{
      {"peers", "", 0, 0, &self::peers, "lists the connected peers, with how long, how fast and how much"},
      {"connect", "HOST[:PORT]", 1, 1, &self::connect,
       "dials an address, or what a name stands for; answers after the handshake or the failure, other commands "
       "meanwhile"},
      {"disconnect", "ID|IP[:PORT]", 1, 1, &self::disconnect,
       "ends the session with that peer, or with all peers that advertise that address"},
      {"addresses", "", 0, 0, &self::addresses, "lists the known addresses of peers"},
      {"bans", "", 0, 0, &self::bans, "lists the bans in force"},
      {"ban", "IP[/BITS][:PORT] [SECONDS]", 1, 2, &self::ban,
       fmt::format("ends and refuses connections with them, by default for {} seconds, else for {}",
                   default_ban_seconds, to_string(ban_lengths))},
      {"unban", "IP[/BITS][:PORT]", 1, 1, &self::unban, "lifts the bans within that range"},
      {"trust_clock", "", 0, 0, &self::trust_clock,
       "trusts this machine's clock now, without waiting for peers to agree with it"},
      {"dandelion", "", 0, 0, &self::dandelion, "the epoch, its relays, and how many transactions are private"},
      {"tx", "HEX", 1, 1, &self::tx,
       "sends a transaction of ours out, private at first; answers when it is on its way and stored"},
      {"quit", "", 0, 0, &self::quit, "ends the node"}};
  return known;
}

void node_commands::peers(const words& /*none*/, const command_handler& answer) {
  record list = record::array();
  for (const auto& each : node_.peers()) list.push_back(with_host(description_of(each), node_, each));
  answer(record{{"peers", std::move(list)}});
}

pappus::result<wire::transaction_ptr, std::string> node_commands::read_transaction(std::string_view hex) const {
  wire::transaction_ptr tx;
  const auto read = read_message("transaction", hex, node_.config().chain.limits, [&tx](const auto& message) {
    if constexpr (std::same_as<decltype(message), const wire::messages::transaction&>) tx = message.tx;
  });
  if (!read) return failure{read.error()};
  return tx;
}

void node_commands::tx(const words& given, const command_handler& answer) {
  const auto tx = read_transaction(given[0]);
  if (!tx) return answer(failure{tx.error()});
  node_.stem(*tx, [this, answer, tx = *tx](const auto& stemmed) {
    if (!stemmed) return answer(failure{stemmed.error().message()});
    answer(record{{"kernel", kernel_of(*tx)}});
    tell_of_outcome(tx);
  });
}

/// There is none if the transaction is public already, or the node stops before.
void node_commands::tell_of_outcome(const wire::transaction_ptr& tx) {
  node_.stem_result(tx, [tell = tell_, tx](const auto& outcome) {
    if (outcome) tell(stem_result(*tx, *outcome));
  });
}

void node_commands::dandelion(const words& /*none*/, const command_handler& answer) {
  const auto now = node_.dandelion();
  record relays = record::array();
  for (const auto& each : node_.peers()) {
    const bool relays_ours = std::find(now.relays.begin(), now.relays.end(), each.id) != now.relays.end();
    if (relays_ours) relays.push_back(to_string(each.endpoint));
  }
  const auto left = std::chrono::ceil<std::chrono::seconds>(now.epoch_left).count();
  answer(record{{"scheme", to_string(node_.config().dandelion.scheme)},
                {"epoch", now.epoch},
                {"mode", to_string(now.mode)},
                {"seconds_left", left},
                {"relays", std::move(relays)},
                {"broadcast", to_string(node_.config().own_transactions)},
                {"private", now.transactions + now.own.transactions},
                {"bytes", now.bytes + now.own.bytes},
                {"told", now.own.counted.told},
                {"stalled", now.own.stalled}});
}

void node_commands::connect(const words& given, const command_handler& answer) {
  const std::uint16_t usual_port = node_.config().chain.default_port;
  std::optional<pappus::peer::seed> whom;
  if (const auto where = address_of(given[0], usual_port)) {
    whom = pappus::peer::seed_at(*where);
  } else {
    const bool has_port = given[0].find(':') != std::string_view::npos;
    whom = pappus::peer::seed::parse(std::string{given[0]} + (has_port ? "" : ':' + std::to_string(usual_port)));
  }
  if (!whom) {
    const auto why = onion_fault(given[0]);
    return answer(
        failure{why ? *why : is_not(given[0], "IP, IP:PORT, HOST or HOST:PORT, with a PORT from 1 to 65535")});
  }
  node_.dial(*whom, [this, answer, name = to_string(*whom)](const auto& connected) {
    if (connected) return answer(with_host(description_of(*connected), node_, *connected));
    answer(failure{to_string(connected.error()) + " (" + name + ")"});
  });
}

void node_commands::disconnect(const words& given, const command_handler& answer) {
  const auto ended = disconnect_from(node_, given[0]);
  if (!ended) return answer(failure{is_not(given[0], "an id, IP or IP:PORT")});
  if (*ended == 0) return answer(failure{no_peer(given[0])});
  answer(record{{"ended", *ended}});
}

void node_commands::addresses(const words& /*none*/, const command_handler& answer) {
  record list = record::array();
  for (const auto& each : node_.known_addresses()) {
    list.push_back(with_host(description_of(each, node_.address_state(each)), node_, each.address.ip));
  }
  answer(with_former_keys(record{{"addresses", std::move(list)}}, {{"addresses", "known"}}));
}

void node_commands::bans(const words& /*none*/, const command_handler& answer) {
  record list = record::array();
  for (const auto& each : node_.bans()) list.push_back(description_of(each));
  answer(record{{"bans", std::move(list)}});
}

void node_commands::ban(const words& given, const command_handler& answer) {
  const auto whom = io::endpoint_range::parse(given[0]);
  if (!whom) return answer(failure{unreadable(given[0])});
  const auto seconds = given.size() > 1 ? number_of("SECONDS", given[1], ban_lengths) : default_ban_seconds;
  if (!seconds) return answer(failure{seconds.error()});
  node_.ban(*whom, std::chrono::seconds{*seconds}, pappus::wire::reason_for_ban::manual, [answer](const auto& stored) {
    if (!stored) return answer(failure{"in force, but not stored yet: " + stored.error().message()});
    answer(record{});
  });
}

void node_commands::unban(const words& given, const command_handler& answer) {
  const auto whom = io::endpoint_range::parse(given[0]);
  if (!whom) return answer(failure{unreadable(given[0])});
  const auto banned = node_.bans();
  const bool any = std::ranges::any_of(banned, [&whom](const auto& each) { return whom->contains(each.range); });
  if (!any) return answer(failure{"nobody at " + to_string(*whom) + " is banned"});
  node_.unban(*whom, [answer](const auto& stored) {
    if (!stored) return answer(failure{"lifted, but not stored yet: " + stored.error().message()});
    answer(record{});
  });
}

void node_commands::trust_clock(const words& /*none*/, const command_handler& answer) {
  node_.trust_clock();
  answer(record{});
}

void node_commands::quit(const words& /*none*/, const command_handler& answer) {
  answer(record{});
  node_.stop();
}

}  // namespace mini_node
