// Makes a zip file of files, uncompressed as Grin does, so that its size is known before its first byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <pappus/integration/archives/fault.hpp>
#include <pappus/integration/archives/progress.hpp>
#include <pappus/result.hpp>

namespace pappus::integration {

struct zip_entry {
  std::string name;                         // in the archive
  std::string path;                         // on the disk
  std::optional<std::uint64_t> bytes = {};  // how many of the first ones belong to it; all there are if nobody says
};

/// What an archive will be.
struct packing_plan {
  struct entry {
    std::string name;
    std::string path;
    std::uint64_t bytes = 0;
  };

  std::vector<entry> entries;
  std::uint64_t bytes = 0;  // of the zip file
};

/// Looks how long the files are, unless it is said: of those that grow later only what is there now is packed. For a
/// worker thread.
[[nodiscard]] result<packing_plan, archive_error> plan_archive(std::vector<zip_entry> files);

/// Makes the new file `target`. `progress` tells how many of its first bytes are final: they may be read from the file
/// at once, and are never written again. Everything is final but the entry under way, in which libzip comes back to
/// write the checksum in front of the bytes. On failure, also when it was given up, no file is left. Times and owners
/// of files are not in the archive, they are nobody's business. For a worker thread.
[[nodiscard]] result<void, archive_error> pack(const packing_plan& plan, const std::string& target,
                                               work_progress& progress);

}  // namespace pappus::integration
