// A transaction of an SQLite database.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace pappus::peer {

/// Rolled back by its destruction unless it was committed. The destructor of `SQLite::Transaction` makes an exception
/// if the rollback fails, for which there may be no memory.
class database_transaction {
public:
  explicit database_transaction(SQLite::Database& of) : of_(of) { of_.exec("BEGIN TRANSACTION"); }
  database_transaction(const database_transaction&) = delete;
  database_transaction& operator=(const database_transaction&) = delete;
  ~database_transaction() {
    if (!committed_) of_.tryExec("ROLLBACK TRANSACTION");
  }

  void commit() {
    of_.exec("COMMIT TRANSACTION");
    committed_ = true;
  }

private:
  SQLite::Database& of_;
  bool committed_ = false;
};

}  // namespace pappus::peer
