// How what was kept is found again.
#include "memory_chain.hpp"

#include <pappus/io/random.hpp>

#include "compact.hpp"

namespace mini_node {

using namespace pappus::wire::messages;
namespace wire = pappus::wire;
using archive_reply = pappus::peer::reply<std::optional<pappus::peer::archive>>;

memory_chain::memory_chain(pappus::uv::loop& on, const wire::chain_parameters& network, const limits& most)
    : block_store(network.genesis, !network.on_internet, most),
      limits_(network.limits),
      nonce_(pappus::io::random_bits(on)),
      archives_(on) {}

/// The one that is here, or else one made of the block.
wire::compact_block_ptr memory_chain::compact_block_of(const hash& id) const {
  if (auto kept = find_compact_block(id)) return kept;
  const wire::block_ptr whole = find_block(id);
  return whole == nullptr ? nullptr : compact(*whole, nonce_, limits_);
}

wire::capabilities memory_chain::capabilities() const noexcept {
  using wire::capability;
  wire::capabilities ours = capability::peer_list | capability::transaction_by_kernel;
  if (answers_for_headers()) ours = ours | capability::header_history;
  if (archives_.has_one()) ours = ours | capability::txhashset_history;
  return ours;
}

void memory_chain::answer_for(pappus::peer::host& host) {
  host.locate_headers = [this](std::span<const hash> locator) { return after(locator); };
  host.find_block = [this](const hash& id) { return find_block(id); };
  host.find_compact_block = [this](const hash& id) { return compact_block_of(id); };
  host.find_output_bitmap_segment = [this](const auto& asked) { return find_segment<output_bitmap_segment>(asked); };
  host.find_output_segment = [this](const auto& asked) { return find_segment<output_segment>(asked); };
  host.find_range_proof_segment = [this](const auto& asked) { return find_segment<range_proof_segment>(asked); };
  host.find_kernel_segment = [this](const auto& asked) { return find_segment<kernel_segment>(asked); };
  host.open_archive = [this](const txhashset_request&, const archive_reply& to) { archives_.open(to); };
}

}  // namespace mini_node
