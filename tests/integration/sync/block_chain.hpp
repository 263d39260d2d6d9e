// A made-up chain of whole blocks, and an application that keeps one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include <support/made_up.hpp>

#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/node.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/wire/limits.hpp>

namespace chain_sync_test {

using namespace pappus;
using integration::import_result;
using integration::missing_blocks;

/// The block after `previous`, or a genesis if that is null; different for each seed.
[[nodiscard]] inline wire::block_ptr next_block(const wire::block_ptr& previous, std::uint64_t seed) {
  samples::header_draft head = samples::some_header(seed);
  head.height = previous == nullptr ? 0 : previous->header().height() + 1;
  head.total_difficulty = previous == nullptr ? 1 : previous->header().total_difficulty() + 10;
  head.version = wire::chain_parameters_for(wire::chain_type::usernet).limits.headers.version_at(head.height);
  head.output_mmr_size = head.kernel_mmr_size = 1;
  head.time = 1'500'000'000;
  if (previous != nullptr) head.roots[0] = previous->hash();
  const wire::bytes body = samples::written(head, samples::some_draft(seed), 1000);
  return support::read_made_up<wire::messages::block>(body, 1000).value;
}

/// `first`: the genesis or a block at which the chain forks.
[[nodiscard]] inline std::vector<wire::block_ptr> extended(std::vector<wire::block_ptr> chain, std::size_t by,
                                                           std::uint64_t seed) {
  for (std::size_t i = 0; i != by; ++i) chain.push_back(next_block(chain.empty() ? nullptr : chain.back(), ++seed));
  return chain;
}

[[nodiscard]] inline peer::chain_tip tip_of(const wire::header& of) { return {of.total_difficulty(), of.height()}; }

/// Keeps all headers and blocks that it is given, and follows the most work. Its adapter serves and imports them.
class chain_application {
public:
  explicit chain_application(const std::vector<wire::block_ptr>& chain) {
    for (const wire::block_ptr& each : chain) {
      import_header(each->header());
      static_cast<void>(import(each));
    }
  }

  /// The tips are reported to this node from now on.
  void attach(node& to) {
    node_ = &to;
    report_tips();
  }

  [[nodiscard]] peer::chain_tip header_tip() const { return tip_of(headers_.at(best_.back())); }
  [[nodiscard]] peer::chain_tip tip() const noexcept { return tip_; }
  [[nodiscard]] bool has(const wire::hash& block) const { return blocks_.contains(block); }

  [[nodiscard]] integration::adapter adapter() {
    integration::adapter functions = server();
    functions.get_locator = [this] { return locator(); };
    functions.import_headers = [this](const integration::headers_ptr& batch) { return import(*batch); };
    functions.get_missing_blocks = [this](const std::optional<wire::hash>& after, std::size_t count) {
      return missing(after, count);
    };
    functions.import_block = [this](const wire::block_ptr& block) { return import(block); };
    return functions;
  }

  /// Without the functions that synchronize.
  [[nodiscard]] integration::adapter server() {
    integration::adapter functions;
    functions.locate_headers = [this](std::span<const wire::hash> locator) { return after(locator); };
    functions.get_block = [this](const wire::hash& id) {
      const auto found = blocks_.find(id);
      return found == blocks_.end() ? nullptr : found->second;
    };
    return functions;
  }

  [[nodiscard]] std::vector<wire::hash> locator() const {
    std::vector<wire::hash> hashes;
    std::size_t height = best_.size() - 1;
    for (std::size_t gap = 1; height != 0 && hashes.size() + 1 < wire::limits::max_locator_hashes; gap *= 2) {
      hashes.push_back(best_[height]);
      height -= std::min(height, gap);
    }
    hashes.push_back(best_[0]);
    return hashes;
  }

  import_result import(const std::vector<wire::header>& batch) {
    for (const wire::header& each : batch) {
      if (!headers_.contains(each.prev_hash())) return import_result::unlinked;
      import_header(each);
    }
    report_tips();
    return import_result::accepted;
  }

  [[nodiscard]] missing_blocks missing(const std::optional<wire::hash>& after, std::size_t count) const {
    missing_blocks found;
    std::size_t height = 0;
    if (after) {
      height = headers_.at(*after).height() + 1;
      found.reorganized = height > best_.size() || best_[height - 1] != *after;
      if (found.reorganized) return found;
    } else {
      while (height != best_.size() && has(best_[height])) ++height;
    }
    for (; height != best_.size() && found.blocks.size() != count; ++height) {
      if (!has(best_[height])) found.blocks.push_back({best_[height], height});
    }
    return found;
  }

  import_result import(const wire::block_ptr& block) {
    const wire::header& head = block->header();
    if (!blocks_.empty() && !has(head.prev_hash())) return import_result::unlinked;
    if (!blocks_.emplace(block->hash(), block).second) return import_result::known;
    if (head.total_difficulty() > tip_.total_difficulty) tip_ = tip_of(head);
    report_tips();
    return import_result::accepted;
  }

  /// Takes over the state at a block of the header chain: the blocks before it need not be here.
  import_result adopt_state(const wire::hash& block) {
    const auto found = headers_.find(block);
    if (found == headers_.end() || best_[found->second.height()] != block) return import_result::unlinked;
    for (std::size_t height = 0; height <= found->second.height(); ++height) blocks_.emplace(best_[height], nullptr);
    tip_ = tip_of(found->second);
    report_tips();
    return import_result::accepted;
  }

private:
  void import_header(const wire::header& given) {
    headers_.insert_or_assign(given.hash(), given);
    if (!best_.empty() && given.total_difficulty() <= header_tip().total_difficulty) return;
    best_.resize(given.height() + 1);
    wire::hash at = given.hash();
    for (std::size_t height = given.height() + 1; height-- != 0 && best_[height] != at;) {
      best_[height] = at;
      at = headers_.at(at).prev_hash();
    }
  }

  [[nodiscard]] std::vector<wire::header> after(std::span<const wire::hash> locator) const {
    std::vector<wire::header> found;
    for (const wire::hash& each : locator) {
      const auto known = headers_.find(each);
      if (known == headers_.end() || best_[known->second.height()] != each) continue;
      const std::size_t from = known->second.height() + 1;
      for (std::size_t height = from; height != best_.size() && found.size() != wire::limits::max_headers; ++height) {
        found.push_back(headers_.at(best_[height]));
      }
      break;
    }
    return found;
  }

  void report_tips() {
    if (node_ == nullptr) return;
    node_->set_chain_tip(tip_);
    node_->set_header_tip(header_tip());
  }

  std::map<wire::hash, wire::header> headers_;
  std::vector<wire::hash> best_;  // the header chain, by height
  std::map<wire::hash, wire::block_ptr> blocks_;
  peer::chain_tip tip_;
  node* node_ = nullptr;
};

}  // namespace chain_sync_test
