#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

#include <pappus/metrics.hpp>

namespace pappus {
namespace {

using integration::metric;
using integration::metric_kind;

class metric_list {
public:
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    add(name, help, metric_kind::counter, {}).push_back({{}, value});
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    add(name, help, metric_kind::gauge, {}).push_back({{}, value});
  }
  void signed_gauge(std::string_view name, std::string_view help, std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    add(name, help, metric_kind::gauge, {}).push_back({{}, value < 0 ? 0 - bits : bits, value < 0});
  }

  /// One sample for each enumerator.
  template <auto Last>
  void counters(std::string_view name, std::string_view help, std::string_view label,
                const peer::enum_counters<Last>& by) {
    auto& samples = add(name, help, metric_kind::counter, label);
    for (std::size_t i = 0; i != by.size; ++i) {
      const auto which = static_cast<typename peer::enum_counters<Last>::enum_type>(i);
      samples.push_back({to_string(which), by.of[i]});
    }
  }
  void counters(std::string_view name, std::string_view help, const peer::message_counts& by) {
    using counted = peer::message_counts::counted;
    auto& samples = add(name, help, metric_kind::counter, "type");
    for (const std::uint8_t code : counted::codes) samples.push_back({counted::name_of(code), by[code]});
    samples.push_back({"unknown", by.of[peer::message_counts::unknown]});
  }

  std::vector<metric>& of() noexcept { return all_; }

