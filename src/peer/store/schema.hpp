// The form of the store's file: its tables, its versions, and how a connection to it is set up.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace pappus::peer::schema {

/// Written by a later version of the library.
class too_new : public SQLite::Exception {
public:
  using Exception::Exception;
};

/// Lets the connection keep others out, and believe nothing of what is in the file. Before all else.
void protect(SQLite::Database& connection);

/// Gives the file its journal; the connection does not wait for the disk unless it is told to. A new file is marked as
/// ours before that: so it can be told whose it is by itself, at any time. Throws if it cannot be written.
void configure(SQLite::Database& connection, bool is_new);

/// Throws if the file is damaged, or a later version's.
void check(SQLite::Database& connection);

/// Makes the tables, or brings those of an earlier version up to date.
void migrate(SQLite::Database& connection);

}  // namespace pappus::peer::schema
