// A peer store writes addresses, bans and private transactions, and reads them when it is opened.
#include <chrono>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>
#include <support/temporary_folder.hpp>

#include <pappus/coro/oneshot.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/store/limits.hpp>
#include <pappus/sim/world.hpp>

#include "peer/store/samples.hpp"
#include "peer/store/stage.hpp"
#include "peer/store/stores.hpp"

namespace store_peer_store_test {

using namespace samples;
using namespace stores;
using namespace std::chrono_literals;

TEST_CASE_TEMPLATE("addresses are stored together a little later, at the latest when the peer store is closed", Where,
                   on_sqlite, in_memory) {
  const Where where;
  {
    stage on{where.source()};
    auto script = [](stage* at) -> task<void> {
      for (std::uint32_t i = 0; i < 100; ++i)
        at->store.book().add(address(i), address(999), at->at.runtime().wall_clock());
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), peer::limits::store_write_delay + 100ms));
      CHECK(at->store.book().drain_changes().empty());
      at->store.book().add(address(200), address(999), at->at.runtime().wall_clock());
      at->store.save_anchors({address(1), address(2)});
    };
    on.play(script(&on));
    CHECK(on.logged.empty());
  }
  stage again{where.source(), 2};
  auto script = [](stage* at) -> task<void> {
    CHECK(at->store.book().find(address(200)) != nullptr);
    CHECK(at->store.book().size() > 90);
    CHECK(at->store.anchors() == std::vector{address(1), address(2)});
    co_return;
  };
  again.play(script(&again));
}

TEST_CASE_TEMPLATE("a ban holds at once, and is on disk when its handler is called", Where, on_sqlite, in_memory) {
  const Where where;
  stage on{where.source()};
  auto script = [](stage* at) -> task<void> {
    oneshot<outcome> stored;
    const peer::ban made = at->banned_for(1, 1h);
    at->store.ban(made, peer_store::store_handler{stored});
    CHECK(at->store.bans().size() == 1);
    const io::time_point start = at->at.runtime().now();
    static_cast<void>(co_await stored.wait());
    CHECK((*stored).has_value());
    CHECK(at->at.runtime().now() - start < 100ms);
    const outcome second = co_await ban(&at->store, at->banned_for(2, 1h));
    CHECK(second.has_value());
    const outcome lifted = co_await unban(&at->store, made.range);
    CHECK(lifted.has_value());
    CHECK(at->store.bans().size() == 1);
  };
  on.play(script(&on));
}

TEST_CASE_TEMPLATE("of bans and unbans of a range in one turn the last one counts, in memory and on disk", Where,
                   on_sqlite, in_memory) {
  const Where where;
  {
    stage on{where.source()};
    auto script = [](stage* at) -> task<void> {
      at->store.ban(at->banned_for(1, 1h), {});
      at->store.unban(against(1).range, {});
      at->store.ban(at->banned_for(2, 1h), {});
      at->store.unban(against(2).range, {});
      at->store.ban(at->banned_for(2, 2h), {});
      at->store.ban(at->banned_for(3, 1h), {});
      at->store.ban(at->banned_for(3, 3h), {});
      co_return;
    };
    on.play(script(&on));
  }
  stage again{where.source()};
  auto script = [](stage* at) -> task<void> {
    const auto list = at->store.bans().list(at->at.runtime().wall_clock());
    REQUIRE(list.size() == 2);
    CHECK(list[0].range == against(2).range);
    CHECK(list[0].until - list[0].since == 2h);
    CHECK(list[1].until - list[1].since == 3h);
    co_return;
  };
  again.play(script(&again));
}

TEST_CASE_TEMPLATE("bans that expired between two runs are not restored, and are removed from the store", Where,
                   on_sqlite, in_memory) {
  const Where where;
  {
    stage on{where.source()};
    auto script = [](stage* at) -> task<void> {
      at->store.ban(at->banned_for(1, 1min), {});
      at->store.ban(at->banned_for(2, 1h), {});
      co_return;
    };
    on.play(script(&on));
  }
  {
    stage later{where.source()};
    later.at.set_clock_offset(30min);
    auto script = [](stage* at) -> task<void> {
      CHECK(at->store.bans().size() == 1);
      co_return;
    };
    later.play(script(&later));
  }
  CHECK(content_of(where).bans.size() == 1);
}

TEST_CASE("a peer store in memory has no periodic checks") {
  stage on{in_file(peer::in_memory_store)};
  auto script = [](stage* at) -> task<void> {
    const std::uint64_t before = at->world.events();
    static_cast<void>(co_await io::sleep_for(at->at.runtime(), 24h));
    CHECK(at->world.events() - before < 10);
    CHECK(at->store.statistics().in_sync);
  };
  on.play(script(&on));
}

