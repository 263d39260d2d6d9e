// A running peer store in a simulated world.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/oneshot.hpp>
#include <pappus/peer/store/peer_store.hpp>
#include <pappus/sim/world.hpp>

#include "peer/store/samples.hpp"

namespace stores {

using namespace pappus;
using peer::peer_store;
using outcome = result<void>;

/// A peer store that is opened and run for a script, and closed at its end.
struct stage {
  explicit stage(const peer::store_source& from, std::uint64_t seed = 1)
      : world(seed),
        say(
            at.runtime(), [this](const peer::log_line& line) { logged.push_back(line.text); },
            peer::log_level::warning),
        clock(at.runtime(), say),
        store(at.runtime(), from, true, clock, say) {}

  void play(task<void> script) { world.run(live(std::move(script))); }

  [[nodiscard]] peer::ban banned_for(std::uint32_t number, io::wall_time::duration length) {
    peer::ban made = samples::against(number);
    made.since = clock.now();
    made.until = made.since + length;
    return made;
  }

  [[nodiscard]] peer::stem_transaction due_in(std::uint32_t number, io::wall_time::duration length) {
    peer::stem_transaction made = samples::stem(number);
    made.deadline = clock.now() + length;
    return made;
  }

  sim::world world;
  sim::machine& at = world.add_machine();
  std::vector<std::string> logged;
  peer::logger say;
  peer::node_clock clock;
  peer_store store;

private:
  task<void> live(task<void> script) {
    const auto opened = co_await store.open();
    REQUIRE(opened.has_value());
    co_await with_scope(&stage::run_beside, this, std::move(script));
    const auto closed = co_await store.close();
    CHECK(closed.has_value());
  }

  static task<void> run_beside(scope& beside, stage* self, task<void> script) {
    beside.spawn(self->store.run());
    co_await std::move(script);
    beside.request_stop();
  }
};

inline task<outcome> ban(peer_store* store, peer::ban made) {
  oneshot<outcome> stored;
  store->ban(made, peer_store::store_handler{stored});
  static_cast<void>(co_await stored.wait());
  co_return *stored;
}

inline task<outcome> unban(peer_store* store, io::endpoint_range range) {
  oneshot<outcome> stored;
  static_cast<void>(store->unban(range, peer_store::store_handler{stored}));
  static_cast<void>(co_await stored.wait());
  co_return *stored;
}

}  // namespace stores
