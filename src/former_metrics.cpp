#include <algorithm>
#include <array>
#include <string_view>

#include <pappus/former_metrics.hpp>

namespace pappus {
namespace {

struct renamed {
  std::string_view name;
  std::string_view former;
};

constexpr std::array labels = std::to_array<renamed>({
    {"reason", "cause"},
    {"category", "cause"},
    {"result", "became"},
    {"method", "about"},
});

struct renamed_value {
  std::string_view label;
  std::string_view value;
  std::string_view former;
};

constexpr std::array values = std::to_array<renamed_value>({
    {"result", "already_known", "known"},
    {"result", "congested", "behind"},
    {"result", "unsendable", "unable"},
    {"method", "get_transaction", "find_transaction"},
    {"method", "validate_tx", "verify_transaction"},
    {"method", "get_block", "find_block"},
    {"method", "get_compact_block", "find_compact_block"},
    {"method", "get_output_bitmap_segment", "find_segment"},
    {"method", "get_output_segment", "find_segment"},
    {"method", "get_range_proof_segment", "find_segment"},
    {"method", "get_kernel_segment", "find_segment"},
    {"method", "txhashset_read", "open_archive"},
});

constexpr std::array names = std::to_array<renamed>({
    {"pappus_connect_failures_total", "pappus_dials_failed_total"},
    {"pappus_inbound_refused_total", "pappus_turned_away_total"},
    {"pappus_refused_after_handshake_total", "pappus_not_taken_total"},
    {"pappus_local_connect_failures_total", "pappus_dial_failures_total"},
    {"pappus_handshakes_evicted_total", "pappus_handshakes_crowded_out_total"},
    {"pappus_sends_throttled_total", "pappus_sends_paced_total"},
    {"pappus_send_queue_frames", "pappus_outbox_frames"},
    {"pappus_send_queue_bytes", "pappus_outbox_bytes"},
    {"pappus_send_queue_max_frames", "pappus_outbox_most_frames"},
    {"pappus_send_queue_max_bytes", "pappus_outbox_most_bytes"},
    {"pappus_receive_buffer_bytes", "pappus_inbox_bytes"},
    {"pappus_peer_requests_open", "pappus_questions_open"},
    {"pappus_peer_requests_answered_total", "pappus_questions_answered_total"},
    {"pappus_peer_requests_failed_total", "pappus_questions_unanswered_total"},
    {"pappus_reads_throttled_total", "pappus_reads_slowed_total"},
    {"pappus_responses_postponed_total", "pappus_answers_postponed_total"},
    {"pappus_responses_refused_total", "pappus_answers_refused_total"},
    {"pappus_disconnect_timeouts_total", "pappus_farewells_cut_total"},
    {"pappus_address_book_adds_total", "pappus_addresses_heard_total"},
    {"pappus_tried_collisions_refused_total", "pappus_address_claims_refused_total"},
    {"pappus_tried_collisions", "pappus_address_claims"},
    {"pappus_bans_dropped_total", "pappus_bans_forgotten_total"},
    {"pappus_headers_from_future_total", "pappus_headers_early_total"},
    {"pappus_dials_throttled_total", "pappus_dials_paced_total"},
    {"pappus_address_selections_failed_total", "pappus_dials_fruitless_total"},
    {"pappus_seeds_queried_total", "pappus_seeds_asked_total"},
    {"pappus_automatic_bans_total", "pappus_punishments_total"},
    {"pappus_accounts_dropped_total", "pappus_accounts_forgotten_total"},
    {"pappus_duplicates_resolved_total", "pappus_duplicates_settled_total"},
    {"pappus_tx_requests_open", "pappus_requests_open"},
    {"pappus_tx_requests_total", "pappus_requests_total"},
    {"pappus_tx_requests_timed_out_total", "pappus_requests_unanswered_total"},
    {"pappus_tx_requests_late_total", "pappus_requests_late_total"},
    {"pappus_tx_requests_rejected_total", "pappus_requests_rejected_total"},
    {"pappus_announcements_over_limit_total", "pappus_announcements_overlooked_total"},
    {"pappus_announcers_dropped_total", "pappus_announcers_forgotten_total"},
    {"pappus_unresponsive_accounts", "pappus_silence_scores"},
    {"pappus_chain_requests_total", "pappus_chain_asked_total"},
    {"pappus_chain_responses_total", "pappus_chain_answered_total"},
    {"pappus_chain_quota_exceeded_total", "pappus_chain_withheld_total"},
    {"pappus_validations_total", "pappus_submissions_total"},
    {"pappus_validations_skipped_total", "pappus_submissions_repeated_total"},
    {"pappus_validation_copies_dropped_total", "pappus_submissions_crowded_total"},
    {"pappus_validations_accepted_total", "pappus_submissions_accepted_total"},
    {"pappus_validations_ignored_total", "pappus_submissions_ignored_total"},
    {"pappus_validations_rejected_total", "pappus_submissions_rejected_total"},
    {"pappus_adapter_calls_total", "pappus_inquiries_total"},
    {"pappus_adapter_calls_refused_total", "pappus_inquiries_refused_total"},
    {"pappus_adapter_calls_timed_out_total", "pappus_inquiries_unanswered_total"},
    {"pappus_adapter_calls_late_total", "pappus_inquiries_late_total"},
    {"pappus_adapter_calls_open", "pappus_inquiries_open"},
    {"pappus_adapter_calls_bytes", "pappus_inquiries_bytes"},
    {"pappus_addr_requests_total", "pappus_gossip_asked_total"},
    {"pappus_addr_responses_total", "pappus_gossip_answered_total"},
    {"pappus_addr_requests_rate_limited_total", "pappus_gossip_overasked_total"},
    {"pappus_addr_received_total", "pappus_gossip_heard_total"},
    {"pappus_addr_added_total", "pappus_gossip_believed_total"},
    {"pappus_addr_rate_limited_total", "pappus_gossip_ignored_total"},
    {"pappus_addr_refused_total", "pappus_gossip_refused_total"},
    {"pappus_adapter_results_lost_total", "pappus_answers_lost_total"},
    {"pappus_adapter_results_woken_total", "pappus_answers_woken_total"},
    {"pappus_stems_over_limit_total", "pappus_transactions_over_budget_total"},
    {"pappus_stem_accounts", "pappus_transaction_budgets"},
    {"pappus_accounts_prefixes", "pappus_accounts_blocks"},
    {"pappus_clock_offset_seconds", "pappus_clock_difference_seconds"},
});

static_assert(names.size() == former_names);

template <std::size_t N>
std::string_view former_of(const std::array<renamed, N>& list, std::string_view name) noexcept {
  const auto* const found = std::ranges::find(list, name, &renamed::name);
  return found == list.end() ? std::string_view{} : found->former;
}

std::string_view former_value(std::string_view label, std::string_view value) noexcept {
  const auto is_that = [&](const renamed_value& each) { return each.label == label && each.value == value; };
  const auto* const found = std::ranges::find_if(values, is_that);
  return found == values.end() ? std::string_view{} : found->former;
}

/// Gives the copy of the clock's offset its former samples: one for each direction, of which one is zero.
void split_by_direction(integration::metric& clock) {
  const integration::metric::sample offset = clock.samples.front();
  clock.help = "Difference of this machine's clock to the last announced headers.";
  clock.label = "direction";
  clock.samples = {{"ahead", offset.negative ? 0 : offset.value}, {"behind", offset.negative ? offset.value : 0}};
}

}  // namespace

void add_former_names(std::vector<integration::metric>& all) {
  std::vector<integration::metric> copies;
  for (integration::metric& each : all) {
    each.former_label = former_of(labels, each.label);
    for (auto& sample : each.samples) sample.former_label = former_value(each.label, sample.label);
    const std::string_view former = former_of(names, each.name);
    if (former.empty()) continue;
    integration::metric& copy = copies.emplace_back(each);
    copy.name = former;
    if (each.name == "pappus_clock_offset_seconds") split_by_direction(copy);
  }
  all.insert(all.end(), copies.begin(), copies.end());
}

}  // namespace pappus
