#include <pappus/peer/host.hpp>

namespace pappus::peer {

wire::capabilities capabilities_of(const host& above) noexcept {
  using wire::capability;
  wire::capabilities ours = capability::peer_list | capability::transaction_by_kernel;
  if (above.locate_headers) ours = ours | capability::header_history;
  if (above.find_block) ours = ours | capability::block_history;
  if (above.open_archive) ours = ours | capability::txhashset_history;
  const bool segments = above.find_output_bitmap_segment && above.find_output_segment &&
                        above.find_range_proof_segment && above.find_kernel_segment;
  if (segments) ours = ours | capability::segments_before_fix | capability::segments;
  return ours;
}

}  // namespace pappus::peer
