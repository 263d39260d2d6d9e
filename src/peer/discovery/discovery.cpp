#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <pappus/io/reconnect.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/discovery/discovery.hpp>
#include <pappus/peer/discovery/limits.hpp>

namespace pappus::peer {

discovery::discovery(const dialer::dependencies& deps, plan intended, const peer_store& store, address_relay& talk,
                     logger& log, std::function<void(io::endpoint)> prefer)
    : deps_(deps),
      plan_(std::move(intended)),
      store_(store),
      address_relay_(talk),
      log_(log),
      dialer_(deps),
      seed_resolver_(deps.runtime, plan_.seeds, deps.book, deps.clock, log),
      prefer_(std::move(prefer)) {
  dialer_.connected = [this](const peer_info& peer) {
    address_relay_.request_addresses(*deps_.sessions.find(peer.id));
  };
  dialer_.network_changed = [this](bool down) {
    log_(log_level::warning, log_category::network,
         [down] { return down ? "nobody answers: the network seems to be down" : "the network is back"; });
  };
}

void discovery::start(scope& into) {
  const auto go_on = [this, &into](std::string_view what, std::function<task<void>()> service) {
    into.spawn(deps_.exceptions.keep_running(deps_.runtime, what, std::move(service)));
  };
  const auto stay_with = [this, &go_on](seed whom) {
    go_on("preferred peers", [this, whom = std::move(whom)] { return keep_connected_to(whom); });
  };
  for (const io::endpoint where : plan_.preferred) stay_with({to_string(where.address), where.port});
  for (const seed& each : plan_.preferred_hosts) stay_with(each);
  if (deps_.room.outbound == 0) return;
  for (const wire::peer_address& each : store_.anchors()) {
    if (const auto where = to_endpoint(each)) dialer_.prefer(*where);
  }
  go_on("outbound slots", [this, &into] { return dialer_.fill_slots(into); });
  go_on("feelers", [this, &into] { return dialer_.run_feelers(into); });
  if (deps_.local.chain.on_internet) go_on("rotation", [this] { return dialer_.rotate(); });
  go_on("questions for addresses", [this] { return ask_for_addresses(); });
  if (seed_resolver_.possible()) go_on("seeds", [this] { return ask_seeds(); });
}

/// Only the first `limits::max_addresses_per_name` addresses that a name has had so far are preferred.
void discovery::prefer(io::endpoint where, std::vector<io::endpoint>& so_far) {
  if (so_far.size() == limits::max_addresses_per_name || std::ranges::find(so_far, where) != so_far.end()) return;
  so_far.push_back(where);
  prefer_(where);
}

task<void> discovery::keep_connected_to(seed whom) {
  io::reconnect_policy policy{plan_.reconnect, limits::stable_session_time};
  std::vector<io::endpoint> preferred;
  for (;;) {
    auto found = co_await resolve(deps_.runtime, whom);
    if (!found && found.error() == make_error_code(errc::canceled)) co_return;
    if (!found) {
      ++names_failed_;
      log_(log_level::warning, log_category::preferred_peer,
           [&] { return "cannot look up " + to_string(whom) + ": " + found.error().message(); });
    }
    const std::vector<io::ipv4_address> addresses = found ? *std::move(found) : std::vector<io::ipv4_address>{};
    const bool dialled_us = is_here(whom, addresses);
    for (std::size_t i = 0; i != std::min(addresses.size(), limits::max_addresses_per_name) && !dialled_us; ++i) {
      const io::time_point began = deps_.runtime.now();
      prefer({addresses[i], whom.port}, preferred);
      const bool connected = co_await stay_connected_to({addresses[i], whom.port});
      policy.disconnected(deps_.runtime.now() - began);
      if (connected) break;
    }
    const io::duration pause = dialled_us ? limits::preferred_check_interval : policy.next_delay(deps_.runtime);
    const auto slept = co_await io::sleep_for(deps_.runtime, pause);
    if (!slept) co_return;
  }
}

bool discovery::is_here(const seed& whom, const std::vector<io::ipv4_address>& addresses) const {
  return std::ranges::any_of(addresses, [&](io::ipv4_address each) {
    return deps_.sessions.find(io::endpoint{each, whom.port}) != nullptr;
  });
}

/// Completes when the connection has ended; false if there was no session.
task<bool> discovery::stay_connected_to(io::endpoint where) {
  bool connected = false;
  auto done = [this, where, &connected](const result<peer_info, disconnect_info>& how) {
    connected = how.has_value();
    if (how) return;
    log_(log_level::info, log_category::preferred_peer,
         [&] { return "cannot connect to " + to_string(where) + ": " + to_string(how.error()); });
  };
  co_await deps_.through.dial(where, connection_type::full, std::move(done));
  co_return connected;
}

/// As in Grin: requests addresses soon, and then less and less often, while outbound peers are missing.
task<void> discovery::ask_for_addresses() {
  io::backoff pauses{{limits::min_search_pause, limits::max_search_pause}};
  for (;;) {
    const auto needed = co_await dialer_.some_missing();
    if (!needed) co_return;
    const auto slept = co_await io::sleep_for(deps_.runtime, pauses.next(deps_.runtime));
    if (!slept) co_return;
    if (dialer_.missing() == 0) {
      pauses.reset();
      continue;
    }
    // Inbound peers choose the node: their addresses are requested only if there are no outbound peers.
    const bool any = deps_.sessions.count(direction::outbound) == 0;
    for (session* const each : deps_.sessions.sessions()) {
      if (any || each->peer().direction == direction::outbound) address_relay_.request_addresses(*each);
    }
    dialer_.wake();
  }
}

/// A node with stored addresses first tries these for `limits::seed_delay`.
task<void> discovery::ask_seeds() {
  io::backoff pauses{{limits::min_seed_interval, limits::max_seed_interval}};
  if (deps_.book.size() != 0) {
    const auto slept = co_await io::sleep_for(deps_.runtime, limits::seed_delay);
    if (!slept) co_return;
  }
  for (;;) {
    if (is_alone()) {
      co_await seed_resolver_.query();
      dialer_.wake();
    } else {
      pauses.reset();
    }
    const auto slept = co_await io::sleep_for(deps_.runtime, pauses.next(deps_.runtime));
    if (!slept) co_return;
  }
}

bool discovery::is_alone() const {
  const std::size_t enough = std::min(limits::seed_threshold, deps_.room.outbound);
  return deps_.sessions.count(direction::outbound) < enough;
}

}  // namespace pappus::peer
