#include <pappus/peer/adapter/adapter.hpp>

namespace pappus::peer {

wire::capabilities capabilities_of(const adapter& above) noexcept {
  using wire::capability;
  wire::capabilities ours = capability::peer_list | capability::tx_kernel_hash;
  if (above.locate_headers) ours = ours | capability::header_hist;
  if (above.get_block) ours = ours | capability::block_hist;
  if (above.txhashset_read) ours = ours | capability::txhashset_hist;
  const bool segments = above.get_output_bitmap_segment && above.get_output_segment && above.get_range_proof_segment &&
                        above.get_kernel_segment;
  if (segments) ours = ours | capability::pibd_hist | capability::pibd_hist_1;
  return ours;
}

}  // namespace pappus::peer
