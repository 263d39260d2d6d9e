// The form of the store's file: its tables, its versions, and how a connection to it is set up.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace pappus::peer::schema {

/// Written by a later version of the library.
class too_new : public SQLite::Exception {
public:
  using Exception::Exception;
};

/// Sets the connection up: it keeps others out, and does not wait for the disk unless it is told to.
void configure(SQLite::Database& connection);

/// Throws if the file is damaged, or no store, or a later version's.
void check(SQLite::Database& connection);

/// Makes the tables, or brings those of an earlier version up to date.
void migrate(SQLite::Database& connection);

}  // namespace pappus::peer::schema