  std::vector<metric::sample>& add(std::string_view name, std::string_view help, metric_kind kind,
                                   std::string_view label) {
    metric& made = all_.emplace_back();
    made.name = name;
    made.help = help;
    made.kind = kind;
    made.label = label;
    return made.samples;
  }

private:
  std::vector<metric> all_;
};

void list(metric_list& to, const peer::connection_statistics& of) {
  to.gauge("pappus_handshakes", "Handshakes under way, of inbound and outbound connections.", of.handshaking);
  to.counter("pappus_sessions_begun_total", "Sessions that have begun.", of.sessions);
  to.counters("pappus_sessions_ended_total", "Sessions that have ended.", "reason", of.ended);
  to.counters("pappus_connect_failures_total", "Dials by which no connection was made.", "reason", of.failed_dials);
  to.counters("pappus_inbound_refused_total", "Inbound connections closed before a byte was read, by the reason.",
              "reason", of.refused);
  to.counters("pappus_handshakes_failed_total", "Handshakes that failed.", "reason", of.failed_handshakes);
  to.counters("pappus_refused_after_handshake_total",
              "Peers disconnected after their handshake, for lack of a slot or by a rule.", "reason",
              of.refused_after_handshake);
  to.counter("pappus_accept_failures_total",
             "Inbound connections that could not be accepted, for a reason of this machine.", of.accept_failures);
  to.counter("pappus_local_connect_failures_total", "Dials that failed for a reason of this machine.",
             of.local_dial_failures);
  to.counter("pappus_handshakes_evicted_total", "Handshakes abandoned to make room for others.", of.handshakes_evicted);
  to.counter("pappus_evictions_total", "Inbound sessions ended to make room for others.", of.evicted);
  to.counter("pappus_received_bytes_total", "Bytes received in sessions.", of.bytes_received);
  to.counter("pappus_sent_bytes_total", "Bytes sent in sessions.", of.bytes_sent);
  to.counter("pappus_sends_throttled_total", "Times that messages waited for the send limit of their peer.",
             of.sends_throttled);
}

void list(metric_list& to, const queue_statistics& of) {
  to.gauge("pappus_send_queue_frames", "Frames that wait to be sent, over all peers.", of.frames_waiting);
  to.gauge("pappus_send_queue_bytes", "Bytes that wait to be sent, over all peers.", of.bytes_waiting);
  to.gauge("pappus_send_queue_max_frames", "Frames that wait in the longest queue of one peer.", of.max_frames);
  to.gauge("pappus_send_queue_max_bytes", "Bytes that wait in the largest queue of one peer.", of.max_bytes);
  to.gauge("pappus_receive_buffer_bytes", "Bytes held of frames that are incomplete or not decoded yet.",
           of.bytes_buffered);
  to.gauge("pappus_pings_outstanding", "Peers with a ping in flight.", of.pings);
  to.gauge("pappus_peer_requests_open", "Requests to peers that wait for a response.", of.pending_requests);
  to.gauge("pappus_archives_sending", "Archives that are being sent.", of.archives);
}

void list(metric_list& to, const peer::session_statistics& of) {
  to.counters("pappus_messages_received_total", "Messages received.", of.received);
  to.counters("pappus_messages_sent_total", "Messages queued to be sent.", of.sent);
  to.counter("pappus_peer_requests_answered_total", "Requests to peers that were answered.", of.requests.answered);
  to.counters("pappus_peer_requests_failed_total", "Requests to peers that failed.", "reason", of.requests.unanswered);
  to.counter("pappus_decoding_queued_total",
             "Times that a peer with much received data waited for other peers with as much.", of.queued);
  to.counter("pappus_read_pauses_total",
             "Times that reading from a peer was paused because it did not read its responses.", of.read_pauses);
  to.counter("pappus_reads_throttled_total",
             "Times that reading was paused because an address had exceeded its receive limit.", of.slowed);
  to.counter("pappus_responses_postponed_total", "Requests of peers that waited for the upload quota of their address.",
             of.postponed);
  to.counter("pappus_responses_refused_total",
             "Requests of peers dropped because too many waited for the upload quota of their address.",
             of.requests_dropped);
  to.counter("pappus_disconnect_timeouts_total", "Sessions whose last messages were not read in time.",
             of.sends_abandoned);
}

void list(metric_list& to, const peer::book_statistics& of) {
  to.counters("pappus_address_book_adds_total", "Advertised addresses offered to the book, by result.", "result",
              of.adds);
  to.counter("pappus_addresses_stale_total", "Addresses removed as stale.", of.stale);
  to.counter("pappus_addresses_displaced_total", "Addresses that lost their place in the tried table to another.",
             of.displaced);
  to.counter("pappus_tried_collisions_refused_total",
             "Addresses not tried because too many wait to take the place of another in the tried table.",
             of.tried_collisions_refused);
  to.gauge("pappus_tried_collisions", "Addresses that wait to take the place of another in the tried table.",
           of.tried_collisions);
}

void list(metric_list& to, const peer::peer_store_statistics& of) {
  to.counter("pappus_store_writes_total", "Batches written to the store.", of.writes);
  to.counter("pappus_store_rows_total", "Changes written to the store.", of.rows);
  to.counter("pappus_store_failures_total", "Batches that could not be written to the store.", of.failures);
  to.counter("pappus_store_retries_total",
             "Attempts to write a batch to the store again after it could not be written.", of.retries);
  to.gauge("pappus_store_rows_waiting", "Changes that are not stored yet.", of.rows_waiting);
  to.gauge("pappus_store_up", "1 while the store can be written; 0 after a batch could not be written, until one is.",
           of.in_sync ? 1 : 0);
  to.counter("pappus_bans_dropped_total", "Bans dropped because there were too many.", of.bans_dropped);
  to.counter("pappus_bans_expired_total", "Bans that expired.", of.bans_expired);
}

void list(metric_list& to, const peer::clock_statistics& of) {
  to.gauge("pappus_clock_trusted", "1 while this machine's clock is trusted, so that bans expire by it; otherwise 0.",
           of.trusted ? 1 : 0);
  to.signed_gauge("pappus_clock_offset_seconds",
                  "Offset of this machine's clock from the last announced headers; negative: it is behind.",
                  of.offset_seconds);
  to.gauge("pappus_clock_headers",
           "Headers from which the offset of this machine's clock is computed; 0 if there are too few.", of.headers);
  to.counter("pappus_headers_from_future_total", "Headers and blocks dropped because their time is in the future.",
             of.early_headers);
  to.counter("pappus_clock_corrections_total",
             "Times that a correction of this machine's clock moved the dates of bans and addresses.", of.corrections);
}

void list(metric_list& to, const peer::dialer_statistics& of) {
  to.counter("pappus_slot_dials_total", "Dials for an outbound slot.", of.dials);
  to.counter("pappus_slot_dials_failed_total", "Dials for an outbound slot that brought no session.", of.failures);
  to.counter("pappus_feelers_total", "Feeler connections: dials that only test whether an address is one of a node.",
             of.feelers);
  to.counter("pappus_rotations_total", "Outbound peers disconnected in favor of another.", of.rotations);
  to.counter("pappus_dials_throttled_total", "Times that a dial waited for the dial rate.", of.throttled);
  to.counter("pappus_address_selections_failed_total",
             "Selections from the address book that found no address to dial.", of.empty_searches);
  to.gauge("pappus_network_down", "1 while no dial succeeds and no peer sends anything; otherwise 0.",
           of.network_down ? 1 : 0);
}

void list(metric_list& to, const peer::seed_statistics& of) {
  to.counter("pappus_seeds_queried_total", "Seeds that were queried.", of.queried);
  to.counter("pappus_seeds_failed_total", "Seeds whose names could not be resolved.", of.failures);
  to.counter("pappus_seed_addresses_ignored_total",
             "Addresses of seeds ignored because they were beyond the limit for one seed.", of.ignored);
  to.counter("pappus_preferred_lookups_failed_total", "Names of preferred peers that could not be resolved.",
             of.names_failed);
}

void list(metric_list& to, const peer::ban_manager_statistics& of) {
  to.counter("pappus_discouragements_total", "Addresses and dialed peers that were discouraged.", of.discouraged);
  to.counter("pappus_automatic_bans_total", "Dialed peers banned by the node itself.", of.banned);
}

void list(metric_list& to, const peer::account_statistics& of) {
  to.gauge("pappus_accounts", "Accounts: addresses and dialed peers with limits of their own.", of.open);
  to.gauge("pappus_accounts_prefixes",
           "Accounts of all addresses with a prefix: /16, /8 or /0, of IPv6 /32, /16 or /0.", of.prefixes);
  to.counter("pappus_accounts_merged_total", "Accounts merged into that of a prefix, to make room.", of.merged);
  to.counter("pappus_accounts_dropped_total", "Accounts of dialed peers dropped to make room.", of.forgotten);
}

void list(metric_list& to, const peer::duplicate_statistics& of) {
  to.gauge("pappus_duplicates", "Pairs of sessions that may belong to one peer.", of.open);
  to.counter("pappus_duplicates_resolved_total",
             "Pairs of sessions that belonged to one peer, of which one session was ended.", of.resolved);
  to.counter("pappus_duplicates_distinct_total",
             "Pairs of sessions that were taken for one peer's and belonged to two.", of.distinct);
}

void list(metric_list& to, const peer::broadcast_report& of) {
  auto& samples = to.add("pappus_broadcasts_total",
                         "Broadcasts of transactions, headers and blocks, counted for each peer, by result.",
                         metric_kind::counter, "result");
  samples = {{"sent", of.sent},
             {"already_known", of.already_known},
             {"congested", of.congested},
             {"unsendable", of.unsendable}};
}

void list(metric_list& to, const peer::relay_statistics& of) {
  to.counter("pappus_transactions_received_total", "Transactions received, new or not.", of.received);
  to.counter("pappus_transactions_relayed_total", "Transactions relayed.", of.relayed);
  to.counter("pappus_stems_over_limit_total", "Stem transactions dropped beyond what an address may send in an epoch.",
             of.stems_over_limit);
  to.gauge("pappus_stem_accounts", "Addresses and netgroups that have sent stem transactions in this epoch.",
           of.stem_accounts);
  to.gauge("pappus_announcements", "Announcements of transactions by peers that are remembered, to request them.",
           of.announcements);
  to.gauge("pappus_tx_requests_open", "Requests for transactions in flight.", of.in_flight);
  to.counter("pappus_tx_requests_total", "Requests for transactions.", of.requested);
  to.counter("pappus_tx_requests_timed_out_total", "Requests for transactions that timed out.", of.unanswered);
  to.counter("pappus_tx_requests_late_total", "Requests for transactions that were answered after they had timed out.",
             of.late);
  to.counter("pappus_tx_requests_rejected_total", "Responses to requests for transactions that were rejected.",
             of.rejected);
  to.counter("pappus_announcements_over_limit_total",
             "Announcements of transactions ignored because they were beyond the limit of a peer.", of.dropped);
  to.counter("pappus_announcers_dropped_total",
             "Announcements dropped of transactions that none of their announcers delivered.", of.undelivered);
  to.gauge("pappus_unresponsive_accounts", "Accounts with a score for requests for transactions that timed out.",
           of.unresponsive_accounts);
}

void list(metric_list& to, const peer::chain_statistics& of) {
  to.counter("pappus_chain_requests_total", "Requests of peers for chain data.", of.requests);
  to.counter("pappus_chain_responses_total", "Requests of peers for chain data that were answered.", of.answered);
  to.counter("pappus_chain_quota_exceeded_total",
             "Requests of peers for chain data that were refused by the upload quota.", of.quota_exceeded);
  to.counter("pappus_chain_received_total", "Unrequested headers and blocks received.", of.received);
}

void list(metric_list& to, const peer::validation_statistics& of) {
  to.counter("pappus_validations_total", "Transactions, headers and blocks passed to the adapter.", of.validated);
  to.counter("pappus_validations_skipped_total",
             "Transactions, headers and blocks not passed to the adapter because it had been given them before.",
             of.repeated);
  to.counter("pappus_validation_copies_dropped_total",
             "Copies of transactions, headers and blocks not kept until the adapter had validated the first.",
             of.crowded);
  to.counter("pappus_validations_accepted_total", "Transactions, headers and blocks that the adapter accepted.",
             of.accepted);
  to.counter("pappus_validations_ignored_total", "Transactions, headers and blocks that the adapter ignored.",
             of.ignored);
  to.counter("pappus_validations_rejected_total", "Transactions, headers and blocks that the adapter rejected.",
             of.rejected);
}

void list(metric_list& to, const peer::adapter_call_statistics& of) {
  to.counters("pappus_adapter_calls_total", "Calls of the adapter.", "method", of.made);
  to.counters("pappus_adapter_calls_refused_total", "Calls of the adapter not made because too many were open.",
              "method", of.refused);
  to.counters("pappus_adapter_calls_timed_out_total", "Calls of the adapter not answered in time.", "method",
              of.unanswered);
  to.counters("pappus_adapter_calls_late_total", "Calls of the adapter that were answered after their time was up.",
              "method", of.late);
  to.gauge("pappus_adapter_calls_open", "Calls of the adapter that it has not answered yet.", of.pending);
  to.gauge("pappus_adapter_calls_bytes", "Bytes held for calls of the adapter that it has not answered yet.", of.bytes);
}

void list(metric_list& to, const integration::sync_statistics& of) {
  const integration::sync_status& now = of.status;
  auto& stages =
      to.add("pappus_sync_stage", "1 for the stage in which the synchronization of the chain is, 0 for others.",
             metric_kind::gauge, "stage");
  for (const auto each : integration::sync_stages) stages.push_back({to_string(each), each == now.stage ? 1U : 0U});
  to.gauge("pappus_sync_body_height", "Height of the application's chain of blocks.", now.body.height);
  to.gauge("pappus_sync_header_height", "Height of the application's chain of headers.", now.header.height);
  to.gauge("pappus_sync_best_height", "Height that the peer with the most work claims.", now.best.height);
  to.gauge("pappus_sync_body_total_difficulty", "Total difficulty of the application's chain of blocks.",
           now.body.total_difficulty);
  to.gauge("pappus_sync_header_total_difficulty", "Total difficulty of the application's chain of headers.",
           now.header.total_difficulty);
  to.gauge("pappus_sync_best_total_difficulty", "Total difficulty that the peer with the most work claims.",
           now.best.total_difficulty);
  to.gauge("pappus_sync_requests_open", "Requests of the synchronization to peers in flight.", now.in_flight);
  to.gauge("pappus_sync_buffered_bytes", "Bytes of blocks and segments that are requested or wait to be imported.",
           now.bytes);
  to.gauge("pappus_sync_state_height", "Height of the state that is being imported, or 0.", now.state_height);
  to.gauge("pappus_sync_state_leaves", "Leaves of that state's MMRs that have been imported by segments.",
           now.state_leaves);
  to.gauge("pappus_sync_state_total_leaves", "Leaves of that state's MMRs.", now.state_total_leaves);
  to.gauge("pappus_sync_archive_bytes", "Bytes received of the archive of a state.", now.archive_bytes);
  to.counter("pappus_sync_headers_received_total", "Headers received by the synchronization.", of.headers_received);
  to.counter("pappus_sync_blocks_received_total", "Blocks received by the synchronization.", of.blocks_received);
  to.counter("pappus_sync_segments_received_total", "Segments of a state received by the synchronization.",
             of.segments_received);
  to.counter("pappus_sync_archives_received_total", "Archives of a state received whole and undamaged.",
             of.archives_received);
  to.counter("pappus_sync_received_bytes_total",
             "Bytes of headers, blocks and segments received by the synchronization.", of.bytes_received);
  to.counter("pappus_sync_headers_wasted_total", "Headers received by the synchronization and not imported.",
             now.headers_wasted);
  to.counter("pappus_sync_wasted_bytes_total",
             "Bytes of blocks and segments received by the synchronization and not imported.", now.bytes_wasted);
  to.counter("pappus_sync_requests_unanswered_total", "Requests of the synchronization without a response.",
             of.unanswered);
  to.counters("pappus_sync_header_imports_total", "Batches of headers passed to the application, by result.", "result",
              of.header_imports);
  to.counters("pappus_sync_block_imports_total", "Blocks passed to the application, by result.", "result",
              of.block_imports);
  to.counters("pappus_sync_segment_imports_total", "Segments passed to the application, by result.", "result",
              of.segment_imports);
  to.counters("pappus_sync_state_imports_total", "States that the application was to validate, by result.", "result",
              of.state_imports);
  to.counter("pappus_sync_peers_disconnected_total", "Peers disconnected because they were of no use to synchronize.",
             of.disconnected);
}

void list(metric_list& to, const peer::address_relay_statistics& of) {
  to.counter("pappus_addr_requests_total", "Requests of peers for addresses.", of.requests);
  to.counter("pappus_addr_responses_total", "Requests of peers for addresses that were answered.", of.answered);
  to.counter("pappus_addr_requests_rate_limited_total",
             "Requests of peers for addresses not answered because they came too often.", of.rate_limited);
  to.counter("pappus_addr_received_total", "Addresses that peers have sent.", of.received);
  to.counter("pappus_addr_added_total", "Addresses that peers have sent and that were new in the address book.",
             of.added);
  to.counter("pappus_addr_rate_limited_total", "Addresses that peers have sent beyond what they may send unrequested.",
             of.unsolicited_rate_limited);
  to.counter("pappus_addr_refused_total",
             "Addresses that peers have sent and that were refused for a port of another service.", of.refused);
}

void list(metric_list& to, const peer::reachability_statistics& of) {
  auto& states =
      to.add("pappus_reachable", "1 for the answer to whether peers on the Internet reach this node, 0 for others.",
             metric_kind::gauge, "answer");
  for (const auto each : peer::reachability_states) states.push_back({to_string(each), each == of.state ? 1U : 0U});
  to.counter("pappus_inbound_from_internet_total", "Handshakes of inbound peers with addresses on the Internet.",
             of.inbound);
  to.gauge("pappus_address_votes", "Netgroups whose inbound peers have said at which address they dial this node.",
           of.address_votes);
  auto& ports =
      to.add("pappus_mapped_ports", "Ports of this node that a gateway maps.", metric_kind::gauge, "protocol");
  ports = {{"pcp", of.mapped_by_pcp}, {"nat_pmp", of.mapped_by_nat_pmp}};
  to.counter("pappus_port_mappings_total", "Times that a gateway has mapped a port, or has mapped it elsewhere.",
             of.mappings);
  to.counter("pappus_port_mapping_failures_total", "Times that a gateway has not mapped a port when it was asked.",
             of.mapping_failures);
}

void list(metric_list& to, const peer::memory_statistics& of) {
  to.gauge("pappus_memory_bytes", "Bytes held on behalf of peers, without what is private.", of.used);
  to.gauge("pappus_memory_limit_bytes", "Limit of the bytes held on behalf of peers.", of.cap);
}

void list(metric_list& to, const io::turn_statistics& of) {
  to.counter("pappus_loop_turns_total", "Turns of the loop, for which all connections wait.", of.turns());
  auto& slow = to.add("pappus_loop_slow_turns_total", "Turns that were longer.", metric_kind::counter, "than");
  static constexpr std::string_view lengths[] = {"2ms", "5ms", "10ms", "20ms", "50ms", "100ms"};
  static_assert(std::size(lengths) == io::turn_statistics::limits.size());
  for (std::size_t i = 0; i != std::size(lengths); ++i) slow.push_back({lengths[i], of.longer_than(i)});
}

}  // namespace

