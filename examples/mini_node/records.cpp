// Fields of events and replies, and their formatting.
#include "records.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include <pappus/peer/reachability/status.hpp>
#include <pappus/statistics.hpp>

#include "former_keys.hpp"

namespace mini_node {
namespace {

namespace peer = pappus::peer;
namespace wire = pappus::wire;

/// Escapes control and non-ASCII characters as JSON does: a JSON parser recovers the original string, and a terminal
/// shows all characters.
std::string dump(const record& value) { return value.dump(-1, ' ', true, record::error_handler_t::replace); }

/// Quotes a string unless all its characters are harmless: peers choose some of these strings.
std::string plain(const std::string& text) {
  const bool harmless = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == ':' ||
           c == '_' || c == '-';
  });
  return harmless ? text : dump(text);
}

std::string plain(const record& value);

std::string plain_fields(const record& fields) {
  std::string line;
  for (const auto& [name, value] : fields.items()) {
    if (!line.empty()) line += ' ';
    line += name + '=' + plain(value);
  }
  return line;
}

std::string plain(const record& value) {
  if (value.is_string()) return plain(value.get_ref<const std::string&>());
  if (value.is_object()) return '(' + plain_fields(value) + ')';
  if (!value.is_array()) return dump(value);
  std::string line;
  for (const record& each : value) line += (line.empty() ? "" : ", ") + plain(each);
  return '[' + line + ']';
}

record place_of(const wire::header& of) { return {{"hash", to_string(of.hash())}, {"height", of.height()}}; }

record news(const char* event, const wire::header& said) {
  record told{{"event", event}};
  told.update(place_of(said));
  return told;
}

record news(const char* event, const wire::header& said, const peer::peer_info& from) {
  record told = news(event, said);
  told["from"] = to_string(from.endpoint);
  return told;
}

record part_of(const peer::chain_tip& tip) {
  return {{"height", tip.height}, {"total_difficulty", tip.total_difficulty}};
}

/// Seconds since 1970; 0 for never.
std::int64_t unix_seconds(pappus::io::wall_time when) {
  return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
}

record part_of(const peer::clock_statistics& counted) {
  record said{{"trusted", counted.trusted},
              {"offset", counted.offset_seconds},
              {"headers", counted.headers},
              {"early_headers", counted.early_headers}};
  return with_former_keys(std::move(said), {{"offset", "difference"}});
}

record part_of(const peer::chain_statistics& counted) {
  record said{{"requests", counted.requests}, {"answered", counted.answered}, {"received", counted.received}};
  return with_former_keys(std::move(said), {{"requests", "asked"}});
}

record part_of(const peer::address_relay_statistics& counted) {
  record said{{"requests", counted.requests},
              {"answered", counted.answered},
              {"received", counted.received},
              {"added", counted.added},
              {"rate_limited", counted.unsolicited_rate_limited}};
  return with_former_keys(
      std::move(said),
      {{"requests", "asked"}, {"received", "heard"}, {"added", "believed"}, {"rate_limited", "ignored"}});
}

record part_of(const peer::relay_statistics& counted) {
  record said{{"received", counted.received},
              {"relayed", counted.relayed},
              {"requested", counted.requested},
              {"unanswered", counted.unanswered},
              {"late", counted.late},
              {"rejected", counted.rejected},
              {"announcements_dropped", counted.dropped}};
  return with_former_keys(std::move(said), {{"announcements_dropped", "overlooked"}});
}

template <class Answer>
record segment(const Answer& said) {
  const wire::segment_identifier id = said.segment.id();
  return {{"block", to_string(said.block)}, {"height", id.height}, {"index", id.index}};
}

}  // namespace

std::string kernel_of(const pappus::wire::transaction& tx) { return to_string(tx.kernel_hash(0)); }

