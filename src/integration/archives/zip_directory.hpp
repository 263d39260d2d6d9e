// A zip file's directory, read by ourselves and within limits before libzip sees it: libzip makes room for as many
// files as a stranger says there are, and shows no name behind its first zero.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <pappus/integration/archives/fault.hpp>
#include <pappus/result.hpp>

#include "disk_file.hpp"

namespace pappus::integration {

struct zip_directory {
  struct entry {
    std::string name;              // as it stands there
    std::uint16_t flags = 0;       // encryption and others
    std::uint16_t method = 0;      // of compression
    std::uint32_t attributes = 0;  // a file's mode in the upper half, what DOS knows of it in the lower
  };

  std::vector<entry> entries;
  std::uint64_t offset = 0;  // where it begins: behind everything else
  std::uint64_t bytes = 0;   // of the whole file
};

/// Refuses a file in which there are more entries than `most`, or more than one directory could be found.
[[nodiscard]] result<zip_directory, archive_error> read_directory(const std::string& path, std::size_t most);

}  // namespace pappus::integration
