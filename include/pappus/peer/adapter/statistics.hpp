// Statistics of the calls of the adapter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <pappus/peer/enum_counters.hpp>

namespace pappus::peer {

/// The function that is called.
enum class adapter_method : std::uint8_t {
  transaction_received,
  header_received,
  compact_block_received,
  block_received,
  get_transaction,
  validate_tx,
  aggregate_transactions,
  locate_headers,
  get_block,
  get_compact_block,
  get_output_bitmap_segment,
  get_output_segment,
  get_range_proof_segment,
  get_kernel_segment,
  txhashset_read,
  get_locator,
  import_headers,
  get_missing_blocks,
  import_block,
  continue_state,
  import_segment,
  finish_state,
  import_archive,
};

/// Name of the adapter's member, for logs and metrics.
[[nodiscard]] std::string_view to_string(adapter_method method) noexcept;

struct adapter_call_statistics {
  using by_method = enum_counters<adapter_method::import_archive>;

  by_method made;
  by_method refused;        // not called: too much is pending already
  by_method unanswered;     // without a result, after a while or because the adapter gave none
  by_method late;           // results after that
  std::size_t pending = 0;  // now
  std::size_t bytes = 0;    // held by these
};

struct validation_statistics {
  std::uint64_t validated = 0;  // by the adapter, with a result
  std::uint64_t repeated = 0;   // the adapter was notified before, or is validating a copy
  std::uint64_t crowded = 0;    // of these, copies that are not kept until its result, since enough are
  std::uint64_t accepted = 0;
  std::uint64_t ignored = 0;
  std::uint64_t rejected = 0;
};

}  // namespace pappus::peer
