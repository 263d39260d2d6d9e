// A send queue with the connection to which it writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <support/conduit.hpp>

#include <pappus/coro/scope.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/peer/session/send_queue.hpp>
#include <pappus/sim/world.hpp>

namespace send_queues {

using namespace pappus;
using support::conduit;

/// A burst of three frames, and one frame every ten seconds.
inline constexpr peer::rate_limit slow{0.1, 3};
/// A burst of three frames, and one frame a second.
inline constexpr peer::rate_limit a_second{1, 3};

/// A send queue and the connection to which it writes. Each frame is one character.
class queue_bench {
public:
  explicit queue_bench(sim::machine& on, const peer::rate_limit& pace = slow)
      : waiting(on.runtime(), pace), on_(on.runtime()), address_(on.address()), progress_(on_, {}) {}

  /// Runs `script` beside the writer until both have ended.
  task<void> play(task<void> script) {
    ends_ = co_await another_conduit();
    auto both = [](scope& beside, queue_bench* self, task<void> acts) -> task<void> {
      beside.spawn(self->write());
      co_await std::move(acts);
      self->waiting.finish();
    };
    co_await with_scope(both, this, std::move(script));
  }

  void post(const std::string& some, peer::send_priority in, peer::announcement_source of = {}) {
    for (const char frame : some) CHECK(waiting.push(wire::share({static_cast<std::byte>(frame)}), in, of));
  }

  /// The frames that arrive within `patience`.
  task<std::string> heard(io::duration patience) {
    std::string arrived;
    const io::time_point until = io::saturating_add(on_.now(), patience);
    for (;;) {
      const auto next = co_await io::with_deadline(on_, until, next_frame());
      if (!next) co_return arrived;
      arrived += *next;
    }
  }

  task<conduit> another_conduit() { return conduit::make(on_, {address_, ++last_port_}); }

  peer::send_queue waiting;
  bool written = false;  // the writer has ended without an error

private:
  task<void> write() {
    co_await coro::change_stop_token{progress_.token()};
    result<void> done;
    while (done && (waiting.may_be_written() || !waiting.finished())) {
      if (waiting.may_be_written()) done = co_await waiting.write_next(*ends_.in, progress_);
      else done = co_await waiting.wait_for_next();
    }
    written = done.has_value();
  }

  task<result<char>> next_frame() {
    std::byte frame{};
    PAPPUS_CO_TRY_DISCARD(co_await ends_.out->read_exact({&frame, 1}));
    co_return static_cast<char>(frame);
  }

  io::runtime& on_;
  pappus::ip_address address_;
  std::uint16_t last_port_ = 0;
  io::deadline progress_;
  conduit ends_;
};

/// Runs `script` with a send queue in a world of its own.
inline void with_queue(task<void> (*script)(queue_bench*)) {
  sim::world world{1};
  queue_bench bench{world.add_machine()};
  world.run(bench.play(script(&bench)));
  CHECK(bench.written);
}

/// The source of a peer's announcements; each number has an address of its own.
inline peer::announcement_source source(std::uint32_t number) {
  peer::peer_info announcer;
  announcer.endpoint = {pappus::ip_address::v4(0x0a000000 + number), 3414};
  return peer::announcement_source::of(announcer);
}

}  // namespace send_queues
