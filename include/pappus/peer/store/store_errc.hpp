// How a store is named, and why it cannot be used.
#pragma once

#include <system_error>

namespace pappus::peer {

/// The name of a store without a file, with which nothing is kept.
inline constexpr const char* in_memory_store = ":memory:";

/// Why a node cannot use a store. It must not continue without one: it would not know its bans, or could not keep them.
enum class store_errc {
  in_use = 1,    // another program or node has it open
  too_new,       // a later version of this library wrote it
  unresponsive,  // the store had not finished in time when the node was stopped
  bad_name,      // not the name of a file: empty, or one of SQLite's URIs
  not_a_file,    // the name belongs to something else: a folder, a device
  foreign_file,  // the file is another program's, or too damaged to identify; or it was overwritten while it was open
  read_only,     // it can be read, but not written
  disk_full,     // the disk is full
  unusable,      // it cannot be opened or created
  file_moved,    // it was moved or deleted while it was open
  not_stored,    // a change cannot be written, for a reason that is in the log
};

[[nodiscard]] const std::error_category& store_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(store_errc fault) noexcept {
  return {static_cast<int>(fault), store_category()};
}

}  // namespace pappus::peer

template <>
struct std::is_error_code_enum<pappus::peer::store_errc> : std::true_type {};
