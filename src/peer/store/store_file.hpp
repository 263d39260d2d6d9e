// The store's file as a file: whose it is, and whether it is still where it was when it was opened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <sqlite3.h>

namespace pappus::peer {

/// SQLite's application id of a store, in the header of the database: "papp".
inline constexpr std::uint32_t store_application_id = 0x70617070;

/// Whose a file is.
enum class file_owner : std::uint8_t {
  nobody,   // there is no file, or it is empty
  us,       // its header says so, whatever state the rest is in
  another,  // another program's, or so damaged that it cannot be told
};

/// By the first bytes alone: no journal is looked at, and nothing is written. Of SQLite's file systems, `vfs` is asked;
/// it must be one of these, since to close a file in any other way takes away the locks of whoever has it open in this
/// process (POSIX). Throws SQLite::Exception if the file is there and cannot be read.
[[nodiscard]] file_owner owner_of(const std::string& file, const char* vfs);

/// The file and the journal of an open store, for as long as that is open.
class store_files {
public:
  /// `name` is the file's, as the store was opened with. None if it is in memory.
  store_files(sqlite3* connection, const std::string& name);

  /// Throws SQLite::Exception if what is written through the connection does not go where the next run of the node
  /// will look for it, because a file has been moved, deleted or overwritten.
  void expect_in_place();

private:
  /// Which file a path leads to.
  struct identity {
    std::uint64_t device;
    std::uint64_t number;

    friend bool operator==(const identity&, const identity&) = default;
  };
  struct place {
    std::string path;
    std::optional<identity> file;  // nothing as long as none has been seen there
  };

  [[nodiscard]] static std::optional<identity> identity_at(const std::string& path);
  [[nodiscard]] static bool is_in(place& where);

  sqlite3* connection_;
  place database_;
  place journal_;
};

}  // namespace pappus::peer
