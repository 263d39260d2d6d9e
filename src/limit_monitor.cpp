#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <pappus/io/timer.hpp>
#include <pappus/limit_monitor.hpp>
#include <pappus/metrics.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus {
namespace {

constexpr std::array watched{
    watched_counter{"inbound connections refused", "pappus_inbound_refused_total", "too_many"},
    watched_counter{"inbound connections of discouraged addresses refused", "pappus_inbound_refused_total",
                    "discouraged"},
    watched_counter{"peers disconnected after their handshake for lack of a slot",
                    "pappus_refused_after_handshake_total", "too_many"},
    watched_counter{"handshakes evicted", "pappus_handshakes_evicted_total"},
    watched_counter{"inbound peers evicted", "pappus_evictions_total"},
    watched_counter{"sessions disconnected because peers held too much memory", "pappus_sessions_ended_total",
                    "memory_limit"},
    watched_counter{"sessions disconnected for too many messages", "pappus_sessions_ended_total", "too_many_messages"},
    watched_counter{"announcements not sent to congested peers", "pappus_broadcasts_total", "congested"},
    watched_counter{"announced transactions beyond the limit of a peer", "pappus_announcements_over_limit_total"},
    watched_counter{"chain requests refused by the upload quota", "pappus_chain_quota_exceeded_total"},
    watched_counter{"requests that waited for the upload quota of their address", "pappus_responses_postponed_total"},
    watched_counter{"requests dropped because too many waited for the upload quota", "pappus_responses_refused_total"},
    watched_counter{"reads paused because the address exceeded its receive limit", "pappus_reads_throttled_total"},
    watched_counter{"accounts of addresses merged", "pappus_accounts_merged_total"},
    watched_counter{"accounts of dialed peers dropped", "pappus_accounts_dropped_total"},
    watched_counter{"copies not kept until the adapter's result", "pappus_validation_copies_dropped_total"},
    watched_counter{"results of the adapter's threads lost", "pappus_adapter_results_lost_total"},
    watched_counter{"address requests that came too often", "pappus_addr_requests_rate_limited_total"},
    watched_counter{"adapter calls not made", "pappus_adapter_calls_refused_total"},
    watched_counter{"adapter calls that timed out", "pappus_adapter_calls_timed_out_total"},
    watched_counter{"unrequested addresses beyond the limit of a peer", "pappus_addr_rate_limited_total"},
    watched_counter{"addresses of seeds beyond the limit", "pappus_seed_addresses_ignored_total"},
    watched_counter{"bans dropped", "pappus_bans_dropped_total"},
    watched_counter{"calls from other threads refused", "pappus_calls_refused_total"},
};

std::uint64_t total_of(const integration::metric& which, std::string_view label) {
  std::uint64_t total = 0;
  for (const auto& each : which.samples) total += label.empty() || each.label == label ? each.value : 0;
  return total;
}

}  // namespace

std::span<const watched_counter> watched_counters() noexcept { return watched; }

limit_monitor::limit_monitor(io::runtime& runtime, peer::logger& log, std::function<node_statistics()> look)
    : runtime_(runtime), log_(log), look_(std::move(look)), states_(watched.size()) {}

task<void> limit_monitor::run() {
  if (!log_.wants(peer::log_level::warning)) co_return;
  for (;;) {
    const auto slept = co_await io::sleep_for(runtime_, peer::limits::limit_check_interval);
    if (!slept) co_return;
    look();
  }
}

void limit_monitor::look() {
  const auto numbers = metrics_of(look_());
  for (std::size_t i = 0; i != watched.size(); ++i) {
    const auto found = std::ranges::find(numbers, watched[i].metric, &integration::metric::name);
    if (found != numbers.end()) warn(watched[i], total_of(*found, watched[i].label), states_[i]);
  }
}

void limit_monitor::warn(const watched_counter& which, std::uint64_t now, state& before) {
  const bool is_soon = before.at && runtime_.now() - *before.at < peer::limits::limit_warning_interval;
  if (now <= before.said || is_soon) return;
  log_(peer::log_level::warning, peer::log_category::limit, [&] {
    std::string text = "a limit is reached: " + std::to_string(now - before.said) + ' ';
    text.append(which.name).append(" (").append(which.metric);
    if (!which.label.empty()) text.append(", ").append(which.label);
    return text + ')';
  });
  before.said = now;
  before.at = runtime_.now();
}

}  // namespace pappus
