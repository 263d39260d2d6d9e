// Connection to the store's database file, with its prepared statements.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include <pappus/peer/store/records.hpp>

#include "store_file.hpp"

namespace pappus::peer {

/// All members throw SQLite::Exception.
class database {
public:
  /// Opens the file of a store, or creates one if `is_new`, with the secret `fresh`. Throws if the file is damaged.
  database(const std::string& file, bool is_new, const keyed_hash::key& fresh, const char* vfs);

  /// Writes a batch in one transaction. An urgent one is then in the database file, and on the disk.
  void write(const store_batch& batch);

  /// Throws if the file is no longer in place; see `store_files`.
  void expect_in_place() { files_.expect_in_place(); }

  /// Reads the entire content. Throws if a setting or a ban is missing, or if a row is malformed or differs from its
  /// digest.
  [[nodiscard]] store_content read();

private:
  struct statements {
    explicit statements(SQLite::Database& of);

    SQLite::Statement put_address;
    SQLite::Statement drop_address;
    SQLite::Statement put_host;
    SQLite::Statement drop_host;
    SQLite::Statement digest_of_ban;
    SQLite::Statement put_ban;
    SQLite::Statement drop_ban;
    SQLite::Statement put_setting;
    SQLite::Statement put_anchor;
    SQLite::Statement put_stem;
    SQLite::Statement drop_stem;
    SQLite::Statement find_stem;
  };

  void write_rows(const store_batch& batch);
  void put(const ban& added);
  void drop(const io::endpoint_range& range);
  void put(const stem_deadline& changed);
  [[nodiscard]] std::int64_t digest_at(const io::endpoint_range& range);
  template <std::size_t Size>
  void put_setting(const char* name, const std::array<std::byte, Size>& value);

  struct prepared {
    prepared(SQLite::Database& connection, bool is_new, const keyed_hash::key& fresh);
  };

  SQLite::Database connection_;
  prepared prepared_;  // creates the tables before the statements are prepared
  statements statements_;
  store_files files_;
  std::uint64_t sum_of_bans_ = 0;  // of the digests of all bans, as stored
};

/// Readable content of a damaged file, and the number of rows or other parts that are lost.
struct salvaged {
  store_content content;
  std::size_t lost = 0;
  bool secret_found = false;
};
[[nodiscard]] salvaged salvage(const std::string& file, const char* vfs) noexcept;

}  // namespace pappus::peer
