// One connection to the store's file, with its statements.
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
  /// Opens the file of a store, or makes a new one where there is none. Refuses one that is damaged.
  database(const std::string& file, bool is_new, const keyed_hash::key& fresh, const char* vfs);

  /// When an urgent batch is written it is in the file, and that on the disk.
  void write(const store_batch& batch);

  /// Refuses to go on without the file; see `store_files`.
  void expect_in_place() { files_.expect_in_place(); }

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
  void move_stems(io::wall_time::duration by);
  [[nodiscard]] std::int64_t digest_at(const io::endpoint_range& whom);
  template <std::size_t Size>
  void put_setting(const char* name, const std::array<std::byte, Size>& value);

  struct prepared {
    prepared(SQLite::Database& connection, bool is_new, const keyed_hash::key& fresh);
  };

  SQLite::Database connection_;
  prepared prepared_;  // the tables are there before the statements are made
  statements statements_;
  store_files files_;
  std::uint64_t sum_of_bans_ = 0;  // as stored, of their digests
};

/// What can be read of a damaged file, and how many rows could not.
struct salvaged {
  store_content content;
  std::size_t lost = 0;
  bool secret_found = false;
};
[[nodiscard]] salvaged salvage(const std::string& file, const char* vfs) noexcept;

}  // namespace pappus::peer
