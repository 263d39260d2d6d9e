#include <cstddef>
#include <cstdint>
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

  /// By cause, or whatever the enumeration says.
  template <auto Last>
  void counters(std::string_view name, std::string_view help, std::string_view label,
                const peer::enum_counters<Last>& by) {
    auto& samples = add(name, help, metric_kind::counter, label);
    for (std::size_t i = 0; i != by.size; ++i) {
      const auto which = static_cast<typename peer::enum_counters<Last>::what>(i);
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
  to.gauge("pappus_handshakes", "Handshakes under way, both ways.", of.handshaking);
  to.counter("pappus_sessions_begun_total", "Sessions that have begun.", of.sessions);
  to.counters("pappus_sessions_ended_total", "Sessions that have ended.", "cause", of.ended);
  to.counters("pappus_dials_failed_total", "Dials by which no connection was made.", "cause", of.failed_dials);
  to.counters("pappus_turned_away_total", "Inbound connections closed before a byte was read.", "cause",
              of.turned_away);
  to.counters("pappus_handshakes_failed_total", "Handshakes that failed.", "cause", of.failed_handshakes);
  to.counters("pappus_not_taken_total", "Peers that have shaken hands and for which there was no place.", "cause",
              of.not_taken);
  to.counter("pappus_accept_failures_total", "Times that no connection could be accepted.", of.accept_failures);
  to.counter("pappus_dial_failures_total", "Dials that failed for a reason of this machine's.", of.dials_impossible);
  to.counter("pappus_handshakes_crowded_out_total", "Handshakes given up to make room for others.", of.crowded_out);
  to.counter("pappus_evictions_total", "Inbound sessions ended to make room for others.", of.evicted);
  to.counter("pappus_received_bytes_total", "Bytes received in sessions.", of.bytes_received);
  to.counter("pappus_sent_bytes_total", "Bytes sent in sessions.", of.bytes_sent);
  to.counter("pappus_sends_paced_total", "Times that messages had to wait for the pace of their peer.", of.paced);
}

void list(metric_list& to, const queue_statistics& of) {
  to.gauge("pappus_outbox_frames", "Frames that wait to be sent to all peers.", of.frames_waiting);
  to.gauge("pappus_outbox_bytes", "Bytes that wait to be sent to all peers.", of.bytes_waiting);
  to.gauge("pappus_outbox_most_frames", "The most frames that wait for one peer.", of.most_frames);
  to.gauge("pappus_outbox_most_bytes", "The most bytes that wait for one peer.", of.most_bytes);
  to.gauge("pappus_inbox_bytes", "Bytes held of frames that are not whole, or not taken yet.", of.bytes_held);
  to.gauge("pappus_pings_outstanding", "Peers whose pong is awaited.", of.pings);
  to.gauge("pappus_questions_open", "Questions to peers that wait for an answer.", of.questions);
  to.gauge("pappus_archives_sending", "Archives that are being sent.", of.archives);
}

void list(metric_list& to, const peer::session_statistics& of) {
  to.counters("pappus_messages_received_total", "Messages received.", of.received);
  to.counters("pappus_messages_sent_total", "Messages queued to be sent.", of.sent);
  to.counter("pappus_questions_answered_total", "Questions of ours that peers have answered.", of.questions.answered);
  to.counters("pappus_questions_unanswered_total", "Questions of ours without an answer.", "cause",
              of.questions.unanswered);
  to.counter("pappus_decoding_queued_total",
             "Times that much had come from a peer at once, and waited behind others of which much had.", of.queued);
  to.counter("pappus_read_pauses_total", "Times that nothing was read from a peer that did not take its answers.",
             of.read_pauses);
  to.counter("pappus_reads_slowed_total", "Times that nothing was read since peers of the address had sent too much.",
             of.slowed);
  to.counter("pappus_answers_postponed_total", "Questions that waited since the address had had its share of answers.",
             of.postponed);
  to.counter("pappus_answers_refused_total", "Questions not answered since too many waited so.", of.unheard);
  to.counter("pappus_farewells_cut_total", "Sessions whose last words were not taken in time.", of.farewells_cut);
}

void list(metric_list& to, const peer::book_statistics& of) {
  to.counters("pappus_addresses_heard_total", "Addresses heard of, by what became of them.", "became", of.heard);
  to.counter("pappus_addresses_stale_total", "Addresses dropped as not worth their place.", of.stale);
  to.counter("pappus_addresses_displaced_total", "Tried addresses that had to leave their place to another.",
             of.displaced);
  to.counter("pappus_address_claims_refused_total", "Addresses that could not wait for another's place.",
             of.claims_refused);
  to.gauge("pappus_address_claims", "Addresses that wait for another's place.", of.claims);
}

void list(metric_list& to, const peer::keeper_statistics& of) {
  to.counter("pappus_store_writes_total", "Batches written to the store.", of.writes);
  to.counter("pappus_store_rows_total", "Changes written to the store.", of.rows);
  to.counter("pappus_store_failures_total", "Batches that could not be written.", of.failures);
  to.counter("pappus_store_retries_total", "Attempts to write such a batch again.", of.retries);
  to.gauge("pappus_store_rows_waiting", "Changes that are not stored yet.", of.rows_waiting);
  to.gauge("pappus_store_up", "1 while the store follows what changes.", of.follows ? 1 : 0);
  to.counter("pappus_bans_forgotten_total", "Bans forgotten because there are too many.", of.bans_forgotten);
  to.counter("pappus_bans_expired_total", "Bans that have run out and were cleared away.", of.bans_expired);
}

void list(metric_list& to, const peer::clock_statistics& of) {
  to.gauge("pappus_clock_trusted", "1 while things expire by this machine's clock.", of.trusted ? 1 : 0);
  to.add("pappus_clock_difference_seconds", "How far it is from the headers that were announced last.",
         metric_kind::gauge, "direction") = {{"ahead", of.seconds_ahead}, {"behind", of.seconds_behind}};
  to.gauge("pappus_clock_headers", "Headers by which that is told, if there are enough.", of.headers);
  to.counter("pappus_headers_early_total", "Headers and blocks not taken, being from the future.", of.early_headers);
  to.counter("pappus_clock_corrections_total", "Times that all dates were moved by a correction.", of.corrections);
}

void list(metric_list& to, const peer::dialer_statistics& of) {
  to.counter("pappus_slot_dials_total", "Dials for an outbound slot.", of.dials);
  to.counter("pappus_slot_dials_failed_total", "Of these, those that brought no session.", of.failures);
  to.counter("pappus_feelers_total", "Dials to see whether a peer is there.", of.feelers);
  to.counter("pappus_rotations_total", "Outbound peers that had to make room for another.", of.rotations);
  to.counter("pappus_dials_paced_total", "Times that a dial had to wait for others.", of.paced);
  to.counter("pappus_dials_fruitless_total", "Looks at the address book that found nobody to dial.", of.fruitless);
  to.gauge("pappus_network_down", "1 while nobody answers and nobody says a word.", of.network_down ? 1 : 0);
}

void list(metric_list& to, const peer::seed_statistics& of) {
  to.counter("pappus_seeds_asked_total", "Seeds that were asked for peers.", of.asked);
  to.counter("pappus_seeds_failed_total", "Of these, those whose names could not be resolved.", of.failures);
  to.counter("pappus_seed_addresses_ignored_total", "Addresses beyond what is believed of a seed.", of.ignored);
  to.counter("pappus_preferred_lookups_failed_total", "Names of preferred peers that could not be resolved.",
             of.names_failed);
}

void list(metric_list& to, const peer::ban_manager_statistics& of) {
  to.counter("pappus_discouragements_total", "Times that an address or a dialled peer was discouraged.",
             of.discouraged);
  to.counter("pappus_punishments_total", "Dialled peers banned by the node itself.", of.banned);
}

void list(metric_list& to, const peer::account_statistics& of) {
  to.gauge("pappus_accounts", "Addresses and dialled peers whose messages, answers and faults are counted.", of.open);
  to.gauge("pappus_accounts_blocks", "Of these, whole netgroups.", of.blocks);
  to.counter("pappus_accounts_merged_total", "Accounts of addresses that became one of their netgroup.", of.merged);
  to.counter("pappus_accounts_forgotten_total", "Accounts of dialled peers that were forgotten to make room.",
             of.forgotten);
}

void list(metric_list& to, const peer::duplicate_statistics& of) {
  to.gauge("pappus_duplicates", "Pairs of sessions that may be one peer's.", of.open);
  to.counter("pappus_duplicates_settled_total", "Pairs that were, of which one session was ended.", of.settled);
  to.counter("pappus_duplicates_distinct_total", "Pairs that were two peers'.", of.distinct);
}

void list(metric_list& to, const peer::broadcast_report& of) {
  auto& samples =
      to.add("pappus_broadcasts_total", "News for peers, by what became of them.", metric_kind::counter, "became");
  samples = {{"sent", of.sent}, {"known", of.already_known}, {"behind", of.congested}, {"unable", of.unsendable}};
}

void list(metric_list& to, const peer::relay_statistics& of) {
  to.counter("pappus_transactions_received_total", "Transactions received, new or not.", of.received);
  to.counter("pappus_transactions_relayed_total", "Transactions passed on.", of.relayed);
  to.counter("pappus_transactions_over_budget_total", "Transactions beyond what an address may send for now.",
             of.over_budget);
  to.gauge("pappus_transaction_budgets", "Addresses of which that is counted.", of.budgets);
  to.gauge("pappus_announcements", "Announcements of transactions that are remembered.", of.announcements);
  to.gauge("pappus_requests_open", "Requests for transactions under way.", of.under_way);
  to.counter("pappus_requests_total", "Requests for transactions.", of.requested);
  to.counter("pappus_requests_unanswered_total", "Of these, those not answered in time.", of.unanswered);
  to.counter("pappus_requests_late_total", "Of these, those answered afterwards.", of.late);
  to.counter("pappus_requests_rejected_total", "Answers to requests that were rejected.", of.rejected);
  to.counter("pappus_announcements_overlooked_total", "Announcements beyond what a peer may announce.", of.overlooked);
  to.counter("pappus_announcers_forgotten_total", "Announcers of transactions that none of them gave.", of.forgotten);
  to.gauge("pappus_silence_scores", "Accounts that are remembered for not having answered requests.", of.silent);
}

void list(metric_list& to, const peer::chain_statistics& of) {
  to.counter("pappus_chain_asked_total", "Questions of peers about the chain.", of.asked);
  to.counter("pappus_chain_answered_total", "Of these, those answered.", of.answered);
  to.counter("pappus_chain_withheld_total", "Of these, those refused since the peer had had its share.", of.withheld);
  to.counter("pappus_chain_received_total", "Headers and blocks that came unasked.", of.received);
}

void list(metric_list& to, const peer::validation_statistics& of) {
  to.counter("pappus_submissions_total", "What peers have brought and the host has judged.", of.told);
  to.counter("pappus_submissions_repeated_total", "What it was not told of, since it has been before.", of.repeated);
  to.counter("pappus_submissions_crowded_total", "Of these, copies not kept until its verdict.", of.crowded);
  to.counter("pappus_submissions_accepted_total", "What it has accepted.", of.accepted);
  to.counter("pappus_submissions_ignored_total", "What it has ignored.", of.ignored);
  to.counter("pappus_submissions_rejected_total", "What it has rejected.", of.rejected);
}

void list(metric_list& to, const peer::adapter_call_statistics& of) {
  to.counters("pappus_inquiries_total", "Questions to the host.", "about", of.asked);
  to.counters("pappus_inquiries_refused_total", "Questions not asked, since too much is open.", "about", of.refused);
  to.counters("pappus_inquiries_unanswered_total", "Questions without an answer in time.", "about", of.unanswered);
  to.counters("pappus_inquiries_late_total", "Answers that came later than that.", "about", of.late);
  to.gauge("pappus_inquiries_open", "Questions that the host has not answered yet.", of.open);
  to.gauge("pappus_inquiries_bytes", "Bytes held for these.", of.bytes);
}

void list(metric_list& to, const peer::address_relay_statistics& of) {
  to.counter("pappus_gossip_asked_total", "Questions of peers for addresses.", of.asked);
  to.counter("pappus_gossip_answered_total", "Of these, those answered.", of.answered);
  to.counter("pappus_gossip_overasked_total", "Of these, those that came too often.", of.too_often);
  to.counter("pappus_gossip_heard_total", "Addresses that peers have said.", of.heard);
  to.counter("pappus_gossip_believed_total", "Of these, those new in the book.", of.believed);
  to.counter("pappus_gossip_ignored_total", "Of these, those beyond what a peer may say unasked.", of.ignored);
  to.counter("pappus_gossip_refused_total", "Of these, those at ports of other services.", of.refused);
}

void list(metric_list& to, const peer::memory_statistics& of) {
  to.gauge("pappus_memory_bytes", "Bytes that peers make the node hold, without what is private.", of.used);
  to.gauge("pappus_memory_limit_bytes", "All that they may.", of.cap);
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
  all.gauge("pappus_addresses_tried", "Of these, those that were dialled with success.", counted.tried);
  all.gauge("pappus_bans", "Bans in force.", counted.bans);
  list(all, counted.book);
  list(all, counted.store);
  list(all, counted.clock);
  list(all, counted.dialling);
  list(all, counted.seeds);
  list(all, counted.discipline);
  list(all, counted.broadcasts);
  list(all, counted.transactions);
  list(all, counted.chain);
  list(all, counted.submissions);
  list(all, counted.adapter_calls);
  list(all, counted.accounts);
  list(all, counted.duplicates);
  list(all, counted.gossip);
  list(all, counted.memory);
  all.counter("pappus_calls_refused_total", "Calls from other threads for which there was no room.",
              counted.calls.refused);
  all.counter("pappus_calls_woken_total", "Times that such calls had to wake the loop.", counted.calls.woken);
  all.counter("pappus_answers_lost_total", "Answers of the host from other threads for which there was no room.",
              counted.answers.refused);
  all.counter("pappus_answers_woken_total", "Times that such answers had to wake the loop.", counted.answers.woken);
  all.counters("pappus_log_lines_total", "Lines of the log.", "cause", counted.log.lines);
  all.counters("pappus_log_suppressed_total", "Lines beyond what a cause may say.", "cause", counted.log.suppressed);
  all.counter("pappus_log_failures_total", "Lines that could not be made, or that the log did not take.",
              counted.log.failures);
  all.counter("pappus_exceptions_total", "Exceptions, of the application's functions or ours, that were contained.",
              counted.exceptions);
  return std::move(all.of());
}

}  // namespace pappus
