// A file for worker threads: read and written in large pieces, errors are returned as values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include <pappus/integration/txhashset/error.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>

namespace pappus::integration {

/// Closes the file on destruction. Unbuffered: written data is with the system at once, and reads return the current
/// content.
class disk_file {
public:
  /// Opens an existing file for reading from its start.
  [[nodiscard]] static result<disk_file, archive_error> open(const std::string& path);
  /// Creates a file for writing. Fails if the name exists.
  [[nodiscard]] static result<disk_file, archive_error> create(const std::string& path);

  /// Returns the number of bytes read; fewer than the buffer holds only at the end of the file.
  [[nodiscard]] result<std::size_t, archive_error> read(io::buffer into);
  [[nodiscard]] result<void, archive_error> write(io::const_buffer bytes);
  [[nodiscard]] result<void, archive_error> seek(std::uint64_t to);

private:
  struct closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  disk_file(std::FILE* file, std::string path) noexcept;

  std::unique_ptr<std::FILE, closer> file_;
  std::string path_;  // for error messages
};

/// Fails if fewer than `bytes + min_free_space` bytes are free on the disk of `folder`.
[[nodiscard]] result<void, archive_error> check_space(const std::string& folder, std::uint64_t bytes,
                                                      std::uint64_t min_free_space);

/// Removes the files and folders in `folder` whose names begin with `prefix`. Errors are ignored.
void remove_leftovers(const std::string& folder, const std::string& prefix) noexcept;

}  // namespace pappus::integration
