#include <map>
#include <string>

#include <pappus/error.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/connections/memory_monitor.hpp>

namespace pappus::peer {

task<void> memory_monitor::run() {
  for (;;) {
    memory_.exceeded().reset();
    end_some();
    // If there is still an excess, not all memory is given back yet, or all remaining sessions are protected.
    const io::duration pause = memory_.bytes_over_cap() == 0 ? io::duration::max() : limits::memory_check_interval;
    const auto exceeded = co_await io::with_timeout(runtime_, pause, memory_.exceeded().wait());
    if (!exceeded && exceeded.error() == make_error_code(errc::canceled)) co_return;
  }
}

void memory_monitor::end_some() {
  for (std::size_t left = bytes_over_cap(); left != 0;) {
    session* const chosen = choose();
    if (chosen == nullptr) return;
    left -= std::min(left, chosen->memory());
    log_(log_level::info, log_category::eviction, [this, chosen] {
      return paths_.to_text(chosen->peer().endpoint) + " goes, since peers hold more memory than they may: it holds " +
             std::to_string(chosen->memory()) + " bytes";
    });
    chosen->drop({disconnect_reason::memory_limit, {}});
  }
}

/// Memory above the cap, without what disconnecting sessions hold: that counts as given back.
std::size_t memory_monitor::bytes_over_cap() const {
  std::size_t left = memory_.bytes_over_cap();
  if (left == 0) return 0;
  for (const session* const each : sessions_.sessions()) {
    if (each->is_ending()) left -= std::min(left, each->memory());
  }
  return left;
}

bool memory_monitor::is_stranger(const session& session) const {
  return session.peer().direction == direction::inbound && !prefers_(session.peer());
}

/// Null if all sessions that hold memory are protected.
session* memory_monitor::choose() const {
  std::map<std::uint64_t, std::size_t> strangers;  // bytes by netgroup
  session* largest = nullptr;                      // among the others
  for (session* const each : sessions_.sessions()) {
    if (each->is_ending() || each->memory() == 0) continue;
    if (is_stranger(*each)) strangers[each->peer().endpoint.address.netgroup()] += each->memory();
    else if (each->memory() > (largest == nullptr ? share_ : largest->memory())) largest = each;
  }
  if (strangers.empty()) return largest;
  return slowest_of(std::ranges::max_element(strangers, {}, [](const auto& each) { return each.second; })->first);
}

session* memory_monitor::slowest_of(std::uint64_t netgroup) const {
  session* slowest = nullptr;
  for (session* const each : sessions_.sessions()) {
    const bool belongs = !each->is_ending() && each->memory() != 0 && is_stranger(*each) &&
                         each->peer().endpoint.address.netgroup() == netgroup;
    if (belongs && (slowest == nullptr || each->stalled_since() < slowest->stalled_since())) slowest = each;
  }
  return slowest;
}

}  // namespace pappus::peer
