#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/imaginary_disk.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/coro/oneshot.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/store/limits.hpp>
#include <pappus/peer/store/peer_store.hpp>
#include <pappus/sim/world.hpp>

#include "peer/store/samples.hpp"
#include "peer/store/stage.hpp"
#include "peer/store/stores.hpp"

namespace store_peer_store_test {

using namespace samples;
using namespace stores;
using namespace std::chrono_literals;

namespace {

peer::store_source in_file(const std::string& file) { return peer::sqlite_store::source(file); }

peer::store_content content_of_file(const std::string& file) { return peer::sqlite_store::open(file, key(9))->content; }

}  // namespace

TEST_CASE_TEMPLATE("what is seen is stored a little later, all at once, and at the latest when the keeper is closed",
                   Where, on_sqlite, in_memory) {
  const Where where;
  {
    stage on{where.source()};
    auto script = [](stage* at) -> task<void> {
      for (std::uint32_t i = 0; i < 100; ++i)
        at->kept.book().add(address(i), address(999), at->at.runtime().wall_clock());
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), peer::limits::store_write_delay + 100ms));
      CHECK(at->kept.book().drain_changes().empty());
      at->kept.book().add(address(200), address(999), at->at.runtime().wall_clock());
      at->kept.save_anchors({address(1), address(2)});
    };
    on.play(script(&on));
    CHECK(on.said.empty());
  }
  stage again{where.source(), 2};
  auto script = [](stage* at) -> task<void> {
    CHECK(at->kept.book().find(address(200)) != nullptr);
    CHECK(at->kept.book().size() > 90);
    CHECK(at->kept.anchors() == std::vector{address(1), address(2)});
    co_return;
  };
  again.play(script(&again));
}

TEST_CASE_TEMPLATE("a ban is in force at once, and on the disk when its maker is told so", Where, on_sqlite,
                   in_memory) {
  const Where where;
  stage on{where.source()};
  auto script = [](stage* at) -> task<void> {
    oneshot<outcome> stored;
    const peer::ban made = at->banned_for(1, 1h);
    at->kept.ban(made, peer_store::store_handler{stored});
    CHECK(at->kept.bans().size() == 1);
    const io::time_point start = at->at.runtime().now();
    static_cast<void>(co_await stored.wait());
    CHECK((*stored).has_value());
    CHECK(at->at.runtime().now() - start < 100ms);
    const outcome second = co_await ban(&at->kept, at->banned_for(2, 1h));
    CHECK(second.has_value());
    const outcome lifted = co_await unban(&at->kept, made.range);
    CHECK(lifted.has_value());
    CHECK(at->kept.bans().size() == 1);
  };
  on.play(script(&on));
}

TEST_CASE_TEMPLATE("of bans and unbans in one breath the last of a range counts, in memory and on the disk", Where,
                   on_sqlite, in_memory) {
  const Where where;
  {
    stage on{where.source()};
    auto script = [](stage* at) -> task<void> {
      at->kept.ban(at->banned_for(1, 1h), {});
      at->kept.unban(against(1).range, {});
      at->kept.ban(at->banned_for(2, 1h), {});
      at->kept.unban(against(2).range, {});
      at->kept.ban(at->banned_for(2, 2h), {});
      at->kept.ban(at->banned_for(3, 1h), {});
      at->kept.ban(at->banned_for(3, 3h), {});
      co_return;
    };
    on.play(script(&on));
  }
  stage again{where.source()};
  auto script = [](stage* at) -> task<void> {
    const auto list = at->kept.bans().list(at->at.runtime().wall_clock());
    REQUIRE(list.size() == 2);
    CHECK(list[0].range == against(2).range);
    CHECK(list[0].until - list[0].since == 2h);
    CHECK(list[1].until - list[1].since == 3h);
    co_return;
  };
  again.play(script(&again));
}

