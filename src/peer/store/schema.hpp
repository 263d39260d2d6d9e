// Schema of the store: its tables, their versions, and the set-up of a connection.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace pappus::peer::schema {

/// The bans of a file that a version before the third has written, with the columns that they have now.
inline constexpr const char* former_bans =
    "SELECT (first >> 24) || '.' || (first >> 16 & 255) || '.' || (first >> 8 & 255) || '.' || (first & 255) || "
    "iif(bits = 32, '', '/' || bits) || iif(port = 0, '', ':' || port), cause, author, since, until, digest FROM ban";

/// Whether a version before the third has written the file, or it holds nothing yet.
[[nodiscard]] bool has_former_bans(SQLite::Database& connection);

/// The transactions of a file that a version before the fifth has written, with the columns that they have now.
inline constexpr const char* former_stems =
    "SELECT kernel, version, body, deadline, digest, 0 FROM stem ORDER BY kernel";

/// Whether a version before the fifth has written the file, or it holds nothing yet.
[[nodiscard]] bool has_former_stems(SQLite::Database& connection);

/// The store was written by a later version of the library.
class too_new : public SQLite::Exception {
public:
  using Exception::Exception;
};

/// Sets exclusive locking, and makes the connection distrust the content of the file. To be called first.
void protect(SQLite::Database& connection);

/// Sets the write-ahead log, and commits that do not wait for the disk by default. A new file gets the application id
/// before that, so that the database file alone identifies the store at any time. Throws if the file is read-only.
void configure(SQLite::Database& connection, bool is_new);

/// Throws if the file is damaged, or `too_new` if a later version wrote it.
void check(SQLite::Database& connection);

/// Creates the tables, or migrates those of an earlier version.
void migrate(SQLite::Database& connection);

}  // namespace pappus::peer::schema
