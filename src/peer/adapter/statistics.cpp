#include <pappus/peer/adapter/statistics.hpp>

namespace pappus::peer {

std::string_view to_string(adapter_method method) noexcept {
  switch (method) {
    case adapter_method::transaction_received: return "transaction_received";
    case adapter_method::header_received: return "header_received";
    case adapter_method::compact_block_received: return "compact_block_received";
    case adapter_method::block_received: return "block_received";
    case adapter_method::get_transaction: return "get_transaction";
    case adapter_method::validate_tx: return "validate_tx";
    case adapter_method::aggregate_transactions: return "aggregate_transactions";
    case adapter_method::locate_headers: return "locate_headers";
    case adapter_method::get_block: return "get_block";
    case adapter_method::get_compact_block: return "get_compact_block";
    case adapter_method::get_output_bitmap_segment: return "get_output_bitmap_segment";
    case adapter_method::get_output_segment: return "get_output_segment";
    case adapter_method::get_range_proof_segment: return "get_range_proof_segment";
    case adapter_method::get_kernel_segment: return "get_kernel_segment";
    case adapter_method::txhashset_read: return "txhashset_read";
    case adapter_method::get_locator: return "get_locator";
    case adapter_method::import_headers: return "import_headers";
    case adapter_method::get_missing_blocks: return "get_missing_blocks";
    case adapter_method::import_block: return "import_block";
    case adapter_method::continue_state: return "continue_state";
    case adapter_method::import_segment: return "import_segment";
    case adapter_method::finish_state: return "finish_state";
    case adapter_method::import_archive: return "import_archive";
  }
  return "unknown";
}

}  // namespace pappus::peer