TEST_CASE("expired bans are removed when another is added, and counted") {
  stage on{in_file(peer::in_memory_store)};
  auto script = [](stage* at) -> task<void> {
    for (std::uint32_t n = 1; n != 4; ++n) static_cast<void>(co_await ban(&at->store, at->banned_for(n, 1h)));
    static_cast<void>(co_await io::sleep_for(at->at.runtime(), 2h));
    static_cast<void>(co_await ban(&at->store, at->banned_for(4, 1h)));
    CHECK(at->store.bans().size() == 1);
    CHECK(at->store.statistics().bans_expired == 3);
    CHECK(at->store.statistics().bans_dropped == 0);
    CHECK(at->store.statistics().rows == 3 + 1 + 3);
  };
  on.play(script(&on));
}

TEST_CASE_TEMPLATE("a private transaction is on disk when its handler is called, and removed whenever it is dropped",
                   Where, on_sqlite, in_memory) {
  const Where where;
  {
    stage on{where.source()};
    auto script = [](stage* at) -> task<void> {
      oneshot<result<void>> stored;
      at->store.save_stem(samples::stem(1), peer::peer_store::store_handler{stored});
      static_cast<void>(co_await stored.wait());
      CHECK((*stored).has_value());
      oneshot<result<void>> never_written;
      at->store.save_stem(samples::stem(2), peer::peer_store::store_handler{never_written});
      at->store.drop_stem(samples::stem(2).kernel);
      static_cast<void>(co_await never_written.wait());
      CHECK((*never_written).has_value());
      at->store.save_stem(samples::stem(3), {});
      co_await coro::yield();
      at->store.drop_stem(samples::stem(3).kernel);  // while it is being written, or after that
      at->store.save_stem(samples::stem(4), {});
      at->store.drop_stem(samples::stem(4).kernel);
      at->store.save_stem(samples::stem(4), {});
      CHECK(at->store.statistics().rows_waiting == 0);
      CHECK(at->store.statistics().writes == 0);  // private transactions are not counted
    };
    on.play(script(&on));
  }
  CHECK(content_of(where).stems == std::vector{samples::stem(1), samples::stem(4)});
  {
    stage again{where.source()};
    auto script = [](stage* at) -> task<void> {
      CHECK(at->store.restore_stems() == std::vector{samples::stem(1), samples::stem(4)});
      CHECK(at->store.restore_stems().empty());
      at->store.drop_stem(samples::stem(1).kernel);
      co_return;
    };
    again.play(script(&again));
  }
  CHECK(content_of(where).stems == std::vector{samples::stem(4)});
}

TEST_CASE_TEMPLATE("of a private transaction the latest deadline and rounds are stored, whenever they change", Where,
                   on_sqlite, in_memory) {
  const Where where;
  const auto changed = [](std::uint32_t number, std::uint32_t rounds) {
    peer::stem_transaction made = samples::stem(number);
    made.deadline += 1h * rounds;
    made.rounds = rounds;
    return made;
  };
  {
    stage on{where.source()};
    auto script = [](stage* at, decltype(changed) change) -> task<void> {
      const auto reschedule = [&](std::uint32_t number, std::uint32_t rounds) {
        const peer::stem_transaction made = change(number, rounds);
        at->store.reschedule_stem({made.kernel, made.deadline, made.rounds});
      };
      oneshot<result<void>> stored;
      at->store.save_stem(samples::stem(1), peer::peer_store::store_handler{stored});
      static_cast<void>(co_await stored.wait());
      for (const std::uint32_t rounds : {6U, 5U}) reschedule(1, rounds);
      at->store.save_stem(samples::stem(2), {});
      reschedule(2, 7);  // not written yet
      reschedule(3, 8);  // not there
      at->store.save_stem(samples::stem(4), {});
      co_await coro::yield();
      reschedule(4, 9);  // while it is being written, or after that
      at->store.save_stem(samples::stem(5), {});
      at->store.drop_stem(samples::stem(5).kernel);
      reschedule(5, 9);
    };
    on.play(script(&on, changed));
  }
  CHECK(sorted(content_of(where)).stems == std::vector{changed(1, 5), changed(2, 7), changed(4, 9)});
}

TEST_CASE("a peer store refuses a store that is open elsewhere") {
  const support::temporary_folder folder;
  const auto other = peer::sqlite_store::open(folder.file("peers.db"), key(1));
  sim::world world{1};
  sim::machine& at = world.add_machine();
  peer::logger silent{at.runtime(), {}, peer::log_level::error};
  peer::node_clock clock{at.runtime(), silent};
  peer_store kept{at.runtime(), in_file(folder.file("peers.db")), true, clock, silent};
  auto script = [](peer_store* opened) -> task<void> {
    const auto refused = co_await opened->open();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error() == peer::store_errc::in_use);
    const auto closed = co_await opened->close();
    CHECK(closed.has_value());
  };
  world.run(script(&kept));
}

}  // namespace store_peer_store_test
