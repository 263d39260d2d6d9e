#include "store_file.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include <pappus/wire/endian.hpp>

namespace pappus::peer {
namespace {

/// Start of a database file (www.sqlite.org/fileformat2.html, 1.3), up to the end of the application id.
constexpr std::string_view magic{"SQLite format 3\0", 16};
constexpr std::size_t application_id_at = 68;
using file_header = std::array<std::byte, application_id_at + sizeof(std::uint32_t)>;

bool is_ours(const file_header& read) noexcept {
  return std::memcmp(read.data(), magic.data(), magic.size()) == 0 &&
         wire::load_big_endian<std::uint32_t>(read.data() + application_id_at) == store_application_id;
}

/// A shorter file is padded with zeros.
file_header read_header(sqlite3_file* from) {
  file_header read{};
  const int failed = from->pMethods->xRead(from, read.data(), static_cast<int>(read.size()), 0);
  if (failed != SQLITE_OK && failed != SQLITE_IOERR_SHORT_READ) throw SQLite::Exception(sqlite3_errstr(failed), failed);
  return read;
}

/// A file opened for reading through a VFS, not as a database.
class plain_file {
public:
  plain_file(sqlite3_vfs& on, const std::string& name)
      : memory_(static_cast<std::size_t>(on.szOsFile) / sizeof(std::max_align_t) + 1),
        path_(static_cast<std::size_t>(on.mxPathname) + 1) {
    const int unusable = on.xFullPathname(&on, name.c_str(), static_cast<int>(path_.size()), path_.data());
    if (unusable != SQLITE_OK && unusable != SQLITE_OK_SYMLINK) return;
    path_.push_back('\0');  // SQLite looks for URI parameters behind the terminator
    name_.reset(sqlite3_create_filename(path_.data(), "", "", 0, nullptr));
    is_open_ = on.xOpen(&on, name_.get(), get(), SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, nullptr) == SQLITE_OK;
  }
  plain_file(const plain_file&) = delete;
  plain_file& operator=(const plain_file&) = delete;
  ~plain_file() {
    if (get()->pMethods != nullptr) get()->pMethods->xClose(get());
  }

  [[nodiscard]] sqlite3_file* get() noexcept { return reinterpret_cast<sqlite3_file*>(memory_.data()); }
  [[nodiscard]] bool is_open() const noexcept { return is_open_; }
  /// Reads instead of using the size: SQLite reports the size of a one-byte file as 0.
  [[nodiscard]] bool is_empty() noexcept {
    std::byte first{};
    return get()->pMethods->xRead(get(), &first, 1, 0) == SQLITE_IOERR_SHORT_READ;
  }

private:
  struct releaser {
    void operator()(const char* name) const noexcept { sqlite3_free_filename(const_cast<char*>(name)); }
  };

  std::vector<std::max_align_t> memory_;  // for the sqlite3_file, whose size depends on the VFS
  std::vector<char> path_;
  std::unique_ptr<const char, releaser> name_;
  bool is_open_ = false;
};

}  // namespace

file_owner owner_of(const std::string& file, const char* vfs) {
  sqlite3_vfs* const on = sqlite3_vfs_find(vfs);
  if (on == nullptr) throw SQLite::Exception("no such file system", SQLITE_CANTOPEN);
  plain_file plain{*on, file};
  if (!plain.is_open() || plain.is_empty()) return file_owner::nobody;
  return is_ours(read_header(plain.get())) ? file_owner::us : file_owner::another;
}

store_files::store_files(sqlite3* connection, const std::string& name) : connection_(connection) {
  const char* const path = sqlite3_db_filename(connection, "main");
  if (path == nullptr || *path == '\0') return;
  database_.path = std::filesystem::absolute(name).string();
  database_.file = identity_at(database_.path);
  journal_.path = sqlite3_filename_wal(path);
}

void store_files::expect_in_place() {
  if (database_.path.empty()) return;
  if (!is_in(database_)) throw file_lost(store_errc::file_moved, "the store's file has been moved or deleted");
  if (!is_in(journal_)) {
    throw file_lost(store_errc::file_moved, "the journal of the store's file has been moved or deleted");
  }
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection_, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (!is_ours(read_header(file))) throw file_lost(store_errc::foreign_file, "the store's file has been overwritten");
}

/// Nothing if there is no such file, as with a VFS other than the operating system's. Always nothing on Windows, where
/// an open file cannot be moved or deleted.
std::optional<store_files::identity> store_files::identity_at(const std::string& path) {
#ifdef _WIN32
  static_cast<void>(path);
  return std::nullopt;
#else
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return identity{static_cast<std::uint64_t>(found.st_dev), static_cast<std::uint64_t>(found.st_ino)};
#endif
}

bool store_files::is_in(place& place) {
  const auto now = identity_at(place.path);
  if (!place.file) place.file = now;
  return now == place.file;
}

}  // namespace pappus::peer
