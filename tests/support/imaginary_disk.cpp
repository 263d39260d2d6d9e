// The SQLite VFS of the imaginary disk.
#include <algorithm>
#include <cstring>
#include <utility>

#include <sqlite3.h>
#include <support/exposure.hpp>
#include <support/imaginary_disk.hpp>

namespace support {
namespace {

constexpr std::size_t sector = 512;  // bytes that are written whole or not at all

sqlite3_vfs& usual() { return *sqlite3_vfs_find(nullptr); }

/// Each sector of `now` becomes the synced one, unless it is kept.
void tear(imaginary_disk::content& file, const std::function<bool()>& keeps) {
  const std::vector<std::byte> written = std::exchange(file.now, file.synced);
  for (std::size_t at = 0; at < written.size(); at += sector) {
    const std::size_t end = std::min(at + sector, written.size());
    const bool differs =
        end > file.synced.size() || !std::equal(written.data() + at, written.data() + end, file.synced.data() + at);
    if (!differs || !keeps()) continue;
    file.now.resize(std::max(file.now.size(), end));
    std::copy(written.data() + at, written.data() + end, file.now.data() + at);
  }
}

}  // namespace

/// The SQLite VFS.
struct imaginary_disk::vfs : sqlite3_vfs {
  explicit vfs(imaginary_disk& of);

  static imaginary_disk& disk(sqlite3_vfs* self) { return *static_cast<imaginary_disk*>(self->pAppData); }
  static int open(sqlite3_vfs* self, const char* name, sqlite3_file* into, int flags, int* flags_out);
  static int remove(sqlite3_vfs* self, const char* name, int sync_folder);
  static int access(sqlite3_vfs* self, const char* name, int, int* there);
  static int full_path(sqlite3_vfs*, const char* name, int size, char* out);
};

/// An open file. SQLite owns the memory.
struct imaginary_disk::file : sqlite3_file {
  imaginary_disk* disk;
  content* what;
  std::size_t outages;  // before it was opened

  static content& of(sqlite3_file* self) { return *static_cast<file*>(self)->what; }
  static imaginary_disk& disk_of(sqlite3_file* self) { return *static_cast<file*>(self)->disk; }
  static bool is_dead(sqlite3_file* self) {
    return !disk_of(self).powered_ || disk_of(self).outages_ != static_cast<file*>(self)->outages;
  }

  static int close(sqlite3_file*) { return SQLITE_OK; }

  static int read(sqlite3_file* self, void* into, int amount, sqlite3_int64 offset) {
    if (is_dead(self)) return SQLITE_IOERR;
    const auto& now = of(self).now;
    const auto start = std::min(static_cast<std::size_t>(offset), now.size());
    const auto count = std::min(static_cast<std::size_t>(amount), now.size() - start);
    if (count != 0) std::memcpy(into, now.data() + start, count);
    if (count == static_cast<std::size_t>(amount)) return SQLITE_OK;
    std::memset(static_cast<char*>(into) + count, 0, static_cast<std::size_t>(amount) - count);
    return SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* self, const void* from, int amount, sqlite3_int64 offset) {
    const sheltered here;
    if (is_dead(self)) return SQLITE_IOERR;
    auto& now = of(self).now;
    const auto end = static_cast<std::size_t>(offset) + static_cast<std::size_t>(amount);
    if (disk_of(self).read_only) return SQLITE_READONLY;
    if (disk_of(self).fails) return SQLITE_IOERR_WRITE;
    if (end > now.size()) {
      std::size_t used = 0;
      for (const auto& [name, each] : disk_of(self).files) used += each.now.size();
      if (used + (end - now.size()) > disk_of(self).room) return SQLITE_FULL;
      now.resize(end);
    }
    std::memcpy(now.data() + offset, from, static_cast<std::size_t>(amount));
    return SQLITE_OK;
  }

  static int truncate(sqlite3_file* self, sqlite3_int64 size) {
    const sheltered here;
    if (is_dead(self)) return SQLITE_IOERR;
    of(self).now.resize(static_cast<std::size_t>(size));
    return SQLITE_OK;
  }

