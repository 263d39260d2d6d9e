// Packs files into a zip file, uncompressed as Grin does, so that its size is known before its first byte is written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <pappus/integration/txhashset/error.hpp>
#include <pappus/integration/txhashset/progress.hpp>
#include <pappus/result.hpp>

namespace pappus::integration {

struct zip_entry {
  std::string name;                         // in the archive
  std::string path;                         // on the disk
  std::optional<std::uint64_t> bytes = {};  // only the first `bytes` bytes are packed; the whole file if empty
};

/// Entries and size of an archive that is to be packed.
struct packing_plan {
  struct entry {
    std::string name;
    std::string path;
    std::uint64_t bytes = 0;
  };

  std::vector<entry> entries;
  std::uint64_t bytes = 0;  // size of the zip file
};

/// Determines the sizes of the files that have none given. Of a file that grows later, only the bytes counted here are
/// packed. Call on a worker thread.
[[nodiscard]] result<packing_plan, archive_error> plan_archive(std::vector<zip_entry> files);

/// Creates the new file `target`. `progress` reports how many of its first bytes are final: a reader may read them at
/// once, they are never written again. Everything is final except the entry under way: libzip seeks back to its header
/// to write the checksum. On failure, also when abandoned, the file is removed. File times and owners are not put into
/// the archive, for privacy. Call on a worker thread.
[[nodiscard]] result<void, archive_error> pack(const packing_plan& plan, const std::string& target,
                                               work_progress& progress);

}  // namespace pappus::integration
