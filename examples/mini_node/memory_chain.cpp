// How what was kept is found again.
#include "memory_chain.hpp"

#include <filesystem>
#include <system_error>

#include <pappus/io/random.hpp>
#include <pappus/uv/file.hpp>

#include "compact.hpp"

namespace mini_node {

using namespace pappus::wire::messages;
namespace wire = pappus::wire;

memory_chain::memory_chain(pappus::uv::loop& on, const wire::chain_parameters& network, const limits& most)
    : block_store(network.genesis, !network.on_internet, most),
      on_(on),
      limits_(network.limits),
      nonce_(pappus::io::random_bits(on)) {}

void memory_chain::keep_archive(std::string path, const txhashset_request& at) {
  archive_.emplace(packed_state{std::move(path), at});
}

/// The one that was kept, or else one made of the block.
wire::compact_block_ptr memory_chain::compact_block_of(const hash& id) const {
  if (auto kept = find_compact_block(id)) return kept;
  const wire::block_ptr whole = find_block(id);
  return whole == nullptr ? nullptr : compact(*whole, nonce_, limits_);
}

std::optional<pappus::peer::archive> memory_chain::open_archive() const {
  if (!archive_) return std::nullopt;
  std::error_code unknown;
  const auto size = std::filesystem::file_size(archive_->path, unknown);
  auto opened = pappus::uv::open_file(on_, archive_->path, pappus::uv::file_use::read);
  if (unknown || !opened) return std::nullopt;
  pappus::peer::archive given;
  given.said = {archive_->at.block, archive_->at.height, size};
  given.content = *std::move(opened);
  return given;
}

void memory_chain::answer_for(pappus::peer::host& host) {
  host.locate_headers = [this](std::span<const hash> locator) { return after(locator); };
  host.find_block = [this](const hash& id) { return find_block(id); };
  host.find_compact_block = [this](const hash& id) { return compact_block_of(id); };
  host.find_output_bitmap_segment = [this](const auto& asked) { return find_segment<output_bitmap_segment>(asked); };
  host.find_output_segment = [this](const auto& asked) { return find_segment<output_segment>(asked); };
  host.find_range_proof_segment = [this](const auto& asked) { return find_segment<range_proof_segment>(asked); };
  host.find_kernel_segment = [this](const auto& asked) { return find_segment<kernel_segment>(asked); };
  host.open_archive = [this](const txhashset_request&) { return open_archive(); };
}

}  // namespace mini_node
