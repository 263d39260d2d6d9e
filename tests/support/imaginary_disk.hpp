// A disk for SQLite in memory, which can lose power, fail, be full, or be read-only.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace support {

/// A SQLite VFS under its name while the object lives. Unsynced writes can be read until the power fails; the same
/// holds for files created or removed since their folder was synced. Names of disks must be unique.
class imaginary_disk {
public:
  /// `as_usual`: the default disk of SQLite.
  explicit imaginary_disk(const char* name, bool as_usual = false);
  imaginary_disk(const imaginary_disk&) = delete;
  imaginary_disk& operator=(const imaginary_disk&) = delete;
  ~imaginary_disk();

  [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }

  /// Until the power is back every call fails; unsynced writes are lost, and open files stay unusable.
  void lose_power();
  /// The same, but of each file some sectors of 512 bytes may be those that were not synced: `keeps` is asked for each
  /// that differs.
  void lose_power(const std::function<bool()>& keeps);
  /// The process that uses it dies: open files stay unusable, but what has been written stays.
  void kill_process() noexcept { ++outages_; }
  void restore_power() noexcept { powered_ = true; }

  struct content {
    std::vector<std::byte> now;
    std::vector<std::byte> synced;
    bool durable = false;  // synced
  };

  std::map<std::string, content> files;
  std::size_t room = std::size_t(-1);  // limit of bytes of all files
  bool read_only = false;
  bool fails = false;  // writes and syncs
  std::size_t syncs = 0;
  std::size_t syncs_left = std::size_t(-1);  // until the power fails

private:
  struct vfs;
  struct file;

  std::string name_;
  vfs* vfs_;
  bool powered_ = true;
  std::size_t outages_ = 0;
};

}  // namespace support
