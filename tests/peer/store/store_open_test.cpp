// A SQLite store is opened or created, or refused.
#include <cstddef>
#include <string>

#include <doctest/doctest.h>
#include <support/imaginary_disk.hpp>
#include <support/temporary_folder.hpp>

#ifndef _WIN32
#include <csignal>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "peer/store/store_files.hpp"

namespace store_store_open_test {

using namespace samples;
using namespace store_files;
using peer::sqlite_store;
using peer::store_errc;
using support::imaginary_disk;
using support::temporary_folder;

namespace {

#ifndef _WIN32
/// Limits the size of files of this process while the object lives.
class files_limited {
public:
  explicit files_limited(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limited = before_;
    limited.rlim_cur = bytes;
    ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limited);
  }
  files_limited(const files_limited&) = delete;
  files_limited& operator=(const files_limited&) = delete;
  ~files_limited() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
  rlimit before_{};
};
#endif

}  // namespace

TEST_CASE("a text that is not a file name is refused, and no file is created") {
  const temporary_folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.file(""));
  for (const std::string& name : {std::string{}, std::string{"file:peers.db"}, std::string{"file::memory:"},
                                  std::string{"file:"}, std::string{"file:peers.db?mode=memory"},
                                  std::string{"file:///tmp/peers.db?vfs=unix-none"}, std::string{"peers\0.db", 9}}) {
    check_refused(name, store_errc::bad_name);
  }
  CHECK(files_in(folder).empty());
  static_cast<void>(opened(":memory"));
  static_cast<void>(opened("./file:peers.db"));
  fs::current_path(before);
  CHECK(fs::exists(folder.file(":memory")));
  CHECK(fs::exists(folder.file("file:peers.db")));
}

TEST_CASE("only one name is that of a store in memory") {
  const temporary_folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.file(""));
  auto made = opened(peer::in_memory_store);
  CHECK(made.store->write(some_of_each(2)).has_value());
  CHECK(made.store->check().has_value());
  fs::current_path(before);
  CHECK(files_in(folder).empty());
}

TEST_CASE("a store whose file cannot be created is refused") {
  const temporary_folder folder;
  put_bytes(folder.file("file"), "content");
  fs::create_directory(folder.file("folder"));
  const auto before = files_in(folder);
  check_refused(folder.file("no/such/folder/peers.db"), store_errc::unusable);
  check_refused(folder.file("file/peers.db"), store_errc::unusable);
  check_refused(folder.file("folder"), store_errc::not_a_file);
  check_refused(folder.file(""), store_errc::not_a_file);
#ifndef _WIN32
  fs::create_symlink("loop", folder.file("loop"));
  check_refused(folder.file("loop"), store_errc::unusable);
  fs::remove(folder.file("loop"));
  check_refused("/dev/null", store_errc::not_a_file);
  check_refused("/dev/zero", store_errc::not_a_file);
#endif
  CHECK(files_in(folder) == before);
}

TEST_CASE("a store on a read-only disk is refused, whether it exists or not") {
  imaginary_disk disk{"imaginary"};
  disk.read_only = true;
  check_refused("peers.db", store_errc::unusable, disk.name());
  disk.read_only = false;
  {
    const auto made = sqlite_store::open("peers.db", key(9), disk.name());
    REQUIRE(made.has_value());
    REQUIRE(made->store->write(some_of_each(50)).has_value());
  }
  const auto before = disk.files.at("peers.db").now;
  disk.read_only = true;
  check_refused("peers.db", store_errc::read_only, disk.name());
  CHECK(disk.files.at("peers.db").now == before);
  disk.read_only = false;
  const auto again = sqlite_store::open("peers.db", key(9), disk.name());
  REQUIRE(again.has_value());
  CHECK(again->warning.empty());
  CHECK(again->content.bans.size() == 50);
}

TEST_CASE("a new store without room on the disk is refused, and can be created when there is room") {
  imaginary_disk disk{"imaginary"};
  for (disk.room = 0; disk.room < 60'000; disk.room += 1'500) {
    const auto made = sqlite_store::open("peers.db", key(9), disk.name());
    CAPTURE(disk.room);
    if (made) continue;
    CHECK(made.error() == store_errc::disk_full);
    CHECK(made.error().message() == "no room on the disk");
  }
  CHECK(sqlite_store::open("peers.db", key(9), disk.name()).has_value());
}

TEST_CASE("a store whose creation was interrupted by a power failure, at any time, is created the next time") {
  std::size_t survived = 0;
  for (std::size_t moment = 0; survived == 0; ++moment) {
    REQUIRE(moment < 100);
    CAPTURE(moment);
    imaginary_disk disk{"imaginary"};
    disk.syncs_left = moment;
    {
      auto made = sqlite_store::open("peers.db", key(9), disk.name());
      if (made && made->store->write(some_of_each(3))) ++survived;
      disk.lose_power();
    }
    disk.restore_power();
    disk.syncs_left = std::size_t(-1);
    const auto again = sqlite_store::open("peers.db", key(9), disk.name());
    REQUIRE(again.has_value());
    CHECK(again->warning.empty());
    const std::size_t bans = again->content.bans.size();
    CHECK((bans == 3 || (bans == 0 && survived == 0)));
  }
}

#ifndef _WIN32
TEST_CASE("opening a store twice in one process does not release its lock for other processes") {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  const auto first = opened(file);
  check_refused(file, store_errc::in_use);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto elsewhere = sqlite_store::open(file, key(9));
    _exit(!elsewhere && elsewhere.error() == store_errc::in_use ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("a damaged store that cannot be replaced is refused and not changed") {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  REQUIRE(opened(file).store->write(some_of_each(200)).has_value());
  std::string damaged = bytes_of(file);
  constexpr std::size_t page = 4096;
  const auto is_leaf = [&damaged](std::size_t at) { return damaged[at] == 0x0a; };  // of an index or such a table
  std::size_t at = damaged.size() / 2 / page * page;
  while (!is_leaf(at)) at += page;
  damaged.replace(at, 100, 100, 'x');
  put_bytes(file, damaged);
  {
    const files_limited no_more{8'192};
    check_refused(file, store_errc::unusable);
  }
  CHECK(files_in(folder).size() == 1);
  CHECK(bytes_of(file) == damaged);
  const auto later = opened(file);
  CHECK(later.warning.find("is damaged") != std::string::npos);
  CHECK(later.content.bans.size() > 100);
}
#endif

}  // namespace store_store_open_test
