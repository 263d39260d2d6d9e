// One connection to the store's file, with its statements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include <pappus/peer/book/stored.hpp>

namespace pappus::peer {

/// All members throw SQLite::Exception.
class database {
public:
  /// Opens the file, and makes it a store if it is empty. Refuses one that is damaged.
  database(const std::string& file, const keyed_hash::key& fresh, const char* vfs);

  void write(const store_batch& batch);

  /// Refuses a store of which anything is missing or not as it was written.
  [[nodiscard]] store_content read();

private:
  struct statements {
    explicit statements(SQLite::Database& of);

    SQLite::Statement put_address;
    SQLite::Statement drop_address;
    SQLite::Statement digest_of_ban;
    SQLite::Statement put_ban;
    SQLite::Statement drop_ban;
    SQLite::Statement put_setting;
    SQLite::Statement put_anchor;
    SQLite::Statement put_stem;
    SQLite::Statement drop_stem;
  };

  void write_rows(const store_batch& batch);
  void put(const ban& added);
  void drop(const io::endpoint_range& whom);
  [[nodiscard]] std::int64_t digest_at(const io::endpoint_range& whom);
  void save_sum();

  struct prepared {
    prepared(SQLite::Database& connection, const keyed_hash::key& fresh);
  };

  SQLite::Database connection_;
  prepared prepared_;  // the tables are there before the statements are made
  statements statements_;
  std::uint64_t sum_of_bans_ = 0;  // as stored, of their digests
};

/// What can be read of a file, whatever its state, and how many rows could not.
struct salvaged {
  store_content content;
  std::size_t lost = 0;
  bool secret_found = false;
};
[[nodiscard]] salvaged salvage(const std::string& file, bool read_only, const char* vfs) noexcept;

}  // namespace pappus::peer