TEST_CASE_TEMPLATE("bans that have run out while nobody ran are not taken up again, and leave the store", Where,
                   on_sqlite, in_memory) {
  const Where where;
  {
    stage on{where.source()};
    auto script = [](stage* at) -> task<void> {
      at->kept.ban(at->banned_for(1, 1min), {});
      at->kept.ban(at->banned_for(2, 1h), {});
      co_return;
    };
    on.play(script(&on));
  }
  {
    stage later{where.source()};
    later.at.set_clock_offset(30min);
    auto script = [](stage* at) -> task<void> {
      CHECK(at->kept.bans().size() == 1);
      co_return;
    };
    later.play(script(&later));
  }
  CHECK(content_of(where).bans.size() == 1);
}

TEST_CASE("a full disk is spoken of once, its bans hold meanwhile and are stored when there is room") {
  support::imaginary_disk disk{"imaginary", true};
  {
    stage on{in_file("peers.db")};
    auto script = [](stage* at, support::imaginary_disk* under) -> task<void> {
      under->room = 0;
      const outcome failed = co_await ban(&at->kept, at->banned_for(1, 1h));
      CHECK_FALSE(failed.has_value());
      const outcome again = co_await ban(&at->kept, at->banned_for(2, 1h));
      CHECK_FALSE(again.has_value());
      CHECK(at->kept.bans().size() == 2);
      REQUIRE(at->said.size() == 1);
      CHECK(at->said[0].starts_with("peers and bans cannot be stored"));
      CHECK(at->kept.statistics().writes == 0);
      CHECK(at->kept.statistics().failures == 2);
      CHECK(at->kept.statistics().retries == 1);
      CHECK(at->kept.statistics().rows_waiting == 2);
      under->room = std::size_t(-1);
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), peer::limits::max_store_retry_delay + 1s));
      REQUIRE(at->said.size() == 2);
      CHECK(at->said[1] == "peers and bans are stored again");
      CHECK(at->kept.statistics().rows == 2);
      CHECK(at->kept.statistics().rows_waiting == 0);
    };
    on.play(script(&on, &disk));
  }
  CHECK(content_of_file("peers.db").bans.size() == 2);
}

TEST_CASE("a store that is moved away is spoken of before anybody needs it, and so is its return") {
  const support::temporary_folder folder;
  const std::string file = folder.file("peers.db");
  {
    stage on{in_file(file)};
    auto script = [](stage* at, std::string path) -> task<void> {
      CHECK(at->kept.statistics().in_sync);
      std::filesystem::rename(path, path + ".moved");
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), peer::limits::store_check_interval + 1s));
      CHECK_FALSE(at->kept.statistics().in_sync);
      REQUIRE(at->said.size() == 1);
      CHECK(at->said[0] == "peers and bans cannot be stored: the store's file has been moved or deleted");
      std::filesystem::rename(path + ".moved", path);
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), peer::limits::store_check_interval + 1s));
      CHECK(at->kept.statistics().in_sync);
      REQUIRE(at->said.size() == 2);
      CHECK(at->said[1] == "peers and bans are stored again");
      CHECK(at->kept.statistics().failures == 0);
    };
    on.play(script(&on, file));
    CHECK_FALSE(on.kept.statistics().in_sync);
  }
}

TEST_CASE("what could not be stored is spoken of when the keeper is closed") {
  const support::temporary_folder folder;
  const std::string file = folder.file("peers.db");
  stage on{in_file(file)};
  auto script = [](stage* at, std::string path) -> task<void> {
    std::filesystem::rename(path, path + ".moved");
    const outcome banned = co_await ban(&at->kept, at->banned_for(2, 1h));
    CHECK_FALSE(banned.has_value());
    CHECK(at->said.size() == 1);
  };
  on.play(script(&on, file));
  REQUIRE(on.said.size() == 2);
  CHECK(on.said[1] == "1 change could not be stored in " + file + ", and is lost");
}

