// Why an archive could not be made, stored or unpacked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pappus::integration {

enum class archive_errc : std::uint8_t {
  busy,             // another archive is being packed, or too many are there or are read
  abandoned,        // nobody wants it any more
  unreadable,       // a file cannot be read, or has become shorter
  unwritable,       // a file cannot be written
  disk_full,        // less would be left free than should be
  too_many_files,   // in the archive
  too_large,        // the archive, or what would come out of it
  zip_bomb,         // much more would come out of it than is in it
  damaged,          // it is no zip file, or not a whole one, or contradicts itself
  wrong_size,       // a file in it, or the archive itself, is not as long as was said
  wrong_checksum,   // a file in it is not what it was
  encrypted,        // a file in it
  unknown_method,   // a file in it is compressed in a way that is not allowed
  not_a_file,       // something in it is a folder, a link or a device
  absolute_name,    // a file's name says where on the disk it should be
  path_traversal,   // a file's name leads out of the folder
  odd_name,         // a file's name has characters or a length that no name should have
  duplicate_name,   // two files have the same name, or one that differs only in case
  unexpected_name,  // a file in it has no place there
};

/// Its name as in the enumeration.
[[nodiscard]] std::string_view to_string(archive_errc why) noexcept;

struct archive_error {
  archive_errc why = archive_errc::damaged;
  std::string detail;  // may be empty
};

/// "climbing_name: ../kernel/pmmr_data.bin"
[[nodiscard]] std::string to_string(const archive_error& fault);

}  // namespace pappus::integration
