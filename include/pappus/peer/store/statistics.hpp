// Statistics of the address book and the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <pappus/peer/enum_counters.hpp>

namespace pappus::peer {

/// Result of adding an advertised address.
enum class add_result : std::uint8_t {
  added,
  known,        // it is in the book already
  refused,      // no peer can have it
  crowded_out,  // its place is taken by an address that is not stale
};

/// The name of the enumerator.
[[nodiscard]] std::string_view to_string(add_result became) noexcept;

struct book_statistics {
  enum_counters<add_result::crowded_out> adds;  // of advertised addresses, by result
  std::uint64_t stale = 0;                      // dropped: not advertised for long, or never reached
  std::uint64_t displaced = 0;                  // moved from `tried` back to `new` in favor of another
  std::uint64_t tried_collisions_refused = 0;   // not recorded: `limits::max_tried_collisions` are pending
  std::size_t tried_collisions = 0;             // pending collisions now
};

/// Nothing about private transactions is counted, nor batches that contain only these.
struct peer_store_statistics {
  std::uint64_t writes = 0;        // batches stored
  std::uint64_t rows = 0;          // changes in them
  std::uint64_t failures = 0;      // batches that could not be written
  std::uint64_t retries = 0;       // attempts to write one of them again
  std::size_t rows_waiting = 0;    // changes not stored yet
  bool in_sync = false;            // the store is open, and was in order when last used or checked
  std::uint64_t bans_dropped = 0;  // dropped because there are too many
  std::uint64_t bans_expired = 0;  // removed after their expiry
};

}  // namespace pappus::peer
