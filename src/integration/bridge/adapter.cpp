#include <pappus/integration/bridge/adapter.hpp>

namespace pappus::integration {

wire::capabilities capabilities_of(const adapter& functions) noexcept {
  using wire::capability;
  wire::capabilities ours = capability::peer_list | capability::tx_kernel_hash;
  if (functions.locate_headers) ours = ours | capability::header_hist;
  if (functions.get_block) ours = ours | capability::block_hist;
  if (functions.txhashset_read) ours = ours | capability::txhashset_hist;
  const bool segments = functions.get_output_bitmap_segment && functions.get_output_segment &&
                        functions.get_range_proof_segment && functions.get_kernel_segment;
  if (segments) ours = ours | capability::pibd_hist | capability::pibd_hist_1;
  return ours;
}

bool can_synchronize(const adapter& functions) noexcept {
  return functions.get_locator && functions.import_headers && functions.get_missing_blocks && functions.import_block;
}

bool can_import_segments(const adapter& functions) noexcept {
  return functions.continue_state && functions.import_segment && functions.finish_state;
}

}  // namespace pappus::integration
