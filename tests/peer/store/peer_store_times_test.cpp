// A peer store and the clock: stored times when the clock is wrong or corrected.
#include <chrono>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <support/temporary_folder.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/store/limits.hpp>

#include "peer/store/samples.hpp"
#include "peer/store/stage.hpp"
#include "peer/store/stores.hpp"

namespace store_peer_store_times_test {

using namespace samples;
using namespace stores;
using namespace std::chrono_literals;

TEST_CASE("a store has the time of its last write, updated also without other changes") {
  const support::temporary_folder folder;
  const std::string file = folder.file("peers.db");
  io::wall_time ended;
  {
    stage on{in_file(file)};
    auto script = [](stage* at) -> task<void> {
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), 30 * 24h));
      CHECK(at->store.statistics().writes == 0);  // that is not counted as a change
    };
    on.play(script(&on));
    ended = on.at.runtime().wall_clock();
  }
  const auto written = content_of_file(file).written;
  REQUIRE(written.has_value());
  CHECK(std::chrono::abs(*written - ended) < 1s);

  stage killed{in_file(file), 2};
  killed.at.set_clock_offset(30 * 24h);
  auto script = [](stage* at, std::string copy, std::string from) -> task<void> {
    static_cast<void>(co_await io::sleep_for(at->at.runtime(), 5h));
    for (const char* const part : {"", "-wal"}) std::filesystem::copy_file(from + part, copy + part);
    const auto last = content_of_file(copy).written;
    REQUIRE(last.has_value());
    CHECK(at->at.runtime().wall_clock() - *last <
          peer::limits::clock_store_interval + peer::limits::store_check_interval + 2s);
  };
  killed.play(script(&killed, folder.file("copy.db"), file));
}

TEST_CASE_TEMPLATE("a ban added before the store is read lasts its full time, whatever the time in the store", Where,
                   on_sqlite, in_memory) {
  const Where where;
  {
    stage{where.source()}.play([](stage*) -> task<void> { co_return; }(nullptr));
  }
  stage on{where.source(), 2};
  on.at.set_clock_offset(-400 * 24h);
  on.store.ban(on.banned_for(1, 1h), {});
  auto script = [](stage* at) -> task<void> {
    REQUIRE(at->store.bans().size() == 1);
    CHECK_FALSE(at->clock.trusted());
    const auto made = at->store.bans().list(at->clock.now()).at(0);
    CHECK(std::chrono::abs(made.until - at->clock.now() - 1h) < 1s);
    static_cast<void>(co_await io::sleep_for(at->at.runtime(), 1h));
    CHECK(at->store.bans().list(at->clock.now()).empty());
  };
  on.play(script(&on));
}

TEST_CASE_TEMPLATE("a correction of the time adjusts all stored times, in memory and in the store", Where, on_sqlite,
                   in_memory) {
  const Where where;
  {
    stage on{where.source()};
    on.at.set_clock_offset(400 * 24h);
    auto script = [](stage* at) -> task<void> {
      at->store.book().add(address(1), address(2), at->clock.now());
      at->store.ban(at->banned_for(1, 1min), {});
      at->store.ban(at->banned_for(2, 3h), {});
      at->store.save_stem(at->due_in(1, 2h), {});
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), 1h));
      at->store.save_stem(at->due_in(2, 3h), {});  // not in the file yet
      at->at.set_clock_offset({});
      at->clock.check();
      CHECK_FALSE(at->clock.trusted());
      CHECK(at->store.bans().list(at->clock.now()).size() == 1);
      at->clock.trust();
      CHECK(at->clock.trusted());
      CHECK(std::chrono::abs(at->clock.now() - at->at.runtime().wall_clock()) < 1s);
      REQUIRE(at->store.bans().list(at->clock.now()).size() == 1);
      CHECK(at->store.bans().size() == 1);  // an expired ban is not restored
    };
    on.play(script(&on));
  }
  stage again{where.source(), 2};
  again.at.set_clock_offset(1h);
  auto script = [](stage* at) -> task<void> {
    CHECK(at->clock.trusted());
    const auto bans = at->store.bans().list(at->clock.now());
    REQUIRE(bans.size() == 1);
    CHECK(bans[0].range == against(2).range);
    CHECK(std::chrono::abs(bans[0].until - at->clock.now() - 2h) < 1min);
    const auto* const heard = at->store.book().find(address(1));
    REQUIRE(heard != nullptr);
    CHECK(std::chrono::abs(at->clock.now() - heard->last_seen - 1h) < 1min);
    at->clock.trust();
    at->at.set_clock_offset(-30 * 24h);
    at->clock.trust();  // before restore_stems
    const auto stems = at->store.restore_stems();
    REQUIRE(stems.size() == 2);
    CHECK(std::chrono::abs(stems[0].deadline - at->clock.now() - 1h) < 1min);
    CHECK(std::chrono::abs(stems[1].deadline - at->clock.now() - 3h) < 1min);
    co_return;
  };
  again.play(script(&again));
  const auto stems = content_of(where).stems;
  REQUIRE(stems.size() == 2);
  CHECK(std::chrono::abs(stems[0].deadline - again.clock.now() - 1h) < 1min);
  CHECK(std::chrono::abs(stems[1].deadline - again.clock.now() - 3h) < 1min);
}

}  // namespace store_peer_store_times_test
