// The state that the application of the model of synchronization imports.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/integration/bridge/state_import.hpp>
#include <pappus/wire/hash.hpp>

#include "chain.hpp"

namespace sync_model {

using namespace pappus::integration;

/// Peers serve the state of every 50th block, of the last of them that is at least 100 blocks below their tip.
inline constexpr std::uint64_t state_interval = 50;
inline constexpr std::uint64_t state_depth = 100;

[[nodiscard]] constexpr std::uint64_t served_state(std::uint64_t tip) noexcept {
  return tip < state_depth ? 0 : (tip - state_depth) / state_interval * state_interval;
}

[[nodiscard]] inline state_target state_target_of(const chain& of, std::uint64_t tip, bool by_segments) {
  const std::uint64_t height = served_state(tip);
  return {of.at(height), height, by_segments, height + state_depth, height + state_depth + state_interval - 1};
}

/// The import of a state by segments.
class state_import {
public:
  state_import() = default;
  explicit state_import(const wire::hash& block) : block_(block) {}

  state_progress continued(const wire::hash& block, std::size_t count) {
    if (block_ != block) *this = state_import{block};
    state_progress now;
    now.leaves = imported_.size();
    now.total_leaves = all().size();
    now.complete = now.leaves == now.total_leaves;
    for (const segment_name& each : all()) {
      // Segments of the others can be verified once the bitmap is whole.
      const bool is_bitmap = each.type == wire::messages::segment_type::output_bitmap;
      if (now.wanted.size() == count || (!is_bitmap && !has_bitmap())) break;
      if (!has(each)) now.wanted.push_back(each);
    }
    return now;
  }

  import_result import(const wire::hash& block, const segment_name& which, bool valid) {
    if (block_ != block) return import_result::unlinked;
    if (!valid) return import_result::invalid;
    if (has(which)) return import_result::known;
    imported_.push_back(which);
    return import_result::accepted;
  }

  [[nodiscard]] bool is_complete(const wire::hash& block) const {
    return block_ == block && imported_.size() == all().size();
  }

private:
  [[nodiscard]] static const std::vector<segment_name>& all() {
    static const std::vector<segment_name> names = [] {
      constexpr std::uint64_t counts[] = {3, 40, 40, 20};
      std::vector<segment_name> made;
      for (std::uint8_t type = 0; type != std::size(counts); ++type) {
        for (std::uint64_t i = 0; i != counts[type]; ++i) {
          made.push_back({static_cast<wire::messages::segment_type>(type), {11, i}});
        }
      }
      return made;
    }();
    return names;
  }
  [[nodiscard]] bool has(const segment_name& which) const {
    return std::find(imported_.begin(), imported_.end(), which) != imported_.end();
  }
  [[nodiscard]] bool has_bitmap() const {
    return std::all_of(all().begin(), all().begin() + 3, [this](const auto& each) { return has(each); });
  }

  std::optional<wire::hash> block_;
  std::vector<segment_name> imported_;
};

}  // namespace sync_model
