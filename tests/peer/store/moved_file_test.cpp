// A SQLite store whose file is moved, deleted, replaced or overwritten while it is open.
#include <functional>
#include <string>

#include <doctest/doctest.h>
#include <support/imaginary_disk.hpp>
#include <support/temporary_folder.hpp>

#include "peer/store/store_files.hpp"

namespace store_moved_file_test {

using namespace samples;
using namespace store_files;
using peer::store_batch;
using peer::store_errc;
using support::temporary_folder;

namespace {

/// Applies `happen` to a store with one ban, and checks that nothing can be stored afterwards, with the error `why`.
void check_notices(store_errc why, const std::function<void(const std::string& file)>& happen) {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  auto made = opened(file);
  REQUIRE(made.store->write(some_of_each(1)).has_value());
  REQUIRE(made.store->check().has_value());
  happen(file);
  store_batch sighting;
  sighting.addresses.push_back(known(7));
  for (const auto& outcome : {made.store->check(), made.store->write(some_of_each(2)), made.store->write(sighting)}) {
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().code == why);
  }
}

}  // namespace

TEST_CASE("storing a ban fails when the file has been moved, deleted or replaced") {
  check_notices(store_errc::file_moved, [](const std::string& file) { fs::rename(file, file + ".moved"); });
  check_notices(store_errc::file_moved, [](const std::string& file) { fs::remove(file); });
  check_notices(store_errc::file_moved, [](const std::string& file) { fs::remove(file + "-wal"); });
  check_notices(store_errc::file_moved,
                [](const std::string& file) { fs::rename(file + "-wal", file + "-wal.moved"); });
  check_notices(store_errc::file_moved, [](const std::string& file) {
    put_bytes(file + ".other", std::string(10'000, 'x'));
    fs::rename(file + ".other", file);
  });
  const auto folder_of = [](const std::string& file) { return fs::path{file}.parent_path().string(); };
  check_notices(store_errc::file_moved,
                [&](const std::string& file) { fs::rename(folder_of(file), folder_of(file) + ".moved"); });
  check_notices(store_errc::file_moved, [&](const std::string& file) { fs::remove_all(folder_of(file)); });
}

TEST_CASE("storing a ban in an overwritten file fails with foreign_file, not with file_moved") {
  for (const std::string& other : {std::string{}, std::string(10'000, 'x')}) {
    check_notices(store_errc::foreign_file, [&other](const std::string& file) { put_bytes(file, other); });
  }
}

TEST_CASE("a file that has replaced the store's file is not written") {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  const std::string notes(20'000, 'x');
  {
    auto made = opened(file);
    REQUIRE(made.store->write(some_of_each(100)).has_value());
    put_bytes(file, notes);
    CHECK_FALSE(made.store->write(some_of_each(200)).has_value());
    CHECK(bytes_of(file) == notes);
  }
  CHECK(bytes_of(file) == notes);
}

TEST_CASE("a file that was moved back is written again") {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  {
    auto made = opened(file);
    fs::rename(file, file + ".moved");
    CHECK_FALSE(made.store->write(some_of_each(3)).has_value());
    fs::rename(file + ".moved", file);
    CHECK(made.store->check().has_value());
    CHECK(made.store->write(some_of_each(3)).has_value());
  }
  CHECK(opened(file).content.bans.size() == 3);
}

TEST_CASE("a store opened by a link, or before a change of the working directory, is written") {
  const temporary_folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.file(""));
  auto made = opened("peers.db");
  fs::current_path(before);
  CHECK(made.store->write(some_of_each(1)).has_value());
  CHECK(fs::exists(folder.file("peers.db")));
#ifndef _WIN32
  made.store.reset();
  fs::create_directory(folder.file("elsewhere"));
  fs::create_symlink(folder.file("peers.db"), folder.file("elsewhere/link.db"));
  auto linked = opened(folder.file("elsewhere/link.db"));
  CHECK(linked.content.bans.size() == 1);
  CHECK(linked.store->write(some_of_each(2)).has_value());
  fs::remove(folder.file("elsewhere/link.db"));
  CHECK_FALSE(linked.store->write(some_of_each(3)).has_value());
#endif
}

}  // namespace store_moved_file_test
