#include "chain.hpp"

#include <algorithm>

#include <pappus/wire/limits.hpp>

namespace chaos {

using integration::import_result;

chain::chain(const ledger& all) : all_(&all), best_header_(&all.genesis()), best_(&all.genesis()) {
  headers_.insert(best_header_);
  blocks_.insert(best_);
}

std::vector<const ledger::block*> chain::path_to(const ledger::block& tip) {
  std::vector<const ledger::block*> path;
  for (const ledger::block* each = &tip; each != nullptr; each = each->previous) path.push_back(each);
  std::ranges::reverse(path);
  return path;
}

bool chain::is_on_best(const ledger::block& which) const {
  const ledger::block* at = best_;
  while (at != nullptr && at->height > which.height) at = at->previous;
  return at == &which;
}

import_result chain::import_headers(std::span<const wire::header> batch) {
  import_result outcome = import_result::known;
  for (const wire::header& each : batch) {
    const ledger::block* const found = all_->find(each);
    if (found == nullptr) return import_result::invalid;
    if (found->previous != nullptr && !has_header(*found->previous)) return import_result::unlinked;
    if (!headers_.insert(found).second) continue;
    outcome = import_result::accepted;
    if (found->work > best_header_->work) best_header_ = found;
  }
  return outcome;
}

import_result chain::import_block(const wire::block& given) {
  const ledger::block* const found = all_->find(given.header());
  if (found == nullptr) return import_result::invalid;
  if (found->previous != nullptr && !has_block(*found->previous)) return import_result::unlinked;
  if (!blocks_.insert(found).second) return import_result::known;
  headers_.insert(found);
  if (found->work > best_header_->work) best_header_ = found;
  if (found->work <= best_->work) return import_result::accepted;
  if (found->previous != best_) {
    confirmed_.clear();
    for (const ledger::block* const each : path_to(*found->previous)) {
      confirmed_.insert(each->transactions.begin(), each->transactions.end());
    }
  }
  confirmed_.insert(found->transactions.begin(), found->transactions.end());
  best_ = found;
  return import_result::accepted;
}

std::vector<wire::hash> chain::locator() const {
  const std::vector<const ledger::block*> path = path_to(*best_header_);
  std::vector<wire::hash> hashes;
  std::size_t height = path.size() - 1;
  for (std::size_t gap = 1; height != 0 && hashes.size() + 1 < wire::limits::max_locator_hashes; gap *= 2) {
    hashes.push_back(path[height]->whole->hash());
    height -= std::min(height, gap);
  }
  hashes.push_back(path[0]->whole->hash());
  return hashes;
}

std::vector<wire::header> chain::headers_after(std::span<const wire::hash> locator) const {
  const std::vector<const ledger::block*> path = path_to(*best_header_);
  std::vector<wire::header> found;
  for (const wire::hash& each : locator) {
    const ledger::block* const common = all_->find(each);
    if (common == nullptr || common->height >= path.size() || path[common->height] != common) continue;
    for (std::size_t i = common->height + 1; i < path.size() && found.size() != wire::limits::max_headers; ++i) {
      found.push_back(path[i]->whole->header());
    }
    break;
  }
  return found;
}

integration::missing_blocks chain::missing(const std::optional<wire::hash>& after, std::size_t count) const {
  const std::vector<const ledger::block*> path = path_to(*best_header_);
  integration::missing_blocks found;
  std::size_t height = 0;
  if (after) {
    const ledger::block* const last = all_->find(*after);
    found.reorganized = last == nullptr || last->height >= path.size() || path[last->height] != last;
    if (found.reorganized) return found;
    height = last->height + 1;
  }
  for (; height < path.size() && found.blocks.size() != count; ++height) {
    if (!has_block(*path[height])) found.blocks.push_back({path[height]->whole->hash(), height});
  }
  return found;
}

}  // namespace chaos