  static int sync(sqlite3_file* self, int) {
    const sheltered here;
    if (is_dead(self)) return SQLITE_IOERR;
    if (disk_of(self).fails) return SQLITE_IOERR_FSYNC;
    if (disk_of(self).syncs_left-- == 0) {
      disk_of(self).lose_power();
      return SQLITE_IOERR;
    }
    of(self).synced = of(self).now;
    of(self).durable = true;
    ++disk_of(self).syncs;
    return SQLITE_OK;
  }

  static int size(sqlite3_file* self, sqlite3_int64* out) {
    if (is_dead(self)) return SQLITE_IOERR;
    *out = static_cast<sqlite3_int64>(of(self).now.size());
    return SQLITE_OK;
  }

  static int lock(sqlite3_file*, int) { return SQLITE_OK; }
  static int is_reserved(sqlite3_file*, int* out) {
    *out = 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return 4096; }
  static int characteristics(sqlite3_file*) { return 0; }
};

int imaginary_disk::vfs::open(sqlite3_vfs* self, const char* name, sqlite3_file* into, int flags, int* flags_out) {
  const sheltered here;
  static const sqlite3_io_methods methods = [] {
    sqlite3_io_methods made{};
    made.iVersion = 1;
    made.xClose = file::close;
    made.xRead = file::read;
    made.xWrite = file::write;
    made.xTruncate = file::truncate;
    made.xSync = file::sync;
    made.xFileSize = file::size;
    made.xLock = file::lock;
    made.xUnlock = file::lock;
    made.xCheckReservedLock = file::is_reserved;
    made.xFileControl = file::control;
    made.xSectorSize = file::sector_size;
    made.xDeviceCharacteristics = file::characteristics;
    return made;
  }();
  auto* const opened = static_cast<file*>(into);
  opened->pMethods = nullptr;
  imaginary_disk& on = disk(self);
  const std::string path = name == nullptr ? "temporary" : name;
  if (!on.powered_) return SQLITE_CANTOPEN;
  const bool there = on.files.contains(path);
  if (!there && ((flags & SQLITE_OPEN_CREATE) == 0 || on.read_only)) return SQLITE_CANTOPEN;
  opened->disk = &on;
  opened->what = &on.files[path];
  opened->outages = on.outages_;
  opened->pMethods = &methods;
  if (on.read_only) flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int imaginary_disk::vfs::remove(sqlite3_vfs* self, const char* name, int sync_folder) {
  const sheltered here;
  if (!disk(self).powered_) return SQLITE_IOERR;
  auto& files = disk(self).files;
  const auto found = files.find(name);
  if (found == files.end()) return SQLITE_IOERR_DELETE_NOENT;
  if (sync_folder == 0 && found->second.durable) found->second.now.clear();  // and is restored when the power fails
  else files.erase(found);
  return SQLITE_OK;
}

int imaginary_disk::vfs::access(sqlite3_vfs* self, const char* name, int, int* there) {
  const sheltered here;
  *there = disk(self).files.contains(name) ? 1 : 0;
  return SQLITE_OK;
}

int imaginary_disk::vfs::full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  if (std::strlen(name) >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::strcpy(out, name);
  return SQLITE_OK;
}

imaginary_disk::vfs::vfs(imaginary_disk& of) : sqlite3_vfs{} {
  iVersion = 1;
  szOsFile = sizeof(file);
  mxPathname = usual().mxPathname;
  zName = of.name_.c_str();
  pAppData = &of;
  xOpen = open;
  xDelete = remove;
  xAccess = access;
  xFullPathname = full_path;
  xRandomness = usual().xRandomness;
  xSleep = usual().xSleep;
  xCurrentTime = usual().xCurrentTime;
}

imaginary_disk::imaginary_disk(const char* name, bool as_usual) : name_(name), vfs_(new vfs{*this}) {
  sqlite3_vfs_register(vfs_, as_usual ? 1 : 0);
}

imaginary_disk::~imaginary_disk() {
  sqlite3_vfs_unregister(vfs_);
  delete vfs_;
}

void imaginary_disk::lose_power() {
  lose_power([] { return false; });
}

void imaginary_disk::lose_power(const std::function<bool()>& keeps) {
  powered_ = false;
  ++outages_;
  std::erase_if(files, [](const auto& each) { return !each.second.durable; });
  for (auto& [name, each] : files) {
    tear(each, keeps);
    each.synced = each.now;
  }
}

}  // namespace support
