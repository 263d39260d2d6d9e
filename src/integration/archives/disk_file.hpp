// A file of the disk, for worker threads: it is read and written in large pieces, and every failure is a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include <pappus/integration/archives/fault.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>

namespace pappus::integration {

/// Closed when it is destroyed. Nothing is held back: what was written is with the system, and what is read is what is
/// there now.
class disk_file {
public:
  /// A file that is there, to be read from its start.
  [[nodiscard]] static result<disk_file, archive_error> open(const std::string& path);
  /// A new one, to be written from its start; there must be none of that name.
  [[nodiscard]] static result<disk_file, archive_error> create(const std::string& path);

  /// Gives how many bytes were read: fewer than there is room for only at the end of the file.
  [[nodiscard]] result<std::size_t, archive_error> read(io::buffer into);
  [[nodiscard]] result<void, archive_error> write(io::const_buffer bytes);
  [[nodiscard]] result<void, archive_error> seek(std::uint64_t to);

private:
  struct closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  disk_file(std::FILE* file, std::string path) noexcept;

  std::unique_ptr<std::FILE, closer> file_;
  std::string path_;  // for what is said of failures
};

/// Fails if less than `bytes` and `left_free` more are free where `folder` is.
[[nodiscard]] result<void, archive_error> check_space(const std::string& folder, std::uint64_t bytes,
                                                      std::uint64_t left_free);

/// Removes the files and folders in `folder` whose names begin with `prefix`, as far as that is possible.
void remove_leftovers(const std::string& folder, const std::string& prefix) noexcept;

}  // namespace pappus::integration
