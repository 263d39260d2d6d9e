// What an archive of a stranger must be like before anything comes out of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <pappus/integration/archives/unpack.hpp>

#include "zip_library.hpp"

namespace pappus::integration {

/// An archive in which nothing is wrong, as far as can be seen without unpacking it.
struct checked_zip {
  struct entry {
    std::string name;
    std::uint64_t bytes = 0;  // as it says
  };

  zip_ptr archive;
  std::vector<entry> entries;
  std::uint64_t bytes = 0;  // of all
};

/// The directory is checked by itself first, and then held against what libzip makes of it: both must see the same.
[[nodiscard]] result<checked_zip, archive_error> check_zip(const std::string& path,
                                                           std::span<const allowed_name> allowed,
                                                           const unpack_limits& most);

}  // namespace pappus::integration
