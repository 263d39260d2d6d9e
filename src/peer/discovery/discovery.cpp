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
#include <pappus/peer/transport/limits.hpp>

namespace pappus::peer {

discovery::discovery(const dialer::dependencies& deps, plan settings, const peer_store& store, address_relay& relay,
                     logger& log, std::function<void(io::endpoint)> prefer)
    : deps_(deps),
      plan_(std::move(settings)),
      store_(store),
      address_relay_(relay),
      log_(log),
      dialer_(deps),
      seed_resolver_(deps.paths, plan_.seeds, deps.book, deps.clock, log,
                     [this](io::endpoint seed) { dial_seed(seed); }),
      prefer_(std::move(prefer)) {
  deps_.through.outbound_joined = [this](session& joined) {
    if (deps_.room.outbound != 0) address_relay_.request_addresses(joined);
  };
  dialer_.network_changed = [this](bool down) {
    log_(log_level::warning, log_category::network,
         [down] { return down ? "nobody answers: the network seems to be down" : "the network is back"; });
  };
}

void discovery::start(scope& tasks) {
  const auto run_service = [this, &tasks](std::string_view what, std::function<task<void>()> service) {
    tasks.spawn(deps_.exceptions.keep_running(deps_.runtime, what, std::move(service)));
  };
  const auto run_preferred = [this, &run_service](seed seed) {
    run_service("preferred peers", [this, preferred = std::move(seed)] { return keep_connected_to(preferred); });
  };
  for (const io::endpoint where : plan_.preferred) run_preferred(seed_at(where));
  for (const seed& each : plan_.preferred_hosts) run_preferred(each);
  if (deps_.room.outbound == 0) return;
  for (const wire::peer_address& each : store_.anchors()) {
    dialer_.prefer(to_endpoint(each));
  }
  run_service("outbound slots", [this, &tasks] { return dialer_.fill_slots(tasks); });
  run_service("feelers", [this, &tasks] { return dialer_.run_feelers(tasks); });
  if (deps_.local.chain.on_internet) run_service("rotation", [this] { return dialer_.rotate(); });
  run_service("address requests", [this] { return ask_for_addresses(); });
  if (!seed_resolver_.possible()) return;
  run_service("seeds", [this] { return ask_seeds(); });
  if (deps_.local.chain.on_internet) run_service("sessions with seeds", [this] { return leave_seeds(); });
}

/// Only the first `limits::max_addresses_per_name` addresses that a name has had so far are preferred.
void discovery::prefer(io::endpoint endpoint, std::vector<io::endpoint>& preferred) {
  if (preferred.size() == limits::max_addresses_per_name || std::ranges::find(preferred, endpoint) != preferred.end())
    return;
  preferred.push_back(endpoint);
  prefer_(endpoint);
}

task<void> discovery::keep_connected_to(seed seed) {
  io::reconnect_policy policy{plan_.reconnect, limits::stable_session_time};
  std::vector<io::endpoint> preferred;
  for (;;) {
    auto found = co_await deps_.paths.resolve(seed.host);
    if (!found && found.error() == make_error_code(errc::canceled)) co_return;
    if (!found) {
      ++names_failed_;
      log_(log_level::warning, log_category::preferred_peer,
           [&] { return "cannot look up " + to_string(seed) + ": " + found.error().message(); });
    }
    const std::vector<ip_address> addresses = found ? *std::move(found) : std::vector<ip_address>{};
    const bool is_connected = is_here(seed, addresses);
    for (std::size_t i = 0; i != std::min(addresses.size(), limits::max_addresses_per_name) && !is_connected; ++i) {
      const io::time_point began = deps_.runtime.now();
      prefer({addresses[i], seed.port}, preferred);
      const bool connected = co_await stay_connected({addresses[i], seed.port}, seed);
      policy.disconnected(deps_.runtime.now() - began);
      if (connected) break;
    }
    const io::duration pause = is_connected ? limits::preferred_check_interval : policy.next_delay(deps_.runtime);
    const auto slept = co_await io::sleep_for(deps_.runtime, pause);
    if (!slept) co_return;
  }
}

bool discovery::is_here(const seed& seed, const std::vector<ip_address>& addresses) const {
  return std::ranges::any_of(addresses, [&](ip_address each) {
    return deps_.sessions.find(io::endpoint{each, seed.port}) != nullptr;
  });
}

/// Completes when the connection has ended; false if there was no session.
task<bool> discovery::stay_connected(io::endpoint endpoint, const seed& known_as) {
  bool connected = false;
  auto done = [this, endpoint, &known_as, &connected](const result<peer_info, disconnect_info>& outcome) {
    connected = outcome.has_value();
    if (outcome) return;
    const std::string* const name = deps_.paths.name_of(endpoint.address);
    const seed shown = name == nullptr ? known_as : seed{*name, endpoint.port};
    log_(log_level::info, log_category::preferred_peer,
         [&] { return "cannot connect to " + to_string(shown) + ": " + to_string(outcome.error()); });
  };
  co_await deps_.through.dial(endpoint, connection_type::full, std::move(done));
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

void discovery::dial_seed(io::endpoint seed) {
  if (std::ranges::find(seeds_by_name_, seed) == seeds_by_name_.end()) seeds_by_name_.push_back(seed);
  dialer_.prefer(seed);
}

/// The slots of seeds are for others when they have had time to name these: of seeds whose names a proxy looks up
/// several may be one host, and none of them is known by its address.
task<void> discovery::leave_seeds() {
  for (;;) {
    const auto slept = co_await io::sleep_for(deps_.runtime, limits::seed_session_time);
    if (!slept) co_return;
    if (deps_.book.size() < limits::enough_addresses) continue;
    std::vector<session*> answered;
    for (session* const each : deps_.sessions.sessions()) {
      const io::endpoint where = each->peer().endpoint;
      const bool is_seed = each->peer().transport == transport_type::proxy &&
                           std::ranges::find(seeds_by_name_, where) != seeds_by_name_.end();
      const bool is_old = deps_.runtime.now() - each->since() >= limits::seed_session_time;
      if (is_seed && is_old && !each->is_ending() && !deps_.gater.prefers(where)) answered.push_back(each);
    }
    for (session* const each : answered) each->end({disconnect_reason::requested, "seed"});
  }
}

bool discovery::is_alone() const {
  const std::size_t enough = std::min(limits::seed_threshold, deps_.room.outbound);
  return deps_.sessions.count(direction::outbound) < enough;
}

}  // namespace pappus::peer
