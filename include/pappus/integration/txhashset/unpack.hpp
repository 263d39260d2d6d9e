// Unpacks a zip file from an untrusted peer: the whole file is checked before a byte is written, and the output is
// counted independently of the sizes it declares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <pappus/integration/txhashset/error.hpp>
#include <pappus/integration/txhashset/limits.hpp>
#include <pappus/integration/txhashset/names.hpp>
#include <pappus/integration/txhashset/progress.hpp>
#include <pappus/result.hpp>

namespace pappus::integration {

struct unpack_limits {
  std::size_t files = limits::max_archive_files;         // maximum count
  std::uint64_t bytes = limits::max_unpacked_bytes;      // maximum output in total
  std::uint64_t ratio = limits::max_compression_ratio;   // maximum output bytes per byte of the zip file
  std::uint64_t min_free_space = limits::min_free_disk;  // free disk space that must remain, bytes
};

/// A folder of unpacked files, removed by the destructor unless `release` was called.
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
  /// Names of the files, relative to the folder.
  [[nodiscard]] const std::vector<std::string>& files() const noexcept { return files_; }
  /// Keeps the folder after destruction. Returns its path.
  std::string release() noexcept { return std::exchange(path_, {}); }

private:
  std::string path_;
  std::vector<std::string> files_;
};

/// Unpacks `archive` into the new folder `target`. Fails, and removes what it has written, if any entry has a name that
/// is not allowed, is no regular file, is encrypted, or is compressed otherwise than by deflate; if the output would
/// exceed the limits; if any checksum is wrong; or if abandoned. A missing allowed file is no error here: the
/// application must check that. `progress` reports the output in bytes. Call on a worker thread.
[[nodiscard]] result<unpacked_folder, archive_error> unpack(const std::string& archive, const std::string& target,
                                                            std::span<const allowed_name> allowed,
                                                            const unpack_limits& max, work_progress& progress);

/// Checks all that `unpack` checks but for the free space, the checksums of all files included, and writes nothing.
/// `progress` reports the unpacked bytes. Call on a worker thread.
[[nodiscard]] result<void, archive_error> verify_archive(const std::string& archive,
                                                         std::span<const allowed_name> allowed,
                                                         const unpack_limits& max, work_progress& progress);

}  // namespace pappus::integration
