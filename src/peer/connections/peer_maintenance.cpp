#include <utility>
#include <vector>

#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/connections/peer_maintenance.hpp>

namespace pappus::peer {

task<void> peer_maintenance::run() {
  for (;;) {
    const auto slept = co_await io::sleep_for(runtime_, limits::maintenance_interval);
    if (!slept) co_return;
    connections_.trim_listener_buffer();
    end_stuck();
    clock_.check();
    if (clock_.trusted()) peer_store_.book().expire(limits::max_addresses_checked, clock_.now());
    keep_anchors();
  }
}

void peer_maintenance::end_stuck() {
  for (session* const each : sessions_.sessions()) {
    if (is_stuck(*each)) each->end({disconnect_reason::stuck, {}});
  }
}

/// The peer's chain has made no progress for long and is below the node's own, while another peer's chain has grown: so
/// it is not the whole network that makes no progress. Only outbound slots are worth the effort.
bool peer_maintenance::is_stuck(const session& outbound) const {
  const auto makes_no_progress = [this](const session& each) {
    return runtime_.now() - each.progressed_at() >= limits::stuck_timeout;
  };
  const std::uint64_t difficulty = outbound.peer().tip.total_difficulty;
  if (outbound.is_ending() || outbound.peer().direction == direction::inbound || !makes_no_progress(outbound))
    return false;
  if (difficulty >= local_.tip().total_difficulty) return false;
  return sessions_.count([&](const session& each) {
    return each.peer().tip.total_difficulty > difficulty && !makes_no_progress(each);
  }) != 0;
}

/// The outbound peers with the longest sessions.
void peer_maintenance::keep_anchors() {
  std::vector<wire::peer_address> best;
  for (const session* const each : sessions_.sessions()) {
    const peer_info& peer = each->peer();
    const bool fits = !each->is_ending() && peer.direction == direction::outbound && !peer.tls_key;
    if (fits && best.size() < limits::max_anchors) best.push_back(to_wire(each->peer().endpoint));
  }
  if (!best.empty()) peer_store_.save_anchors(std::move(best));
}

}  // namespace pappus::peer
