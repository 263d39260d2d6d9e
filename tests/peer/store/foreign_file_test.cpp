// Files that are not stores of this library: refused and not changed.
#include <map>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <support/imaginary_disk.hpp>
#include <support/temporary_folder.hpp>

#include "peer/store/store_files.hpp"

namespace store_foreign_file_test {

using namespace samples;
using namespace store_files;
using peer::store_batch;
using peer::store_errc;
using support::temporary_folder;

namespace {

/// A connection of another program.
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

}  // namespace

TEST_CASE("an empty file is opened as a new store, with a warning") {
  const temporary_folder folder;
  put_bytes(folder.file("peers.db"), "");
  {
    auto made = opened(folder.file("peers.db"));
    CHECK(made.warning.find("was empty") != std::string::npos);
    CHECK(made.store->write(some_of_each(1)).has_value());
  }
  CHECK(opened(folder.file("peers.db")).content.bans.size() == 1);
}

TEST_CASE("a file that is not a database is refused and not changed, however short") {
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

TEST_CASE("a database of another program is refused and not changed, and neither are its journals") {
  for (const char* const made :
       {"CREATE TABLE mine (a)", "PRAGMA user_version = 1", "PRAGMA application_id = 1; CREATE TABLE setting (a)",
        "PRAGMA journal_mode = WAL; CREATE TABLE mine (a); INSERT INTO mine VALUES (1)"}) {
    CAPTURE(made);
    const temporary_folder folder;
    const temporary_folder copied;
    {
      other_program at_work{folder.file("other.db")};
      at_work.run(made);
      for (const auto& [name, bytes] : files_in(folder)) put_bytes(copied.file(name), bytes);  // as after a kill
    }
    const auto before = files_in(copied);
    check_refused(copied.file("other.db"), store_errc::foreign_file);
    CHECK(files_in(copied) == before);
  }
}

TEST_CASE("another program that has its database open keeps its locks") {
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

TEST_CASE("a store is recognized from its creation on, whatever happens to its journal") {
  const temporary_folder folder;
  const temporary_folder copied;
  auto made = opened(folder.file("peers.db"));
  store_batch sighting;  // it stays in the journal
  sighting.addresses.push_back(known(1));
  REQUIRE(made.store->write(sighting).has_value());
  put_bytes(copied.file("peers.db"), bytes_of(folder.file("peers.db")));
  CHECK(opened(copied.file("peers.db")).content.addresses.empty());
  put_bytes(copied.file("killed.db"), bytes_of(folder.file("peers.db")));
  put_bytes(copied.file("killed.db-wal"), bytes_of(folder.file("peers.db-wal")));
  CHECK(opened(copied.file("killed.db")).content.addresses.size() == 1);
}

}  // namespace store_foreign_file_test
