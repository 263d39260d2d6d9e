// Lookup of stored chain data.
#include "memory_chain.hpp"

#include <utility>

#include <pappus/io/random.hpp>

#include "compact.hpp"

namespace mini_node {

using namespace pappus::wire::messages;
namespace wire = pappus::wire;
using archive_reply = pappus::integration::responder<std::optional<pappus::peer::archive>>;

memory_chain::memory_chain(pappus::uv::loop& on, const wire::chain_parameters& network, const limits& most,
                           std::unique_ptr<chain_file> file)
    : block_store(network.genesis, !network.on_internet, most, std::move(file)),
      limits_(network.limits),
      nonce_(pappus::io::random_bits(on)),
      archives_(on) {}

/// The stored compact block, otherwise one built from the full block.
wire::compact_block_ptr memory_chain::compact_block_of(const hash& id) const {
  if (auto kept = find_compact_block(id)) return kept;
  const wire::block_ptr whole = find_block(id);
  return whole == nullptr ? nullptr : compact(*whole, nonce_, limits_);
}

wire::capabilities memory_chain::capabilities() const {
  using wire::capability;
  wire::capabilities ours = capability::peer_list | capability::tx_kernel_hash;
  if (serves_headers()) ours = ours | capability::header_hist;
  if (archives_.has_one()) ours = ours | capability::txhashset_hist;
  return ours;
}

void memory_chain::answer_for(pappus::integration::adapter& host) {
  host.locate_headers = [this](std::span<const hash> locator) { return after(locator); };
  host.get_block = [this](const hash& id) { return find_block(id); };
  host.get_compact_block = [this](const hash& id) { return compact_block_of(id); };
  host.get_output_bitmap_segment = [this](const auto& asked) { return find_segment<output_bitmap_segment>(asked); };
  host.get_output_segment = [this](const auto& asked) { return find_segment<output_segment>(asked); };
  host.get_range_proof_segment = [this](const auto& asked) { return find_segment<range_proof_segment>(asked); };
  host.get_kernel_segment = [this](const auto& asked) { return find_segment<kernel_segment>(asked); };
  host.txhashset_read = [this](const txhashset_request&, const archive_reply& to) { archives_.open(to); };
}

}  // namespace mini_node
