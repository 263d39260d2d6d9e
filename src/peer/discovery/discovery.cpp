#include <algorithm>
#include <string>
#include <utility>

#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/discovery/discovery.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {

discovery::discovery(const dialler::surroundings& around, plan intended, const keeper& kept, gossip& talk, logger& say)
    : around_(around),
      plan_(std::move(intended)),
      kept_(kept),
      gossip_(talk),
      say_(say),
      dialler_(around),
      seeding_(around.on, plan_.seeds, around.book, around.clock, say) {
  dialler_.connected = [this](const peer_info& peer) { gossip_.ask(*around_.sessions.find(peer.id)); };
  dialler_.network_changed = [this](bool down) {
    say_(log_level::warning, log_cause::network,
         [down] { return down ? "nobody answers: the network seems to be down" : "the network is back"; });
  };
}

void discovery::start(scope& into) {
  for (const io::endpoint where : plan_.preferred) into.spawn(keep_connected_to(where));
  if (around_.room.outbound == 0) return;
  for (const wire::peer_address& each : kept_.anchors()) {
    if (const auto where = to_endpoint(each)) dialler_.prefer(*where);
  }
  into.spawn(dialler_.fill_slots(into));
  into.spawn(dialler_.feel(into));
  if (around_.us.network.on_internet) into.spawn(dialler_.rotate());
  into.spawn(ask_for_addresses());
  if (seeding_.possible()) into.spawn(ask_seeds());
}

task<void> discovery::keep_connected_to(io::endpoint where) {
  io::backoff pauses{plan_.redial};
  for (;;) {
    const io::time_point began = around_.on.now();
    const bool is_here = around_.sessions.find(where) != nullptr;  // it dialled us
    if (!is_here) {
      auto failed = [this, where](const result<peer_info, ending>& how) {
        if (how) return;
        say_(log_level::info, log_cause::preferred_peer,
             [&] { return "cannot connect to " + to_string(where) + ": " + to_string(how.error()); });
      };
      co_await around_.through.dial(where, errand::session, std::move(failed));
      if (around_.on.now() - began >= limits::stable_session) pauses.reset();
    }
    const io::duration pause = is_here ? limits::preferred_looked_for : pauses.next(around_.on);
    const auto slept = co_await io::sleep_for(around_.on, pause);
    if (!slept) co_return;
  }
}

/// As Grin does: soon, and then less and less often, as long as outbound peers are missing.
task<void> discovery::ask_for_addresses() {
  io::backoff pauses{{limits::search_pause_first, limits::search_pause_longest}};
  for (;;) {
    const auto needed = co_await dialler_.some_missing();
    if (!needed) co_return;
    const auto slept = co_await io::sleep_for(around_.on, pauses.next(around_.on));
    if (!slept) co_return;
    if (dialler_.missing() == 0) {
      pauses.reset();
      continue;
    }
    // Inbound peers choose us, not we them: what they say matters only to somebody who has no others.
    const bool any = around_.sessions.count(direction::outbound) == 0;
    for (session* const each : around_.sessions.sessions()) {
      if (any || each->peer().way == direction::outbound) gossip_.ask(*each);
    }
    dialler_.look_again();
  }
}

/// A node that knows somebody tries them first.
task<void> discovery::ask_seeds() {
  io::backoff pauses{{limits::seeds_again_first, limits::seeds_again_longest}};
  if (around_.book.size() != 0) {
    const auto slept = co_await io::sleep_for(around_.on, limits::seeds_wait);
    if (!slept) co_return;
  }
  for (;;) {
    if (is_alone()) {
      co_await seeding_.ask();
      dialler_.look_again();
    } else {
      pauses.reset();
    }
    const auto slept = co_await io::sleep_for(around_.on, pauses.next(around_.on));
    if (!slept) co_return;
  }
}

bool discovery::is_alone() const {
  const std::size_t enough = std::min(limits::seeds_needed_below, around_.room.outbound);
  return around_.sessions.count(direction::outbound) < enough;
}

}  // namespace pappus::peer
