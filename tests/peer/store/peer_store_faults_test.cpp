// A peer store on a durable store that fails.
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <support/faulty_store.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/store/limits.hpp>

#include "peer/store/samples.hpp"
#include "peer/store/stage.hpp"
#include "peer/store/stores.hpp"

namespace store_peer_store_faults_test {

using namespace samples;
using namespace stores;
using namespace std::chrono_literals;
using peer::store_errc;
using support::faulty_store;
using support::store_faults;

namespace {

constexpr auto long_enough = peer::limits::max_store_retry_delay + 1s;

/// A running peer store whose durable store fails as in `faults`.
template <class Where>
struct faulty_stage {
  Where where;
  std::shared_ptr<store_faults> faults = std::make_shared<store_faults>();
  stage on{faulty_store::source(where.source(), faults)};

  [[nodiscard]] bool follows() const { return on.store.statistics().in_sync; }
};

}  // namespace

TEST_CASE_TEMPLATE("while a store fails, changes complete with its error, hold in memory, and are stored in the end",
                   Where, on_sqlite, in_memory) {
  for (const bool throws : {false, true}) {
    CAPTURE(throws);
    faulty_stage<Where> with;
    auto script = [](faulty_stage<Where>* at, bool throwing) -> task<void> {
      const auto expected = throwing ? store_errc::not_stored : store_errc::disk_full;
      const std::string text = throwing ? "thrown by the store" : "as the test says";
      at->faults->throws = throwing;
      at->faults->before_write = store_errc::disk_full;
      const outcome banned = co_await ban(&at->on.store, at->on.banned_for(1, 1h));
      REQUIRE_FALSE(banned.has_value());
      CHECK(banned.error() == expected);
      CHECK_FALSE(at->follows());
      CHECK(at->on.store.bans().size() == 1);
      oneshot<outcome> stored;
      at->on.store.save_stem(stem(1), peer_store::store_handler{stored});
      static_cast<void>(co_await stored.wait());
      REQUIRE_FALSE((*stored).has_value());
      CHECK((*stored).error() == expected);
      REQUIRE(at->on.logged.size() == 1);
      CHECK(at->on.logged[0] == "peers and bans cannot be stored: " + text);

      at->faults->before_write.reset();
      static_cast<void>(co_await io::sleep_for(at->on.at.runtime(), long_enough));
      CHECK(at->follows());
      CHECK(at->on.store.statistics().rows_waiting == 0);
      CHECK(at->on.logged.size() == 2);
    };
    with.on.play(script(&with, throws));
    CHECK(content_of(with.where).bans.size() == 1);
    CHECK(content_of(with.where).stems == std::vector{stem(1)});
  }
}

TEST_CASE("a failed batch is written again unchanged, before later changes") {
  faulty_stage<in_memory> with;
  auto script = [](faulty_stage<in_memory>* at) -> task<void> {
    at->faults->before_write = store_errc::disk_full;
    static_cast<void>(co_await ban(&at->on.store, at->on.banned_for(1, 1h)));
    at->on.store.unban(against(1).range, {});
    at->on.store.ban(at->on.banned_for(2, 1h), {});
    static_cast<void>(co_await io::sleep_for(at->on.at.runtime(), 5s));
    for (const peer::store_batch& each : at->faults->written) {
      REQUIRE(each.banned.size() == 1);
      CHECK(each.banned[0].range == against(1).range);
      CHECK(each.unbanned.empty());
    }
    at->faults->before_write.reset();
    static_cast<void>(co_await io::sleep_for(at->on.at.runtime(), long_enough));
  };
  with.on.play(script(&with));
  const auto bans = content_of(with.where).bans;
  REQUIRE(bans.size() == 1);
  CHECK(bans[0].range == against(2).range);
}

TEST_CASE_TEMPLATE("a batch that was stored although it failed can be written again", Where, on_sqlite, in_memory) {
  faulty_stage<Where> with;
  with.on.at.set_clock_offset(400 * 24h);
  auto script = [](faulty_stage<Where>* at) -> task<void> {
    at->on.store.save_stem(at->on.due_in(1, 2h), {});
    static_cast<void>(co_await ban(&at->on.store, at->on.banned_for(1, 3h)));
    at->faults->after_write = store_errc::file_moved;
    at->on.at.set_clock_offset({});
    at->on.clock.check();
    at->on.clock.trust();  // all times are adjusted
    static_cast<void>(co_await io::sleep_for(at->on.at.runtime(), 1min));
    CHECK(at->on.store.statistics().retries > 2);
    at->faults->after_write.reset();
    static_cast<void>(co_await io::sleep_for(at->on.at.runtime(), long_enough));
    CHECK(at->follows());
  };
  with.on.play(script(&with));
  const auto left = content_of(with.where);
  REQUIRE(left.stems.size() == 1);
  REQUIRE(left.bans.size() == 1);
  const auto now = with.on.clock.now();
  CHECK(std::chrono::abs(left.stems[0].deadline - now - 2h) < 5min);
  CHECK(std::chrono::abs(left.bans[0].until - now - 3h) < 5min);
}

TEST_CASE("an adjusted deadline is stored only for transactions that are still stored") {
  faulty_stage<in_memory> with;
  with.on.at.set_clock_offset(400 * 24h);
  auto script = [](faulty_stage<in_memory>* at) -> task<void> {
    for (std::uint32_t number = 1; number != 4; ++number) {
      at->on.store.save_stem(at->on.due_in(number, number * 1h), {});
    }
    static_cast<void>(co_await ban(&at->on.store, at->on.banned_for(1, 1h)));
    at->on.store.drop_stem(stem(1).kernel);
    at->on.at.set_clock_offset({});
    at->on.clock.check();
    at->on.clock.trust();
    at->on.store.drop_stem(stem(2).kernel);
    at->on.store.save_stem(at->on.due_in(4, 4h), {});
    at->on.clock.trust();
    co_return;
  };
  with.on.play(script(&with));
  const auto stems = content_of(with.where).stems;
  REQUIRE(stems.size() == 2);
  const auto now = with.on.clock.now();
  CHECK(std::chrono::abs(stems[0].deadline - now - 3h) < 1min);
  CHECK(std::chrono::abs(stems[1].deadline - now - 4h) < 1min);
}

TEST_CASE("a failed check is noticed before the next write") {
  for (const bool throws : {false, true}) {
    faulty_stage<in_memory> with;
    auto script = [](faulty_stage<in_memory>* at, bool throwing) -> task<void> {
      static_cast<void>(co_await io::sleep_for(at->on.at.runtime(), peer::limits::store_check_interval + 1s));
      CHECK(at->follows());
      CHECK(at->faults->checks == 1);
      at->faults->throws = throwing;
      at->faults->check = store_errc::file_moved;
      static_cast<void>(co_await io::sleep_for(at->on.at.runtime(), peer::limits::store_check_interval + 1s));
      CHECK_FALSE(at->follows());
      at->faults->check.reset();
      static_cast<void>(co_await io::sleep_for(at->on.at.runtime(), peer::limits::store_check_interval + 1s));
      CHECK(at->follows());
    };
    with.on.play(script(&with, throws));
  }
}

TEST_CASE("changes that a store has not taken when it is closed are logged with the store's name") {
  faulty_stage<in_memory> with;
  auto script = [](faulty_stage<in_memory>* at) -> task<void> {
    at->faults->before_write = store_errc::read_only;
    static_cast<void>(co_await ban(&at->on.store, at->on.banned_for(1, 1h)));
  };
  with.on.play(script(&with));
  REQUIRE(with.on.logged.size() == 2);
  CHECK(with.on.logged[1] == "1 change could not be stored in the store in memory, and is lost");
  CHECK(content_of(with.where).bans.empty());
}

TEST_CASE("open fails with the error of the store, or with unusable if there is none") {
  const auto error_of = [](const peer::store_source& from) {
    stage on{from};
    std::error_code error;
    auto script = [](stage* at, std::error_code* into) -> task<void> {
      const outcome opened = co_await at->store.open();
      if (!opened) *into = opened.error();
      const outcome closed = co_await at->store.close();
      CHECK(closed.has_value());
    };
    on.world.run(script(&on, &error));
    return error;
  };
  const auto faults = std::make_shared<store_faults>();
  faults->opening = store_errc::too_new;
  CHECK(error_of(faulty_store::source(in_memory{}.source(), faults)) == store_errc::too_new);
  faults->throws = true;
  CHECK_THROWS_AS(error_of(faulty_store::source(in_memory{}.source(), faults)), std::runtime_error);
  peer::store_source nothing;
  nothing.open = [](const auto&) { return peer::opened_store{}; };
  CHECK(error_of(nothing) == store_errc::unusable);
}

}  // namespace store_peer_store_faults_test
