// A peer store whose file is missing, or on a full disk.
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/imaginary_disk.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/coro/oneshot.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/store/limits.hpp>

#include "peer/store/samples.hpp"
#include "peer/store/stage.hpp"
#include "peer/store/stores.hpp"

namespace store_peer_store_file_test {

using namespace samples;
using namespace stores;
using namespace std::chrono_literals;

TEST_CASE("a full disk is logged once; bans hold meanwhile, and are stored when there is room") {
  support::imaginary_disk disk{"imaginary", true};
  {
    stage on{in_file("peers.db")};
    auto script = [](stage* at, support::imaginary_disk* under) -> task<void> {
      under->room = 0;
      const outcome failed = co_await ban(&at->store, at->banned_for(1, 1h));
      CHECK_FALSE(failed.has_value());
      const outcome again = co_await ban(&at->store, at->banned_for(2, 1h));
      CHECK_FALSE(again.has_value());
      CHECK(at->store.bans().size() == 2);
      REQUIRE(at->logged.size() == 1);
      CHECK(at->logged[0].starts_with("peers and bans cannot be stored"));
      CHECK(at->store.statistics().writes == 0);
      CHECK(at->store.statistics().failures == 2);
      CHECK(at->store.statistics().retries == 1);
      CHECK(at->store.statistics().rows_waiting == 2);
      under->room = std::size_t(-1);
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), peer::limits::max_store_retry_delay + 1s));
      REQUIRE(at->logged.size() == 2);
      CHECK(at->logged[1] == "peers and bans are stored again");
      CHECK(at->store.statistics().rows == 2);
      CHECK(at->store.statistics().rows_waiting == 0);
    };
    on.play(script(&on, &disk));
  }
  CHECK(content_of_file("peers.db").bans.size() == 2);
}

TEST_CASE("a moved file is logged before the next write, and so is its return") {
  const support::temporary_folder folder;
  const std::string file = folder.file("peers.db");
  {
    stage on{in_file(file)};
    auto script = [](stage* at, std::string path) -> task<void> {
      CHECK(at->store.statistics().in_sync);
      std::filesystem::rename(path, path + ".moved");
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), peer::limits::store_check_interval + 1s));
      CHECK_FALSE(at->store.statistics().in_sync);
      REQUIRE(at->logged.size() == 1);
      CHECK(at->logged[0] == "peers and bans cannot be stored: the store's file has been moved or deleted");
      std::filesystem::rename(path + ".moved", path);
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), peer::limits::store_check_interval + 1s));
      CHECK(at->store.statistics().in_sync);
      REQUIRE(at->logged.size() == 2);
      CHECK(at->logged[1] == "peers and bans are stored again");
      CHECK(at->store.statistics().failures == 0);
    };
    on.play(script(&on, file));
    CHECK_FALSE(on.store.statistics().in_sync);
  }
}

TEST_CASE("changes that could not be stored are logged when the peer store is closed") {
  const support::temporary_folder folder;
  const std::string file = folder.file("peers.db");
  stage on{in_file(file)};
  auto script = [](stage* at, std::string path) -> task<void> {
    std::filesystem::rename(path, path + ".moved");
    const outcome banned = co_await ban(&at->store, at->banned_for(2, 1h));
    CHECK_FALSE(banned.has_value());
    CHECK(at->logged.size() == 1);
  };
  on.play(script(&on, file));
  REQUIRE(on.logged.size() == 2);
  CHECK(on.logged[1] == "1 change could not be stored in " + file + ", and is lost");
}

TEST_CASE("bans and private transactions are not acknowledged while the file is missing") {
  const support::temporary_folder folder;
  const std::string file = folder.file("peers.db");
  {
    stage on{in_file(file)};
    auto script = [](stage* at, std::string path) -> task<void> {
      const outcome before = co_await ban(&at->store, at->banned_for(1, 1h));
      CHECK(before.has_value());
      std::filesystem::rename(path, path + ".moved");
      const outcome banned = co_await ban(&at->store, at->banned_for(2, 1h));
      CHECK_FALSE(banned.has_value());
      const outcome lifted = co_await unban(&at->store, against(1).range);
      CHECK_FALSE(lifted.has_value());
      oneshot<outcome> stored;
      at->store.save_stem(samples::stem(1), peer_store::store_handler{stored});
      static_cast<void>(co_await stored.wait());
      CHECK_FALSE((*stored).has_value());
      CHECK_FALSE(at->store.statistics().in_sync);
      CHECK(at->store.bans().size() == 1);
      std::filesystem::rename(path + ".moved", path);
      static_cast<void>(co_await io::sleep_for(at->at.runtime(), peer::limits::max_store_retry_delay + 1s));
      CHECK(at->store.statistics().in_sync);
      CHECK(at->store.statistics().rows_waiting == 0);
    };
    on.play(script(&on, file));
  }
  const peer::store_content content = content_of_file(file);
  REQUIRE(content.bans.size() == 1);
  CHECK(content.bans[0].range == against(2).range);
  CHECK(content.stems == std::vector{samples::stem(1)});
}

}  // namespace store_peer_store_file_test
