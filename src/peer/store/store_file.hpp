// The store's database file: which program owns it, and whether it is still in place since it was opened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <pappus/peer/store/store_errc.hpp>

namespace pappus::peer {

/// SQLite application id of a store, in the database header: "papp".
inline constexpr std::uint32_t store_application_id = 0x70617070;

/// Owner of a file.
enum class file_owner : std::uint8_t {
  nobody,   // there is no file, or it is empty
  us,       // by its header, whatever the state of the rest
  another,  // another program, or the header is too damaged to tell
};

/// Determines the owner by the file's header: reads no journal and writes nothing. Reads through the SQLite VFS `vfs`:
/// closing the file in any other way would, on POSIX, release the locks of every connection of this process that has it
/// open. Throws SQLite::Exception if the file exists and cannot be read.
[[nodiscard]] file_owner owner_of(const std::string& file, const char* vfs);

/// The file of an open store is not where it was (`file_moved`), or has been overwritten (`foreign_file`).
class file_lost : public SQLite::Exception {
public:
  file_lost(store_errc cause, const char* what) : SQLite::Exception(what), why(cause) {}

  store_errc why;
};

/// The database file and the write-ahead log of an open store.
class store_files {
public:
  /// `name`: the name that the store was opened with. A store in memory has no files to check. `connection` outlives
  /// this object.
  store_files(sqlite3* connection, const std::string& name);

  /// Throws `file_lost` if the next run of the node would not find what is written through the connection,
  /// because a file has been moved, deleted or overwritten.
  void expect_in_place();

private:
  /// Identity of the file at a path.
  struct identity {
    std::uint64_t device;
    std::uint64_t number;

    friend bool operator==(const identity&, const identity&) = default;
  };
  struct place {
    std::string path;
    std::optional<identity> file;  // nothing until a file has been found there
  };

  [[nodiscard]] static std::optional<identity> identity_at(const std::string& path);
  [[nodiscard]] static bool is_in(place& place);

  sqlite3* connection_;
  place database_;
  place journal_;
};

}  // namespace pappus::peer
