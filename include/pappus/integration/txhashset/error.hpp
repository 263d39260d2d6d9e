// Reasons for which an archive cannot be packed, stored or unpacked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pappus::integration {

enum class archive_errc : std::uint8_t {
  busy,             // another archive is being packed, or the limit of archives or readers is reached
  abandoned,        // canceled by a stop, by destruction, or by `cancel`
  unreadable,       // a file cannot be read, or has become shorter
  unwritable,       // a file cannot be written
  disk_full,        // less than the configured free space would be left
  too_many_files,   // more files than allowed in the archive
  too_large,        // the archive or its unpacked content
  zip_bomb,         // the compression ratio exceeds the limit
  damaged,          // no zip file, truncated, or inconsistent
  wrong_size,       // the size of a file in it, or of the archive, differs from the declared one
  wrong_checksum,   // a file in it fails its CRC-32
  encrypted,        // a file in it is encrypted
  unknown_method,   // compression method of a file in it is neither stored nor deflate
  not_a_file,       // an entry is a folder, a link or a device
  absolute_path,    // the name of an entry is an absolute path
  path_traversal,   // the name of an entry leads out of the target folder
  invalid_name,     // the name of an entry has characters or a length that are not allowed
  duplicate_name,   // two entries have the same name, ignoring case
  unexpected_name,  // the name of an entry is not in the list of allowed names
};

/// The enumerator's name.
[[nodiscard]] std::string_view to_string(archive_errc error) noexcept;

struct archive_error {
  archive_errc code = archive_errc::damaged;
  std::string detail;  // may be empty
};

/// "path_traversal: ../kernel/pmmr_data.bin"
[[nodiscard]] std::string to_string(const archive_error& fault);

}  // namespace pappus::integration
