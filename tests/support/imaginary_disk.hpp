// A disk for SQLite that exists in memory only, and can lose power, become full, or refuse to be written.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace support {

/// Known to SQLite by its name as long as it lives. What was written and not synced is there to be read until the power
/// fails; so is a file made or removed since its folder was last synced. No two at a time may have one name.
class imaginary_disk {
public:
  /// `as_usual`: whoever names no disk is given this one.
  explicit imaginary_disk(const char* name, bool as_usual = false);
  imaginary_disk(const imaginary_disk&) = delete;
  imaginary_disk& operator=(const imaginary_disk&) = delete;
  ~imaginary_disk();

  [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }

  /// Until the power is back everything fails; what was not synced is lost, and files that were open stay dead.
  void lose_power();
  void restore_power() noexcept { powered_ = true; }

  struct content {
    std::vector<std::byte> now;
    std::vector<std::byte> synced;
    bool durable = false;  // it survives a loss of power
  };

  std::map<std::string, content> files;
  std::size_t room = std::size_t(-1);  // bytes that all files together may have
  bool read_only = false;
  std::size_t syncs = 0;
  std::size_t syncs_left = std::size_t(-1);  // until it loses power by itself

private:
  struct vfs;
  struct file;

  std::string name_;
  vfs* vfs_;
  bool powered_ = true;
  std::size_t outages_ = 0;
};

}  // namespace support
