// Parser for the central directory of a zip file, within limits, used before libzip opens the file: libzip allocates
// memory for as many entries as the file declares, and cuts names at their first zero byte.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <pappus/integration/txhashset/error.hpp>
#include <pappus/result.hpp>

#include "disk_file.hpp"

namespace pappus::integration {

struct zip_directory {
  struct entry {
    std::string name;              // unmodified bytes
    std::uint16_t flags = 0;       // general purpose bit flags: encryption and others
    std::uint16_t method = 0;      // compression method
    std::uint32_t attributes = 0;  // external attributes: Unix mode in the upper half, DOS attributes in the lower
  };

  std::vector<entry> entries;
  std::uint64_t offset = 0;  // offset of the central directory, which follows everything else
  std::uint64_t bytes = 0;   // size of the whole file
};

/// Fails if there are more than `max` entries, or if more than one central directory could be found.
[[nodiscard]] result<zip_directory, archive_error> read_directory(const std::string& path, std::size_t max);

}  // namespace pappus::integration
