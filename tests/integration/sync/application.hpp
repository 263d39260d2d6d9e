// The application of the model of synchronization: a header chain, and the blocks that it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/limits.hpp>

#include "application_state.hpp"
#include "chain.hpp"
#include "conduct.hpp"

namespace sync_model {

using namespace pappus::integration;

/// Headers or a block that a peer has sent.
struct content {
  std::uint64_t peer;
  const chain* of = nullptr;
  std::uint64_t first = 0;  // height
  std::uint64_t count = 0;
  bool links = true;
  bool valid = true;
  wire::hash state{};      // of which a segment or archive is
  segment_name segment{};  // that it is
};

class application {
public:
  explicit application(const settings& how) : how_(how) {}

  [[nodiscard]] peer::chain_tip body() const noexcept { return body_; }
  [[nodiscard]] peer::chain_tip header() const noexcept { return header_; }

  [[nodiscard]] std::vector<wire::hash> locator() const {
    std::vector<wire::hash> hashes;
    std::uint64_t height = header_.height;
    for (std::uint64_t gap = 1; hashes.size() < wire::limits::max_locator_hashes - 1; gap *= 2) {
      hashes.push_back(headers_->at(height));
      if (height <= gap) break;
      height -= gap;
    }
    if (chain::height_of(hashes.back()) != 0) hashes.push_back(headers_->at(0));
    return hashes;
  }

  import_result import_headers(const content& given) {
    if (!given.valid) return import_result::invalid;
    const wire::hash before = given.of->at(given.first - 1);
    if (!headers_->has(before) && !sides_.contains(before)) return import_result::unlinked;
    const std::uint64_t last = given.first + given.count - 1;
    if (given.of->work_at(last) > header_.total_difficulty) {
      header_ = {given.of->work_at(last), last};
      headers_ = given.of;
    } else {
      for (std::uint64_t height = given.first; height <= last; ++height) sides_.insert(given.of->at(height));
    }
    return import_result::accepted;
  }

  [[nodiscard]] missing_blocks missing(const std::optional<wire::hash>& after, std::size_t count) const {
    missing_blocks found;
    found.reorganized = after && !headers_->has(*after);
    if (how_.horizon != 0 && header_.height > fork_height() + how_.horizon) {
      found.state = state_target_of(*headers_, header_.height, how_.by_segments);
    }
    if (found.reorganized || found.state) return found;
    std::uint64_t from = after ? chain::height_of(*after) + 1 : first_missing();
    for (; from <= header_.height && found.blocks.size() < count; ++from) {
      found.blocks.push_back({headers_->at(from), from});
    }
    return found;
  }

  import_result import_block(const content& given) {
    if (!given.valid) return import_result::invalid;
    if (!blocks_.contains(given.of->at(given.first - 1))) return import_result::unlinked;
    if (!blocks_.insert(given.of->at(given.first)).second) return import_result::known;
    const std::uint64_t work = given.of->work_at(given.first);
    if (work > body_.total_difficulty) body_ = {work, given.first};
    return import_result::accepted;
  }

  [[nodiscard]] state_progress continue_state(const wire::hash& block, std::size_t count) {
    return import_.continued(block, count);
  }
  import_result import_segment(const content& given) { return import_.import(given.state, given.segment, given.valid); }
  import_result finish_state(const wire::hash& block) {
    if (!import_.is_complete(block)) return import_result::failed;
    import_ = {};
    return how_.invalid_state ? import_result::invalid : adopt(block);
  }
  import_result import_archive(const content& given) {
    return given.valid ? adopt(given.state) : import_result::invalid;
  }

private:
  /// The state at a block of the header chain is here, and with it all blocks up to it.
  import_result adopt(const wire::hash& block) {
    if (!headers_->has(block)) return import_result::failed;
    if (blocks_.contains(block)) return import_result::known;
    const std::uint64_t height = chain::height_of(block);
    for (std::uint64_t each = 0; each <= height; ++each) blocks_.insert(headers_->at(each));
    const std::uint64_t work = headers_->work_at(height);
    if (work > body_.total_difficulty) body_ = {work, height};
    return import_result::accepted;
  }

  /// Of the last block of the header chain that is here.
  [[nodiscard]] std::uint64_t fork_height() const { return first_missing() - 1; }

  [[nodiscard]] std::uint64_t first_missing() const {
    std::uint64_t low = 0;
    std::uint64_t high = header_.height + 1;
    while (low + 1 < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (blocks_.contains(headers_->at(middle))) low = middle;
      else high = middle;
    }
    return high;
  }

  const settings how_;
  state_import import_;
  const chain genesis_{0, 0, 1};
  const chain* headers_ = &genesis_;
  peer::chain_tip header_;
  peer::chain_tip body_;
  std::set<wire::hash> sides_;  // headers that are not on the best chain
  std::set<wire::hash> blocks_{genesis_.at(0)};
};

}  // namespace sync_model
