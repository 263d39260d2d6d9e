// Selection of the header chain, and what synchronization asks of it.
#include "header_chain.hpp"

#include <algorithm>
#include <utility>

#include <pappus/wire/limits.hpp>

namespace mini_node {

namespace wire = pappus::wire;
using pappus::integration::missing_blocks;

const header_tree::entry* header_chain::tip() const { return ahead_.empty() ? tree_.tip() : tree_.find(ahead_.back()); }

std::uint64_t header_chain::work() const { return tip() == nullptr ? 0 : tip()->header.total_difficulty(); }

/// The last linked header of the chain; null for the genesis.
const header_tree::entry* header_chain::linked_tip() const {
  return ahead_.empty() ? tree_.tip() : tree_.find(tree_.find(ahead_.front())->before);
}

/// Equal work replaces no chain, except that of blocks one of headers.
void header_chain::consider(const entry& which) {
  if (which.linked) {
    if (const auto place = place_of(which)) {
      ahead_.erase(ahead_.begin(), ahead_.begin() + static_cast<std::ptrdiff_t>(*place) + 1);
    }
    const entry* const main = tree_.tip();
    if (main != nullptr && main->header.total_difficulty() >= work()) clear();
    return;
  }
  if (which.header.total_difficulty() <= work()) return;
  if (!ahead_.empty() && which.before == ahead_.back()) return ahead_.push_back(which.own);
  std::deque<header_tree::number> path;
  const entry* each = &which;
  for (; each != nullptr && !each->linked; each = tree_.find(each->before)) path.push_front(each->own);
  const bool begins = each != nullptr || tree_.find(path.front())->header.prev_hash() == tree_.genesis();
  if (begins && tree_.may_be_main(each)) ahead_ = std::move(path);
}

void header_chain::dropped(const entry& which) {
  if (const auto place = place_of(which)) ahead_.resize(*place);
  if (&which == linked_tip()) clear();
}

/// Position among those that are not linked.
std::optional<std::size_t> header_chain::place_of(const entry& which) const {
  if (ahead_.empty()) return std::nullopt;
  const std::uint64_t first = tree_.find(ahead_.front())->header.height();
  const std::uint64_t place = which.header.height() - first;
  const bool is_there = which.header.height() >= first && place < ahead_.size() && ahead_[place] == which.own;
  return is_there ? std::optional<std::size_t>{place} : std::nullopt;
}

/// Null if that header was dropped or never stored.
const header_tree::entry* header_chain::at(std::uint64_t height) const {
  const entry* const linked = linked_tip();
  const std::uint64_t last = linked == nullptr ? 0 : linked->header.height();
  if (height > last) return tree_.find(ahead_[height - last - 1]);
  return tree_.ancestor(*linked, height);
}

std::vector<wire::hash> header_chain::locator() const {
  std::vector<wire::hash> found;
  std::uint64_t height = tip() == nullptr ? 0 : tip()->header.height();
  for (std::uint64_t gap = 1; height != 0 && found.size() + 1 < wire::limits::max_locator_hashes; gap *= 2) {
    if (const entry* const there = at(height)) found.push_back(there->name.id);
    height -= std::min(height, gap);
  }
  found.push_back(tree_.genesis());
  return found;
}

/// Nothing if the block is not on the chain.
std::optional<std::size_t> header_chain::place_after(const wire::hash& block) const {
  for (const entry* const each : tree_.named(block)) {
    if (const auto place = place_of(*each)) return *place + 1;
    const entry* const linked = linked_tip();
    const bool is_behind = each->linked && linked != nullptr && tree_.ancestor(*linked, each->header.height()) == each;
    if (is_behind) return 0;
  }
  return std::nullopt;
}

missing_blocks header_chain::missing(const std::optional<wire::hash>& after, std::size_t count) const {
  missing_blocks found;
  const auto first = after ? place_after(*after) : 0;
  found.reorganized = !first;
  for (std::size_t i = first.value_or(ahead_.size()); i < ahead_.size() && found.blocks.size() != count; ++i) {
    const entry& each = *tree_.find(ahead_[i]);
    if (!each.whole) found.blocks.push_back({each.name.id, each.header.height()});
  }
  return found;
}

}  // namespace mini_node
