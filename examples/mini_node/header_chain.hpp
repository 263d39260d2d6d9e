// The header chain: the best chain of headers, of which the last blocks may be missing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/wire/hash.hpp>

#include "header_tree.hpp"

namespace mini_node {

/// The main chain of the tree, or an attached one with more total difficulty. Of the latter it keeps the headers that
/// are not linked, in their order.
class header_chain {
public:
  using entry = header_tree::entry;

  /// The tree outlives it.
  explicit header_chain(const header_tree& of) noexcept : tree_(of) {}

  /// Called when an entry has been attached or linked, and for one that is attached, at any time.
  void consider(const entry& which);
  /// Called before an entry is dropped from the tree.
  void dropped(const entry& which);
  /// Goes back to the main chain.
  void clear() noexcept { ahead_.clear(); }

  /// Null if there is none.
  [[nodiscard]] const entry* tip() const;
  /// Number of headers that are not linked.
  [[nodiscard]] std::size_t ahead() const noexcept { return ahead_.size(); }
  [[nodiscard]] bool is_ahead(const entry& which) const { return place_of(which).has_value(); }
  /// The first and the last of them; 0 if there is none.
  [[nodiscard]] header_tree::number first_ahead() const noexcept { return ahead_.empty() ? 0 : ahead_.front(); }
  [[nodiscard]] header_tree::number last_ahead() const noexcept { return ahead_.empty() ? 0 : ahead_.back(); }

  /// Hashes from the tip on at growing distances, at last the genesis. O(log² chain).
  [[nodiscard]] std::vector<pappus::wire::hash> locator() const;
  /// Blocks of the chain that have not arrived, as `integration::adapter::get_missing_blocks` returns them.
  [[nodiscard]] pappus::integration::missing_blocks missing(const std::optional<pappus::wire::hash>& after,
                                                            std::size_t count) const;

private:
  [[nodiscard]] std::uint64_t work() const;
  [[nodiscard]] std::optional<std::size_t> place_of(const entry& which) const;
  [[nodiscard]] std::optional<std::size_t> place_after(const pappus::wire::hash& block) const;
  [[nodiscard]] const entry* linked_tip() const;
  [[nodiscard]] const entry* at(std::uint64_t height) const;

  const header_tree& tree_;
  std::deque<header_tree::number> ahead_;
};

}  // namespace mini_node
