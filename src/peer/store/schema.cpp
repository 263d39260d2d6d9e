#include "schema.hpp"

#include <array>
#include <string>

#include <sqlite3.h>

#include "database_transaction.hpp"
#include "store_file.hpp"

namespace pappus::peer::schema {
namespace {

// Each step migrates one version to the next. All look-ups are by primary key; apart from these, only whole tables are
// read.
constexpr std::array steps{
    R"(
CREATE TABLE setting (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE address (
  address BLOB NOT NULL PRIMARY KEY,  -- as in a message of the protocol
  source BLOB NOT NULL,
  state INTEGER NOT NULL,             -- 0 healthy, 2 defunct, 3 unknown; bans are another table's
  capabilities INTEGER NOT NULL,
  user_agent TEXT NOT NULL,
  heard INTEGER NOT NULL,             -- times in milliseconds since 1970, 0 for never
  attempted INTEGER NOT NULL,
  succeeded INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  tried INTEGER NOT NULL,
  bucket INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ban (
  first INTEGER NOT NULL,
  bits INTEGER NOT NULL,
  port INTEGER NOT NULL,
  cause INTEGER NOT NULL,             -- as in the protocol's BanReason
  author INTEGER NOT NULL,            -- 0 operator, 1 node
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  digest INTEGER NOT NULL,            -- of all the above
  PRIMARY KEY (first, bits, port)
) STRICT, WITHOUT ROWID;

CREATE TABLE anchor (place INTEGER PRIMARY KEY, address BLOB NOT NULL) STRICT;
)",
    R"(
CREATE TABLE stem (
  kernel BLOB NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL,           -- of the protocol, in which the body is written
  body BLOB NOT NULL,
  deadline INTEGER NOT NULL,
  digest INTEGER NOT NULL             -- of all the above
) STRICT;
)",
    R"(
CREATE TABLE ban_of_range (
  range TEXT NOT NULL PRIMARY KEY,    -- as the operator writes it: 10.0.0.0/8, [2001:db8::1]:3414
  cause INTEGER NOT NULL,             -- as in the protocol's BanReason
  author INTEGER NOT NULL,            -- 0 operator, 1 node
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  digest INTEGER NOT NULL             -- of all the above
) STRICT, WITHOUT ROWID;
)",
    R"(
CREATE TABLE host (
  address BLOB NOT NULL PRIMARY KEY,  -- that stands for the name
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)",
    R"(
ALTER TABLE stem ADD COLUMN rounds INTEGER NOT NULL DEFAULT 0;  -- of private broadcast; in the digest if not 0
)",
};

constexpr int version_of_ranges = 3;

/// What remains of that step when it has made the table.
void move_bans(SQLite::Database& connection) {
  connection.exec("INSERT INTO ban_of_range " + std::string{former_bans});
  connection.exec("DROP TABLE ban; ALTER TABLE ban_of_range RENAME TO ban");
}

int number(SQLite::Database& connection, const char* pragma) { return connection.execAndGet(pragma).getInt(); }

/// SQLite reports a read-only file system at once, but a header that forbids writing only after reading the header.
bool is_read_only(SQLite::Database& connection) noexcept {
  return sqlite3_db_readonly(connection.getHandle(), "main") == 1;
}

}  // namespace

void protect(SQLite::Database& connection) {
  connection.exec("PRAGMA locking_mode = EXCLUSIVE");  // before the journal is opened: avoids its shared memory
  connection.exec("PRAGMA trusted_schema = OFF");
  connection.exec("PRAGMA cell_size_check = ON");
}

void configure(SQLite::Database& connection, bool is_new) {
  if (is_read_only(connection)) throw SQLite::Exception("it is read-only", SQLITE_READONLY);
  static_cast<void>(number(connection, "PRAGMA schema_version"));
  if (is_read_only(connection)) throw SQLite::Exception("its header is damaged");
  connection.exec("PRAGMA synchronous = EXTRA");  // else the journals of the next steps may reappear after a power loss
  if (is_new) connection.exec("PRAGMA application_id = " + std::to_string(store_application_id));
  connection.exec("PRAGMA journal_mode = WAL");
  connection.exec("PRAGMA synchronous = NORMAL");
}

void check(SQLite::Database& connection) {
  const int version = number(connection, "PRAGMA user_version");
  if (version > static_cast<int>(steps.size())) throw too_new("it was written by a later version of pappus");
  const std::string verdict = connection.execAndGet("PRAGMA quick_check(1)").getString();
  if (verdict != "ok") throw SQLite::Exception(verdict);
}

bool has_former_bans(SQLite::Database& connection) {
  return number(connection, "PRAGMA user_version") < version_of_ranges;
}

bool has_former_stems(SQLite::Database& connection) {
  return number(connection, "SELECT count(*) FROM pragma_table_info('stem') WHERE name = 'rounds'") == 0;
}

void migrate(SQLite::Database& connection) {
  const auto version = static_cast<std::size_t>(number(connection, "PRAGMA user_version"));
  if (version == steps.size()) return;
  database_transaction all{connection};
  for (std::size_t step = version; step < steps.size(); ++step) {
    connection.exec(steps[step]);
    if (step + 1 == version_of_ranges) move_bans(connection);
  }
  connection.exec("PRAGMA user_version = " + std::to_string(steps.size()));
  all.commit();
}

}  // namespace pappus::peer::schema
