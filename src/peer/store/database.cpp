#include "database.hpp"

#include <array>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <pappus/wire/endian.hpp>

#include "database_transaction.hpp"
#include "rows.hpp"
#include "schema.hpp"

namespace pappus::peer {
namespace {

constexpr const char* secret = "secret";     // names of settings
constexpr const char* sum_of_bans = "bans";  // sum of their digests
constexpr const char* last_written = "time";
constexpr int no_wait = 0;

constexpr const char* all_addresses =
    "SELECT address, source, capabilities, user_agent, heard, attempted, succeeded, attempts, failures, tried"
    " FROM address";
constexpr const char* all_hosts = "SELECT address, name FROM host";
constexpr const char* all_bans = "SELECT range, cause, author, since, until, digest FROM ban";
constexpr const char* all_stems = "SELECT kernel, version, body, deadline, digest, rounds FROM stem ORDER BY kernel";
constexpr const char* all_anchors = "SELECT address FROM anchor ORDER BY place";

/// Resets a statement for its next use, also after a failure: without a reset it accepts no parameters.
class reset_afterwards {
public:
  explicit reset_afterwards(SQLite::Statement& used) noexcept : used_(used) {}
  reset_afterwards(const reset_afterwards&) = delete;
  reset_afterwards& operator=(const reset_afterwards&) = delete;
  ~reset_afterwards() { used_.tryReset(); }

private:
  SQLite::Statement& used_;
};

/// Runs a statement that returns no rows.
void run(SQLite::Statement& ready) {
  const reset_afterwards always{ready};
  ready.exec();
}
template <class Row>
void run_with(SQLite::Statement& ready, const Row& parameters) {
  rows::bind(ready, 1, parameters);
  run(ready);
}

template <std::size_t Size>
std::array<std::byte, Size> setting(SQLite::Database& connection, const char* name) {
  SQLite::Statement query{connection, "SELECT value FROM setting WHERE name = ?"};
  query.bind(1, name);
  if (!query.executeStep()) throw SQLite::Exception(std::string{"the store lacks its "} + name);
  const SQLite::Column column = query.getColumn(0);
  std::array<std::byte, Size> value{};
  if (column.getBytes() != static_cast<int>(Size)) throw SQLite::Exception("a setting in the store is cut");
  std::memcpy(value.data(), column.getBlob(), Size);
  return value;
}

/// Nothing if it was never written.
std::optional<io::wall_time> stored_time(SQLite::Database& connection) {
  SQLite::Statement query{connection, "SELECT 1 FROM setting WHERE name = ?"};
  query.bind(1, last_written);
  if (!query.executeStep()) return std::nullopt;
  const auto time = rows::unseal(setting<16>(connection, last_written));
  if (!time) throw SQLite::Exception("the time in the store is not as written");
  return time;
}

std::uint64_t stored_sum(SQLite::Database& connection) {
  return wire::load_big_endian<std::uint64_t>(setting<8>(connection, sum_of_bans).data());
}

/// Nothing if the row is damaged.
std::optional<stem_transaction> undamaged_stem(SQLite::Statement& row) {
  try {
    return rows::read_stem(row);
  } catch (const SQLite::Exception&) {
    return std::nullopt;
  }
}

/// Calls `take` for each row, and `damaged` if it throws SQLite::Exception.
template <class Take, class Damaged>
void each_row(SQLite::Database& connection, const char* query, Take take, Damaged damaged) {
  SQLite::Statement rows{connection, query};
  while (rows.executeStep()) {
    try {
      take(rows);
    } catch (const SQLite::Exception&) {
      damaged();
    }
  }
}

/// Reads the tables; returns the sum of the bans' digests. Calls `damaged` for each unreadable row.
template <class Damaged>
std::uint64_t read_tables(SQLite::Database& connection, store_content& into, Damaged damaged) {
  std::uint64_t sum = 0;
  const auto take_ban = [&](SQLite::Statement& row) {
    into.bans.push_back(rows::read_ban(row));
    sum += static_cast<std::uint64_t>(rows::digest(into.bans.back()));
  };
  each_row(connection, schema::has_former_bans(connection) ? schema::former_bans : all_bans, take_ban, damaged);
  const auto take_anchor = [&](SQLite::Statement& row) {
    into.anchors.push_back(rows::read_address(row.getColumn(0)));
  };
  each_row(connection, all_anchors, take_anchor, damaged);
  const auto take_stem = [&](SQLite::Statement& row) { into.stems.push_back(rows::read_stem(row)); };
  const char* const stems = schema::has_former_stems(connection) ? schema::former_stems : all_stems;
  if (connection.tableExists("stem")) each_row(connection, stems, take_stem, damaged);  // not before version 2
  const auto take_address = [&](SQLite::Statement& row) { into.addresses.push_back(rows::read_known_address(row)); };
  each_row(connection, all_addresses, take_address, damaged);
  const auto take_host = [&](SQLite::Statement& row) { into.hosts.push_back(rows::read_host(row)); };
  if (connection.tableExists("host")) each_row(connection, all_hosts, take_host, damaged);  // not before version 4
  return sum;
}

/// Makes each commit wait for the disk while this object lives.
class in_full {
public:
  explicit in_full(SQLite::Database& connection) : connection_(connection) {
    connection_.exec("PRAGMA synchronous = FULL");
  }
  in_full(const in_full&) = delete;
  in_full& operator=(const in_full&) = delete;
  ~in_full() { connection_.tryExec("PRAGMA synchronous = NORMAL"); }

private:
  SQLite::Database& connection_;
};

}  // namespace

database::prepared::prepared(SQLite::Database& connection, bool is_new, const keyed_hash::key& fresh) {
  schema::protect(connection);
  schema::configure(connection, is_new);
  schema::check(connection);
  schema::migrate(connection);
  SQLite::Statement first{connection, "INSERT OR IGNORE INTO setting VALUES (?, ?)"};
  first.bind(1, secret);
  first.bind(2, fresh.data(), static_cast<int>(fresh.size()));
  run(first);
  const auto nothing = wire::to_big_endian(std::uint64_t{0});
  first.bind(1, sum_of_bans);
  first.bind(2, nothing.data(), static_cast<int>(nothing.size()));
  run(first);
}

database::statements::statements(SQLite::Database& of)
    : put_address(of, "INSERT OR REPLACE INTO address VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      drop_address(of, "DELETE FROM address WHERE address = ?"),
      put_host(of, "INSERT OR REPLACE INTO host VALUES (?, ?)"),
      drop_host(of, "DELETE FROM host WHERE address = ?"),
      digest_of_ban(of, "SELECT digest FROM ban WHERE range = ?"),
      put_ban(of, "INSERT OR REPLACE INTO ban VALUES (?, ?, ?, ?, ?, ?)"),
      drop_ban(of, "DELETE FROM ban WHERE range = ?"),
      put_setting(of, "INSERT OR REPLACE INTO setting VALUES (?, ?)"),
      put_anchor(of, "INSERT INTO anchor (address) VALUES (?)"),
      put_stem(of, "INSERT OR REPLACE INTO stem VALUES (?, ?, ?, ?, ?, ?)"),
      drop_stem(of, "DELETE FROM stem WHERE kernel = ?"),
      find_stem(of, "SELECT kernel, version, body, deadline, digest, rounds FROM stem WHERE kernel = ?") {}

database::database(const std::string& file, bool is_new, const keyed_hash::key& fresh, const char* vfs)
    : connection_(file, SQLite::OPEN_READWRITE | (is_new ? SQLite::OPEN_CREATE : 0), no_wait,
                  vfs == nullptr ? "" : vfs),
      prepared_(connection_, is_new, fresh),
      statements_(connection_),
      files_(connection_.getHandle(), file),
      sum_of_bans_(stored_sum(connection_)) {}

store_content database::read() {
  store_content content;
  content.secret = setting<std::tuple_size_v<keyed_hash::key>>(connection_, secret);
  content.written = stored_time(connection_);
  const auto refuse = [] { throw SQLite::Exception("a row of the store is not as written"); };
  if (read_tables(connection_, content, refuse) != stored_sum(connection_)) {
    throw SQLite::Exception("bans are missing from the store");
  }
  return content;
}

/// An urgent batch is checkpointed from the write-ahead log into the database file at once, because SQLite silently
/// ignores a log from the place on where it is later truncated or damaged. The files must be in place before the write,
/// or others may be written to, and after it, or the data on the disk cannot be found.
void database::write(const store_batch& batch) {
  expect_in_place();
  if (batch.urgent()) {
    const in_full meanwhile{connection_};
    write_rows(batch);
    const bool busy = connection_.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() != 0;
    if (busy) throw SQLite::Exception("the store's journal cannot be emptied");
  } else {
    write_rows(batch);
  }
  expect_in_place();
}

void database::write_rows(const store_batch& batch) {
  const std::uint64_t sum_before = sum_of_bans_;
  try {
    database_transaction all{connection_};
    for (const address_info& each : batch.addresses) run_with(statements_.put_address, each);
    for (const named_host& each : batch.hosts) run_with(statements_.put_host, each);
    for (const wire::peer_address& each : batch.removed_addresses) {
      run_with(statements_.drop_address, each);
      if (each.ip.is_named()) run_with(statements_.drop_host, each);
    }
    for (const io::endpoint_range& each : batch.unbanned) drop(each);
    for (const ban& each : batch.banned) put(each);
    if (batch.urgent()) put_setting(sum_of_bans, wire::to_big_endian(sum_of_bans_));
    if (batch.written) put_setting(last_written, rows::seal(*batch.written));
    if (batch.anchors) {
      connection_.exec("DELETE FROM anchor");
      for (const wire::peer_address& each : *batch.anchors) run_with(statements_.put_anchor, each);
    }
    for (const wire::hash& each : batch.removed_stems) run_with(statements_.drop_stem, each);
    for (const stem_deadline& each : batch.deadlines) put(each);
    for (const stem_transaction& each : batch.stems) run_with(statements_.put_stem, each);
    all.commit();
  } catch (...) {
    sum_of_bans_ = sum_before;
    throw;
  }
}

void database::put(const ban& added) {
  sum_of_bans_ += static_cast<std::uint64_t>(rows::digest(added)) - static_cast<std::uint64_t>(digest_at(added.range));
  run_with(statements_.put_ban, added);
}

void database::drop(const io::endpoint_range& range) {
  sum_of_bans_ -= static_cast<std::uint64_t>(digest_at(range));
  run_with(statements_.drop_ban, range);
}

/// A damaged row stays as it is; the next `read` of the store detects it.
void database::put(const stem_deadline& changed) {
  std::optional<stem_transaction> stem;
  {
    SQLite::Statement& query = statements_.find_stem;
    const reset_afterwards always{query};
    rows::bind(query, 1, changed.kernel);
    if (query.executeStep()) stem = undamaged_stem(query);
  }
  if (!stem) return;
  stem->deadline = changed.deadline;
  stem->rounds = changed.rounds;
  run_with(statements_.put_stem, *stem);
}

/// Zero if there is no such ban.
std::int64_t database::digest_at(const io::endpoint_range& range) {
  SQLite::Statement& query = statements_.digest_of_ban;
  const reset_afterwards always{query};
  rows::bind(query, 1, range);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

template <std::size_t Size>
void database::put_setting(const char* name, const std::array<std::byte, Size>& value) {
  statements_.put_setting.bind(1, name);
  statements_.put_setting.bind(2, value.data(), static_cast<int>(value.size()));
  run(statements_.put_setting);
}

salvaged salvage(const std::string& file, const char* vfs) noexcept {
  salvaged found;
  try {
    SQLite::Database connection{file, SQLite::OPEN_READWRITE, no_wait, vfs == nullptr ? "" : vfs};
    schema::protect(connection);
    try {
      found.content.secret = setting<std::tuple_size_v<keyed_hash::key>>(connection, secret);
      found.secret_found = true;
    } catch (const SQLite::Exception&) {
      ++found.lost;
    }
    try {
      found.content.written = stored_time(connection);
    } catch (const SQLite::Exception&) {
      ++found.lost;
    }
    const std::uint64_t sum = read_tables(connection, found.content, [&found] { ++found.lost; });
    if (sum != stored_sum(connection)) ++found.lost;
  } catch (const std::exception&) {
    ++found.lost;
  }
  return found;
}

}  // namespace pappus::peer