record listening(const pappus::listening_status& at) {
  record said{{"event", "listening"}, {"address", to_string(at.direct.value())}};
  if (at.onion) said["onion"] = to_string(*at.onion);
  if (at.tls) said["tls"] = to_string(*at.tls);
  if (at.tls_key) said["tls_key"] = pappus::tls::to_hex(*at.tls_key);
  return said;
}

record peer_connected(const peer::peer_info& peer) {
  record said{{"event", "peer_connected"}};
  said.update(description_of(peer));
  return said;
}

record peer_disconnected(const peer::peer_info& peer, const peer::disconnect_info& why, std::uint64_t suppressed) {
  record said{
      {"event", "peer_disconnected"}, {"peer", to_string(peer.endpoint)}, {"id", peer.id}, {"reason", to_string(why)}};
  if (suppressed != 0) said["suppressed"] = suppressed;
  return said;
}

record transaction(const pappus::wire::transaction& tx, peer::phase at, const peer::peer_info& from) {
  return {{"event", "transaction"},
          {"kernel", kernel_of(tx)},
          {"phase", at == peer::phase::stem ? "stem" : "fluff"},
          {"from", to_string(from.endpoint)}};
}

record stemmed(const pappus::wire::transaction& tx, const peer::peer_info& to) {
  return {{"event", "stemmed"}, {"kernel", kernel_of(tx)}, {"to", to_string(to.endpoint)}};
}

record fluffed(const pappus::wire::transaction& tx, peer::fluff_reason why, const peer::broadcast_report& report) {
  record said{{"event", "fluffed"}, {"kernel", kernel_of(tx)}, {"reason", to_string(why)}, {"sent", report.sent}};
  return with_former_keys(std::move(said), {{"reason", "cause"}, {"sent", "peers"}});
}

record stem_result(const pappus::wire::transaction& tx, const peer::stem_result& outcome) {
  record said{{"event", "stem_result"}, {"kernel", kernel_of(tx)}, {"outcome", to_string(outcome.outcome)}};
  if (outcome.reason) said["reason"] = to_string(*outcome.reason);
  return said;
}

record header(const wire::header& said, const peer::peer_info& from) { return news("header", said, from); }
record compact_block(const wire::compact_block& said, const peer::peer_info& from) {
  return news("compact_block", said.header(), from);
}
record block(const wire::block& said, const peer::peer_info& from) { return news("block", said.header(), from); }
record block(const wire::block& said) { return news("block", said.header()); }

record sync(const pappus::integration::sync_status& now) {
  record said{{"event", "sync"},           {"stage", to_string(now.stage)},
              {"tip", part_of(now.body)},  {"header_tip", part_of(now.header)},
              {"best", part_of(now.best)}, {"in_flight", now.in_flight},
              {"bytes", now.bytes}};
  if (now.state_height == 0) return said;
  said["state"] = {{"height", now.state_height},
                   {"leaves", now.state_leaves},
                   {"total_leaves", now.state_total_leaves},
                   {"archive_bytes", now.archive_bytes}};
  return said;
}

record banned(const peer::ban& made) {
  record said{{"event", "banned"}};
  said.update(description_of(made));
  return said;
}
record unbanned(const peer::ban& lifted) { return {{"event", "unbanned"}, {"peer", to_string(lifted.range)}}; }

record description_of(const peer::ban& made) {
  record said{{"peer", to_string(made.range)},
              {"reason", to_string(made.reason)},
              {"author", to_string(made.author)},
              {"since", unix_seconds(made.since)},
              {"until", unix_seconds(made.until)}};
  return with_former_keys(std::move(said), {{"author", "by"}});
}

record description_of(const peer::address_info& known, peer::address_state state) {
  record said{{"peer", to_string(known.address)},
              {"state", to_string(state)},
              {"source", to_string(known.source)},
              {"user_agent", known.user_agent},
              {"capabilities", known.capabilities.bits()},
              {"last_seen", unix_seconds(known.last_seen)},
              {"last_try", unix_seconds(known.last_try)},
              {"last_success", unix_seconds(known.last_success)},
              {"attempts", known.attempts},
              {"failures", known.failures},
              {"tried", known.tried}};
  return with_former_keys(std::move(said),
                          {{"last_seen", "heard"}, {"last_try", "attempted"}, {"last_success", "succeeded"}});
}

