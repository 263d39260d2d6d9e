#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <pappus/io/timer.hpp>
#include <pappus/limit_watch.hpp>
#include <pappus/metrics.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus {
namespace {

constexpr std::array watched{
    watched_counter{"connections turned away", "pappus_turned_away_total", "too_many"},
    watched_counter{"connections of discouraged addresses turned away", "pappus_turned_away_total", "discouraged"},
    watched_counter{"peers for which there was no place", "pappus_not_taken_total", "too_many"},
    watched_counter{"handshakes given up to make room", "pappus_handshakes_crowded_out_total"},
    watched_counter{"inbound peers evicted to make room", "pappus_evictions_total"},
    watched_counter{"sessions ended, since peers held too much memory", "pappus_sessions_ended_total", "memory_limit"},
    watched_counter{"sessions ended for too many messages", "pappus_sessions_ended_total", "too_many_messages"},
    watched_counter{"news not sent to peers that are behind", "pappus_broadcasts_total", "behind"},
    watched_counter{"announced transactions not asked for", "pappus_announcements_overlooked_total"},
    watched_counter{"questions about the chain not answered", "pappus_chain_withheld_total"},
    watched_counter{"questions that waited, since the address had had its share", "pappus_answers_postponed_total"},
    watched_counter{"questions not answered, since too many waited", "pappus_answers_refused_total"},
    watched_counter{"reads put off, since the address had sent too much", "pappus_reads_slowed_total"},
    watched_counter{"accounts of addresses merged to make room", "pappus_accounts_merged_total"},
    watched_counter{"accounts of dialled peers forgotten to make room", "pappus_accounts_forgotten_total"},
    watched_counter{"copies of news not kept until the host's verdict", "pappus_submissions_crowded_total"},
    watched_counter{"answers of the host's threads lost", "pappus_answers_lost_total"},
    watched_counter{"questions for addresses that came too often", "pappus_gossip_overasked_total"},
    watched_counter{"questions not put to the host", "pappus_inquiries_refused_total"},
    watched_counter{"questions that the host has not answered in time", "pappus_inquiries_unanswered_total"},
    watched_counter{"addresses not heard, since nobody asked for them", "pappus_gossip_ignored_total"},
    watched_counter{"addresses of seeds not heard", "pappus_seed_addresses_ignored_total"},
    watched_counter{"bans forgotten to make room", "pappus_bans_forgotten_total"},
    watched_counter{"calls from other threads refused", "pappus_calls_refused_total"},
};

std::uint64_t total_of(const integration::metric& which, std::string_view label) {
  std::uint64_t total = 0;
  for (const auto& each : which.samples) total += label.empty() || each.label == label ? each.value : 0;
  return total;
}

}  // namespace

std::span<const watched_counter> watched_counters() noexcept { return watched; }

limit_watch::limit_watch(io::runtime& on, peer::logger& say, std::function<node_statistics()> look)
    : on_(on), say_(say), look_(std::move(look)), states_(watched.size()) {}

task<void> limit_watch::run() {
  if (!say_.wants(peer::log_level::warning)) co_return;
  for (;;) {
    const auto slept = co_await io::sleep_for(on_, peer::limits::limits_looked_at);
    if (!slept) co_return;
    look();
  }
}

void limit_watch::look() {
  const auto numbers = metrics_of(look_());
  for (std::size_t i = 0; i != watched.size(); ++i) {
    const auto found = std::ranges::find(numbers, watched[i].metric, &integration::metric::name);
    if (found != numbers.end()) say_more(watched[i], total_of(*found, watched[i].label), states_[i]);
  }
}

void limit_watch::say_more(const watched_counter& which, std::uint64_t now, state& before) {
  const bool is_soon = before.at && on_.now() - *before.at < peer::limits::limit_said_again;
  if (now <= before.said || is_soon) return;
  say_(peer::log_level::warning, peer::log_category::limit, [&] {
    std::string text = "a limit is reached: " + std::to_string(now - before.said) + ' ';
    text.append(which.what).append(" (").append(which.metric);
    if (!which.label.empty()) text.append(", ").append(which.label);
    return text + ')';
  });
  before.said = now;
  before.at = on_.now();
}

}  // namespace pappus
