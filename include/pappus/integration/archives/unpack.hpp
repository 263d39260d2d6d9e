// Unpacks a zip file that a stranger has made: all of it is checked before a byte is written, and what comes out is
// counted, whatever was said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <pappus/integration/archives/fault.hpp>
#include <pappus/integration/archives/names.hpp>
#include <pappus/integration/archives/progress.hpp>
#include <pappus/integration/limits.hpp>
#include <pappus/result.hpp>

namespace pappus::integration {

struct unpack_limits {
  std::size_t files = limits::archive_files;
  std::uint64_t bytes = limits::archive_unpacked;
  std::uint64_t ratio = limits::archive_ratio;  // bytes that may come out of each byte of the zip file
  std::uint64_t left_free = limits::disk_left_free;
};

/// A folder of files that came out of an archive; gone when this is destroyed, unless somebody has taken it.
class unpacked_folder {
public:
  unpacked_folder(std::string path, std::vector<std::string> files) noexcept
      : path_(std::move(path)), files_(std::move(files)) {}
  unpacked_folder(unpacked_folder&& other) noexcept
      : path_(std::exchange(other.path_, {})), files_(std::move(other.files_)) {}
  unpacked_folder& operator=(unpacked_folder&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(files_, other.files_);
    return *this;
  }
  ~unpacked_folder();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The names of the files in it.
  [[nodiscard]] const std::vector<std::string>& files() const noexcept { return files_; }
  /// It stays; gives its path.
  std::string take() noexcept { return std::exchange(path_, {}); }

private:
  std::string path_;
  std::vector<std::string> files_;
};

/// Unpacks `archive` into the new folder `target`. Fails, without leaving a trace, if any file in it has a name that is
/// not allowed, is no plain file, is encrypted or compressed otherwise than by deflate, if too much would come out of
/// it, if any checksum is wrong, or if it was given up; not if an allowed file is missing, which is for the host to
/// judge. `progress` tells how much has come out. For a worker thread.
[[nodiscard]] result<unpacked_folder, archive_error> unpack(const std::string& archive, const std::string& target,
                                                            std::span<const allowed_name> allowed,
                                                            const unpack_limits& most, work_progress& progress);

}  // namespace pappus::integration