record description_of(const wire::messages::peer_addrs& answer) {
  record addresses = record::array();
  for (const wire::peer_address& each : answer.addresses) addresses.push_back(to_string(each));
  return {{"addresses", std::move(addresses)}};
}

record description_of(const wire::messages::headers& answer) {
  record said{{"count", answer.values.size()}};
  if (answer.values.empty()) return said;
  said["first"] = to_string(answer.values.front().hash());
  said["last"] = to_string(answer.values.back().hash());
  return said;
}

record description_of(const wire::messages::block& answer) {
  record said = place_of(answer.value->header());
  said["inputs"] = answer.value->inputs().size();
  said["outputs"] = answer.value->outputs().size();
  said["kernels"] = answer.value->kernels().size();
  return said;
}

record description_of(const wire::messages::compact_block& answer) {
  record said = place_of(answer.value->header());
  said["outputs"] = answer.value->outputs().size();
  said["kernels"] = answer.value->kernels().size();
  said["short_ids"] = answer.value->short_ids().size();
  return said;
}

record description_of(const wire::messages::output_bitmap_segment& answer) {
  record said = segment(answer);
  said["chunks"] = answer.segment.chunks();
  said["output_root"] = to_string(answer.other_root);
  return said;
}

record description_of(const wire::messages::output_segment& answer) {
  record said = segment(answer);
  said["leaves"] = answer.segment.leaves().size();
  said["bitmap_root"] = to_string(answer.other_root);
  return said;
}

record description_of(const wire::messages::range_proof_segment& answer) {
  record said = segment(answer);
  said["leaves"] = answer.segment.leaves().size();
  return said;
}

record description_of(const wire::messages::kernel_segment& answer) {
  record said = segment(answer);
  said["leaves"] = answer.segment.leaves().size();
  return said;
}

record description_of(const wire::messages::txhashset_archive& answer) {
  return {{"hash", to_string(answer.block)}, {"height", answer.height}, {"bytes", answer.bytes}};
}

record with_host(record described, const pappus::node& node, const pappus::ip_address& address) {
  if (auto host = node.name_of(address)) described["host"] = *std::move(host);
  return described;
}

record with_host(record described, const pappus::node& node, const peer::peer_info& peer) {
  auto host = node.name_of(peer.endpoint.address);
  const bool is_key = peer.tls_key && host == pappus::tls::to_hex(*peer.tls_key);
  if (host && !is_key) described["host"] = *std::move(host);
  return described;
}

record description_of(const peer::peer_info& peer) {
  record said{{"peer", to_string(peer.endpoint)},
              {"id", peer.id},
              {"direction", to_string(peer.direction)},
              {"transport", to_string(peer.transport)},
              {"tls", peer.tls_key.has_value()},
              {"user_agent", peer.user_agent},
              {"version", peer.version.number},
              {"capabilities", peer.capabilities.bits()},
              {"height", peer.tip.height},
              {"total_difficulty", peer.tip.total_difficulty}};
  if (peer.tls_key) said["tls_key"] = pappus::tls::to_hex(*peer.tls_key);
  return said;
}

record description_of(const peer::peer_stats& peer) {
  const auto in_seconds = [](pappus::io::duration length) {
    return std::chrono::floor<std::chrono::seconds>(length).count();
  };
  record said = description_of(static_cast<const peer::peer_info&>(peer));
  said["connected_seconds"] = in_seconds(peer.connected);
  said["idle_seconds"] = in_seconds(peer.idle);
  if (peer.ping) said["ping_ms"] = std::chrono::duration<double, std::milli>{*peer.ping}.count();
  said["messages_received"] = peer.messages_received;
  said["bytes_received"] = peer.bytes_received;
  said["bytes_sent"] = peer.bytes_sent;
  said["received_per_second"] = peer.receives_per_second;
  said["sent_per_second"] = peer.sends_per_second;
  return with_former_keys(std::move(said), {{"idle_seconds", "silent_seconds"}});
}

