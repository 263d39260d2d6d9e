#include <pappus/peer/adapter/statistics.hpp>

namespace pappus::peer {

std::string_view to_string(adapter_method method) noexcept {
  switch (method) {
    case adapter_method::transaction_received: return "transaction_received";
    case adapter_method::header_received: return "header_received";
    case adapter_method::compact_block_received: return "compact_block_received";
    case adapter_method::block_received: return "block_received";
    case adapter_method::get_transaction: return "find_transaction";
    case adapter_method::validate_tx: return "verify_transaction";
    case adapter_method::aggregate_transactions: return "aggregate_transactions";
    case adapter_method::locate_headers: return "locate_headers";
    case adapter_method::get_block: return "find_block";
    case adapter_method::get_compact_block: return "find_compact_block";
    case adapter_method::get_segment: return "find_segment";
    case adapter_method::txhashset_read: return "open_archive";
  }
  return "unknown";
}

}  // namespace pappus::peer
