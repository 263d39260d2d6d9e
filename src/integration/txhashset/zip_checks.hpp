// Checks of an archive from an untrusted peer before anything is unpacked.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <pappus/integration/txhashset/unpack.hpp>

#include "zip_library.hpp"

namespace pappus::integration {

/// An archive that has passed all checks that are possible without unpacking it.
struct checked_zip {
  struct entry {
    std::string name;
    std::uint64_t bytes = 0;  // declared size
  };

  zip_ptr archive;
  std::vector<entry> entries;
  std::uint64_t bytes = 0;  // declared total
};

/// Parses and checks the central directory independently, then compares it with libzip's view of it: both must agree.
[[nodiscard]] result<checked_zip, archive_error> check_zip(const std::string& path,
                                                           std::span<const allowed_name> allowed,
                                                           const unpack_limits& max);

}  // namespace pappus::integration