record description_of(const peer::broadcast_report& report) {
  record said{{"sent", report.sent},
              {"already_known", report.already_known},
              {"congested", report.congested},
              {"unsendable", report.unsendable}};
  return with_former_keys(std::move(said),
                          {{"already_known", "known"}, {"congested", "behind"}, {"unsendable", "unable"}});
}

record description_of(const pappus::node_statistics& counted) {
  record said{{"inbound", counted.inbound},
              {"outbound", counted.outbound},
              {"handshaking", counted.connections.handshaking},
              {"sessions", counted.connections.sessions},
              {"failed_handshakes", counted.connections.failed_handshakes.total()},
              {"inbound_refused", counted.connections.refused.total()},
              {"handshakes_evicted", counted.connections.handshakes_evicted},
              {"evicted", counted.connections.evicted},
              {"bytes_received", counted.connections.bytes_received},
              {"bytes_sent", counted.connections.bytes_sent},
              {"dialer",
               {{"dials", counted.dialer.dials},
                {"failures", counted.dialer.failures},
                {"feelers", counted.dialer.feelers},
                {"rotations", counted.dialer.rotations},
                {"network_down", counted.dialer.network_down}}},
              {"discouraged", counted.ban_manager.discouraged},
              {"addresses", counted.addresses},
              {"tried", counted.tried},
              {"bans", counted.bans},
              {"store",
               {{"up", counted.store.in_sync},
                {"rows_waiting", counted.store.rows_waiting},
                {"failures", counted.store.failures}}},
              {"clock", part_of(counted.clock)},
              {"broadcasts", description_of(counted.broadcasts)},
              {"chain", part_of(counted.chain)},
              {"addr", part_of(counted.address_relay)},
              {"transactions", part_of(counted.transactions)}};
  return with_former_keys(std::move(said), {{"inbound_refused", "turned_away"},
                                            {"handshakes_evicted", "crowded_out"},
                                            {"dialer", "dialling"},
                                            {"addr", "gossip"}});
}

record description_of(const peer::reachability_status& now) {
  using pappus::portmap::mapping_protocol;
  record said{{"reachable", to_string(now.state)},
              {"advertised", record::array()},
              {"observed", record::array()},
              {"mapped_by_pcp", record::array()},
              {"mapped_by_nat_pmp", record::array()}};
  for (const auto* const each : {&now.v4, &now.v6}) {
    const std::string endpoint = to_string(each->advertised);
    if (said["advertised"].empty() || said["advertised"].back() != endpoint) said["advertised"].push_back(endpoint);
    if (each->observed) said["observed"].push_back(to_string(*each->observed));
    if (!each->mapping) continue;
    const bool is_pcp = each->mapping->protocol == mapping_protocol::pcp;
    said[is_pcp ? "mapped_by_pcp" : "mapped_by_nat_pmp"].push_back(to_string(each->mapping->external));
  }
  return said;
}

record granted(std::string_view command, const record& fields) {
  record said{{"reply", command}, {"ok", true}};
  if (!fields.is_null()) said.update(fields);
  return said;
}

record refused(std::string_view command, std::string_view why) {
  return {{"reply", command}, {"ok", false}, {"error", why}};
}

std::string to_json_line(const record& said) { return dump(said); }

std::string to_plain_line(const record& said) {
  record fields = said;
  if (const auto event = said.find("event"); event != said.end()) {
    fields.erase("event");
    return plain(*event) + ' ' + plain_fields(fields);
  }
  fields.erase("reply");
  fields.erase("ok");
  const std::string line = plain(said.at("reply")) + (said.at("ok") ? ": ok" : ": refused");
  return fields.empty() ? line : line + ' ' + plain_fields(fields);
}

}  // namespace mini_node