TEST_CASE("who bans or keeps a transaction is not told that it is stored while the file is gone") {
  const support::temporary_folder folder;
  const std::string file = folder.file("peers.db");
  {
    stage on{in_file(file)};
    auto script = [](stage* at, std::string path) -> task<void> {
      const outcome before = co_await ban(&at->kept, at->banned_for(1, 1h));
      CHECK(before.has_value());
      std::filesystem::rename(path, path + ".moved");
      const outcome banned = co_await ban(&at->kept, at->banned_for(2, 1h));
      CHECK_FALSE(banned.has_value());
      const outcome lifted = co_await unban(&at->kept, against(1).range);
      CHECK_FALSE(lifted.has_value());
      oneshot<outcome> stored;
      at->kept.save_stem(samples::stem(1), peer_store::store_handler{stored});
      static_cast<void>(co_await stored.wait());
      CHECK_FALSE((*stored).has_value());
      CHECK_FALSE(at->kept.statistics().in_sync);
      CHECK(at->kept.bans().size() == 1);
      std::filesystem::rename(path + ".moved", path);
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), peer::limits::max_store_retry_delay + 1s));
      CHECK(at->kept.statistics().in_sync);
      CHECK(at->kept.statistics().rows_waiting == 0);
    };
    on.play(script(&on, file));
  }
  const peer::store_content content = content_of_file(file);
  REQUIRE(content.bans.size() == 1);
  CHECK(content.bans[0].range == against(2).range);
  CHECK(content.stems == std::vector{samples::stem(1)});
}

TEST_CASE("a keeper in memory has nothing to look at") {
  stage on{in_file(peer::in_memory_store)};
  auto script = [](stage* at) -> task<void> {
    const std::uint64_t before = at->world.events();
    static_cast<void>(co_await io::sleep_for(at->at.runtime(), 24h));
    CHECK(at->world.events() - before < 10);
    CHECK(at->kept.statistics().in_sync);
  };
  on.play(script(&on));
}

TEST_CASE("bans that have run out are cleared away when another is made, and counted") {
  stage on{in_file(peer::in_memory_store)};
  auto script = [](stage* at) -> task<void> {
    for (std::uint32_t n = 1; n != 4; ++n) static_cast<void>(co_await ban(&at->kept, at->banned_for(n, 1h)));
    static_cast<void>(co_await io::sleep_for(at->at.runtime(), 2h));
    static_cast<void>(co_await ban(&at->kept, at->banned_for(4, 1h)));
    CHECK(at->kept.bans().size() == 1);
    CHECK(at->kept.statistics().bans_expired == 3);
    CHECK(at->kept.statistics().bans_dropped == 0);
    CHECK(at->kept.statistics().rows == 3 + 1 + 3);
  };
  on.play(script(&on));
}

TEST_CASE_TEMPLATE(
    "a private transaction is on the disk when its maker is told so, and gone when it was dropped at any moment", Where,
    on_sqlite, in_memory) {
  const Where where;
  {
    stage on{where.source()};
    auto script = [](stage* at) -> task<void> {
      oneshot<result<void>> stored;
      at->kept.save_stem(samples::stem(1), peer::peer_store::store_handler{stored});
      static_cast<void>(co_await stored.wait());
      CHECK((*stored).has_value());
      oneshot<result<void>> never_written;
      at->kept.save_stem(samples::stem(2), peer::peer_store::store_handler{never_written});
      at->kept.drop_stem(samples::stem(2).kernel);
      static_cast<void>(co_await never_written.wait());
      CHECK((*never_written).has_value());
      at->kept.save_stem(samples::stem(3), {});
      co_await coro::yield();
      at->kept.drop_stem(samples::stem(3).kernel);  // while it is being written, or after that
      at->kept.save_stem(samples::stem(4), {});
      at->kept.drop_stem(samples::stem(4).kernel);
      at->kept.save_stem(samples::stem(4), {});
      CHECK(at->kept.statistics().rows_waiting == 0);
      CHECK(at->kept.statistics().writes == 0);  // what is private is not counted
    };
    on.play(script(&on));
  }
  CHECK(content_of(where).stems == std::vector{samples::stem(1), samples::stem(4)});
  {
    stage again{where.source()};
    auto script = [](stage* at) -> task<void> {
      CHECK(at->kept.restore_stems() == std::vector{samples::stem(1), samples::stem(4)});
      CHECK(at->kept.restore_stems().empty());
      at->kept.drop_stem(samples::stem(1).kernel);
      co_return;
    };
    again.play(script(&again));
  }
  CHECK(content_of(where).stems == std::vector{samples::stem(4)});
}

