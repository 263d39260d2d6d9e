// A store keeps to its own file, and says `ok` only of what is in it.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <support/imaginary_disk.hpp>
#include <support/temporary_folder.hpp>

#ifndef _WIN32
#include <csignal>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "peer/store/samples.hpp"

namespace store_store_file_test {

using namespace samples;
using peer::sqlite_store;
using peer::store_batch;
using peer::store_errc;
using support::imaginary_disk;
using support::temporary_folder;

namespace {

namespace fs = std::filesystem;

void check_refused(const std::string& file, store_errc why, const char* vfs = nullptr) {
  CAPTURE(file);
  const auto refused = sqlite_store::open(file, key(9), vfs);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error() == why);
  const std::string text = refused.error().message();
  CHECK(text.find('\n') == text.npos);
}

peer::opened_store opened(const std::string& file) {
  auto given = sqlite_store::open(file, key(9));
  REQUIRE(given.has_value());
  return *std::move(given);
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void put_bytes(const fs::path& file, std::string_view bytes) {
  std::ofstream out{file, std::ios::binary | std::ios::trunc};
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// All files of a folder, byte for byte.
std::map<std::string, std::string> files_in(const temporary_folder& folder) {
  std::map<std::string, std::string> all;
  for (const auto& each : fs::directory_iterator{folder.file("")}) {
    all.emplace(each.path().filename().string(), each.is_regular_file() ? bytes_of(each.path()) : "");
  }
  return all;
}

/// A connection of another program's.
class other_program {
public:
  explicit other_program(const std::string& file) {
    REQUIRE(sqlite3_open_v2(file.c_str(), &connection_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr) ==
            SQLITE_OK);
  }
  other_program(const other_program&) = delete;
  other_program& operator=(const other_program&) = delete;
  ~other_program() { sqlite3_close(connection_); }

  void run(const char* statements) {
    REQUIRE(sqlite3_exec(connection_, statements, nullptr, nullptr, nullptr) == SQLITE_OK);
  }

private:
  sqlite3* connection_ = nullptr;
};

/// Has `happen` come over a store with one ban in it, and expects that nothing can be stored from then on, because of
/// `why`.
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

#ifndef _WIN32
/// While it lives no file of this process grows beyond so many bytes.
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

TEST_CASE("what is not the name of a file is no store, and nothing is made of it") {
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

TEST_CASE("only one name stands for a store without a file") {
  const temporary_folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.file(""));
  auto made = opened(peer::in_memory_store);
  CHECK(made.store->write(some_of_each(2)).has_value());
  CHECK(made.store->check().has_value());
  fs::current_path(before);
  CHECK(files_in(folder).empty());
}

TEST_CASE("where no file can be made there is no store") {
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

TEST_CASE("a store on a disk that cannot be written is refused, be it there or to be made") {
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
  CHECK(again->trouble.empty());
  CHECK(again->content.bans.size() == 50);
}

TEST_CASE("a new store that a disk has no room for is refused, and can be made when there is room") {
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

TEST_CASE("a store that was being made when the power failed, at any moment, is made the next time") {
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
    CHECK(again->trouble.empty());
    const std::size_t bans = again->content.bans.size();
    CHECK((bans == 3 || (bans == 0 && survived == 0)));
  }
}

TEST_CASE("an empty file is taken for a new store, with a word, for it may have been one") {
  const temporary_folder folder;
  put_bytes(folder.file("peers.db"), "");
  {
    auto made = opened(folder.file("peers.db"));
    CHECK(made.trouble.find("was empty") != std::string::npos);
    CHECK(made.store->write(some_of_each(1)).has_value());
  }
  CHECK(opened(folder.file("peers.db")).content.bans.size() == 1);
}

TEST_CASE("a file that is no database is refused and not touched, however short") {
  const temporary_folder folder;
  const std::string file = folder.file("notes.txt");
  const std::string_view magic{"SQLite format 3\0", 16};
  for (const std::string& text : {std::string{"x"}, std::string{"my notes\n"}, std::string(511, 'x'),
                                  std::string(5'000, 'x'), std::string(8'192, '\0'), std::string{magic}}) {
    put_bytes(file, text);
    check_refused(file, store_errc::foreign_file);
    CHECK(files_in(folder) == std::map<std::string, std::string>{{"notes.txt", text}});
  }
}

TEST_CASE("a database of another program's is refused and not touched, nor are its journals") {
  for (const char* const made :
       {"CREATE TABLE mine (a)", "PRAGMA user_version = 1", "PRAGMA application_id = 1; CREATE TABLE setting (a)",
        "PRAGMA journal_mode = WAL; CREATE TABLE mine (a); INSERT INTO mine VALUES (1)"}) {
    CAPTURE(made);
    const temporary_folder folder;
    const temporary_folder copied;
    {
      other_program at_work{folder.file("other.db")};
      at_work.run(made);
      for (const auto& [name, bytes] : files_in(folder)) put_bytes(copied.file(name), bytes);  // as a kill leaves it
    }
    const auto before = files_in(copied);
    check_refused(copied.file("other.db"), store_errc::foreign_file);
    CHECK(files_in(copied) == before);
  }
}

TEST_CASE("a database of another program's that has it open keeps its locks") {
  const temporary_folder folder;
  const std::string file = folder.file("other.db");
  other_program at_work{file};
  at_work.run("CREATE TABLE mine (a); BEGIN EXCLUSIVE; INSERT INTO mine VALUES (1)");
  check_refused(file, store_errc::foreign_file);
  at_work.run("COMMIT");
  const std::string before = bytes_of(file);
  check_refused(file, store_errc::foreign_file);
  CHECK(bytes_of(file) == before);
}

TEST_CASE("a store is known for ours from its first moment, whatever has become of its journal") {
  const temporary_folder folder;
  const temporary_folder copied;
  auto made = opened(folder.file("peers.db"));
  store_batch sighting;  // which stays in the journal
  sighting.addresses.push_back(known(1));
  REQUIRE(made.store->write(sighting).has_value());
  put_bytes(copied.file("peers.db"), bytes_of(folder.file("peers.db")));
  CHECK(opened(copied.file("peers.db")).content.addresses.empty());
  put_bytes(copied.file("killed.db"), bytes_of(folder.file("peers.db")));
  put_bytes(copied.file("killed.db-wal"), bytes_of(folder.file("peers.db-wal")));
  CHECK(opened(copied.file("killed.db")).content.addresses.size() == 1);
}

TEST_CASE("a ban is not said to be stored when its file has been moved, deleted or replaced") {
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

TEST_CASE("a ban is not said to be stored when its file has been overwritten, and the store is not said to be moved") {
  for (const std::string& other : {std::string{}, std::string(10'000, 'x')}) {
    check_notices(store_errc::foreign_file, [&other](const std::string& file) { put_bytes(file, other); });
  }
}

TEST_CASE("what has taken the place of a store's file is not written to") {
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

TEST_CASE("a file that is back in its place is written again") {
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

TEST_CASE("a store that is found by another way, or after a change of folder, is in its place") {
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

#ifndef _WIN32
TEST_CASE("who is refused a store that is open in his own process does not open it to other processes") {
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

TEST_CASE("a damaged store for which no new one can be made is refused, and lies where it was") {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  REQUIRE(opened(file).store->write(some_of_each(200)).has_value());
  std::string damaged = bytes_of(file);
  damaged.replace(damaged.size() / 2, 100, 100, 'x');
  put_bytes(file, damaged);
  {
    const files_limited no_more{8'192};
    check_refused(file, store_errc::unusable);
  }
  CHECK(files_in(folder).size() == 1);
  CHECK(bytes_of(file) == damaged);
  const auto later = opened(file);
  CHECK(later.trouble.find("is damaged") != std::string::npos);
  CHECK(later.content.bans.size() > 100);
}
#endif

}  // namespace store_store_file_test
