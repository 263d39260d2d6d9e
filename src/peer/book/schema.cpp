#include "schema.hpp"

#include <array>
#include <string>

namespace pappus::peer::schema {
namespace {

constexpr int application_id = 0x70617070;  // "papp"

// Each step leads from one version to the next. All look-ups are by primary key; what is asked for besides is all of a
// table, at the start.
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
};

int number(SQLite::Database& connection, const char* pragma) { return connection.execAndGet(pragma).getInt(); }

}  // namespace

void configure(SQLite::Database& connection) {
  connection.exec("PRAGMA locking_mode = EXCLUSIVE");  // before the journal's mode: then there is no shared memory
  connection.exec("PRAGMA synchronous = EXTRA");  // or the journal of the next step may come back after a power loss
  connection.exec("PRAGMA journal_mode = WAL");
  connection.exec("PRAGMA synchronous = NORMAL");
  connection.exec("PRAGMA trusted_schema = OFF");
  connection.exec("PRAGMA cell_size_check = ON");
}

void check(SQLite::Database& connection) {
  const int version = number(connection, "PRAGMA user_version");
  const int application = number(connection, "PRAGMA application_id");
  if (version == 0 && application == 0 && number(connection, "SELECT count(*) FROM sqlite_schema") == 0) return;
  if (application != application_id) throw SQLite::Exception("it is no store of peers");
  if (version > static_cast<int>(steps.size())) throw too_new("it was written by a later version of pappus");
  const std::string verdict = connection.execAndGet("PRAGMA quick_check(1)").getString();
  if (verdict != "ok") throw SQLite::Exception(verdict);
}

void migrate(SQLite::Database& connection) {
  const auto version = static_cast<std::size_t>(number(connection, "PRAGMA user_version"));
  if (version == steps.size()) return;
  SQLite::Transaction all{connection};
  for (std::size_t step = version; step < steps.size(); ++step) connection.exec(steps[step]);
  connection.exec("PRAGMA application_id = " + std::to_string(application_id));
  connection.exec("PRAGMA user_version = " + std::to_string(steps.size()));
  all.commit();
}

}  // namespace pappus::peer::schema
