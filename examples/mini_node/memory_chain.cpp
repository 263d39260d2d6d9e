// How what was kept is found again.
#include "memory_chain.hpp"

#include <filesystem>
#include <system_error>

#include <pappus/uv/file.hpp>

namespace mini_node {

using namespace pappus::wire::messages;
namespace wire = pappus::wire;

void memory_chain::keep_archive(std::string path, const txhashset_request& at) {
  archive_.emplace(packed_state{std::move(path), at});
}

std::vector<wire::header> memory_chain::after(std::span<const hash> locator) const {
  std::vector<wire::header> found;
  for (const hash& known : locator) {
    const auto at = heights_.find(known);
    if (at == heights_.end()) continue;
    for (auto next = headers_.upper_bound(at->second); next != headers_.end(); ++next) {
      if (found.size() == wire::limits::headers) break;
      found.push_back(next->second);
    }
    break;
  }
  return found;
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
  host.find_block = [this](const hash& id) {
    const auto found = blocks_.find(id);
    return found == blocks_.end() ? nullptr : found->second;
  };
  host.find_compact_block = [this](const hash& id) {
    const auto found = compact_blocks_.find(id);
    return found == compact_blocks_.end() ? nullptr : found->second;
  };
  host.find_output_bitmap_segment = [this](const auto& asked) { return find_segment<output_bitmap_segment>(asked); };
  host.find_output_segment = [this](const auto& asked) { return find_segment<output_segment>(asked); };
  host.find_range_proof_segment = [this](const auto& asked) { return find_segment<range_proof_segment>(asked); };
  host.find_kernel_segment = [this](const auto& asked) { return find_segment<kernel_segment>(asked); };
  host.open_archive = [this](const txhashset_request&) { return open_archive(); };
}

}  // namespace mini_node