std::vector<metric> metrics_of(const node_statistics& counted) {
  metric_list all;
  all.add("pappus_sessions", "Sessions now.", metric_kind::gauge, "direction") = {{"inbound", counted.inbound},
                                                                                  {"outbound", counted.outbound}};
  list(all, counted.connections);
  list(all, counted.queues);
  list(all, counted.sessions);
  all.gauge("pappus_addresses", "Addresses in the book.", counted.addresses);
  all.gauge("pappus_addresses_tried", "Addresses in the book that were dialed with success.", counted.tried);
  all.gauge("pappus_bans", "Bans in force.", counted.bans);
  list(all, counted.address_book);
  list(all, counted.store);
  list(all, counted.clock);
  list(all, counted.dialer);
  list(all, counted.seeds);
  list(all, counted.ban_manager);
  list(all, counted.broadcasts);
  list(all, counted.transactions);
  list(all, counted.chain);
  list(all, counted.validations);
  list(all, counted.adapter_calls);
  list(all, counted.sync);
  list(all, counted.accounts);
  list(all, counted.duplicates);
  list(all, counted.address_relay);
  list(all, counted.reachability);
  list(all, counted.memory);
  list(all, counted.turns);
  all.counter("pappus_calls_refused_total", "Calls from other threads refused because the queue was full.",
              counted.calls.refused);
  all.counter("pappus_calls_woken_total", "Times that calls from other threads woke the loop.", counted.calls.woken);
  all.counter("pappus_adapter_results_lost_total",
              "Results of adapter calls from other threads lost because the queue was full.",
              counted.adapter_results.refused);
  all.counter("pappus_adapter_results_woken_total",
              "Times that results of adapter calls from other threads woke the loop.", counted.adapter_results.woken);
  all.counters("pappus_log_lines_total", "Lines of the log.", "category", counted.log.lines);
  all.counters("pappus_log_suppressed_total", "Log lines suppressed by the rate limit of their category.", "category",
               counted.log.suppressed);
  all.counter("pappus_log_failures_total", "Log lines that could not be written.", counted.log.failures);
  all.counter("pappus_exceptions_total", "Exceptions of the application and of the library that were contained.",
              counted.exceptions);
  return std::move(all.of());
}

}  // namespace pappus