TEST_CASE("a store says when it was last written, while there is nothing else to be written, too") {
  const support::temporary_folder folder;
  const std::string file = folder.file("peers.db");
  io::wall_time ended;
  {
    stage on{in_file(file)};
    auto script = [](stage* at) -> task<void> {
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), 30 * 24h));
      CHECK(at->kept.statistics().writes == 0);  // that is no change
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

TEST_CASE_TEMPLATE(
    "a ban that is made before the store is read lasts as long as it should, whatever the store says of the time",
    Where, on_sqlite, in_memory) {
  const Where where;
  {
    stage{where.source()}.play([](stage*) -> task<void> { co_return; }(nullptr));
  }
  stage on{where.source(), 2};
  on.at.set_clock_offset(-400 * 24h);
  on.kept.ban(on.banned_for(1, 1h), {});
  auto script = [](stage* at) -> task<void> {
    REQUIRE(at->kept.bans().size() == 1);
    CHECK_FALSE(at->clock.trusted());
    const auto made = at->kept.bans().list(at->clock.now()).at(0);
    CHECK(std::chrono::abs(made.until - at->clock.now() - 1h) < 1s);
    static_cast<void>(co_await io::sleep_for(at->at.runtime(), 1h));
    CHECK(at->kept.bans().list(at->clock.now()).empty());
  };
  on.play(script(&on));
}

TEST_CASE_TEMPLATE("when the time is corrected all that is kept moves with it, in the store, too", Where, on_sqlite,
                   in_memory) {
  const Where where;
  {
    stage on{where.source()};
    on.at.set_clock_offset(400 * 24h);
    auto script = [](stage* at) -> task<void> {
      at->kept.book().add(address(1), address(2), at->clock.now());
      at->kept.ban(at->banned_for(1, 1min), {});
      at->kept.ban(at->banned_for(2, 3h), {});
      at->kept.save_stem(at->due_in(1, 2h), {});
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), 1h));
      at->kept.save_stem(at->due_in(2, 3h), {});  // is not in the file yet
      at->at.set_clock_offset({});
      at->clock.check();
      CHECK_FALSE(at->clock.trusted());
      CHECK(at->kept.bans().list(at->clock.now()).size() == 1);
      at->clock.trust();
      CHECK(at->clock.trusted());
      CHECK(std::chrono::abs(at->clock.now() - at->at.runtime().wall_clock()) < 1s);
      REQUIRE(at->kept.bans().list(at->clock.now()).size() == 1);
      CHECK(at->kept.bans().size() == 1);  // what has run out is not brought back
    };
    on.play(script(&on));
  }
  stage again{where.source(), 2};
  again.at.set_clock_offset(1h);
  auto script = [](stage* at) -> task<void> {
    CHECK(at->clock.trusted());
    const auto bans = at->kept.bans().list(at->clock.now());
    REQUIRE(bans.size() == 1);
    CHECK(bans[0].range == against(2).range);
    CHECK(std::chrono::abs(bans[0].until - at->clock.now() - 2h) < 1min);
    const auto* const heard = at->kept.book().find(address(1));
    REQUIRE(heard != nullptr);
    CHECK(std::chrono::abs(at->clock.now() - heard->last_seen - 1h) < 1min);
    at->clock.trust();
    at->at.set_clock_offset(-30 * 24h);
    at->clock.trust();  // before the stems are taken
    const auto stems = at->kept.restore_stems();
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

TEST_CASE("a keeper refuses a store that another has open") {
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
