// Headers and blocks in memory: the operator's are permanent, the peers' are kept while there is room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include <pappus/peer/chain_tip.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>

#include "header_tree.hpp"

namespace mini_node {

/// Verifies neither proofs of work nor signatures, nor that a block's body matches its header: `header_tree` decides
/// which headers make the main chain.
class block_store {
public:
  /// Limits on headers and blocks from peers; the oldest are dropped first.
  struct limits {
    header_tree::limits headers;
    std::size_t blocks = 1'000;
    std::size_t bytes = std::size_t{64} << 20;  // serialized bytes of blocks and compact blocks
  };

  struct statistics {
    std::size_t headers = 0;  // current, without the operator's; so are the next three
    std::size_t orphans = 0;
    std::size_t blocks = 0;
    std::size_t bytes = 0;
    std::uint64_t dropped = 0;  // headers and blocks dropped in total
  };

  /// `believes`: headers from peers can become the main chain.
  block_store(const pappus::wire::hash& genesis, bool believes, const limits& most);
  block_store(const block_store&) = delete;
  block_store& operator=(const block_store&) = delete;

  /// Adds data of the operator. A header becomes the main chain's header at its height.
  void keep(const pappus::wire::header& given);
  void keep(const pappus::wire::block_ptr& given);
  void keep(const pappus::wire::compact_block_ptr& given);

  /// Adds data of a peer. Returns false if it is not stored, because it contradicts the stored headers or there is no
  /// room at all.
  bool add(const pappus::wire::header& brought);
  bool add(const pappus::wire::block_ptr& brought);
  bool add(const pappus::wire::compact_block_ptr& brought);

  /// Whether the block is or was stored.
  [[nodiscard]] bool has_had(const block_name& which) const;
  /// The same for any block with this hash.
  [[nodiscard]] bool has_had(const pappus::wire::hash& id) const;
  /// The hash of a stored block's missing predecessor, if only that keeps the block from being linked, and while the
  /// headers set aside use at most half of their limit.
  [[nodiscard]] std::optional<pappus::wire::hash> missing_before(const block_name& which) const;
  /// Returns true once for each complete block from a peer, with its header.
  [[nodiscard]] bool take_news(const block_name& which, pappus::wire::header& into);

  /// Consecutive headers of the main chain after the first hash of the locator that is on it.
  [[nodiscard]] std::vector<pappus::wire::header> after(std::span<const pappus::wire::hash> locator) const {
    return headers_.after(locator);
  }
  [[nodiscard]] bool answers_for_headers() const noexcept { return headers_.answers(); }
  /// Null if not stored. A compact block is also null if only the full block is stored. Of several blocks with this
  /// hash, returns the one on the main chain, otherwise a linked one, otherwise the latest.
  [[nodiscard]] pappus::wire::block_ptr find_block(const pappus::wire::hash& id) const;
  [[nodiscard]] pappus::wire::compact_block_ptr find_compact_block(const pappus::wire::hash& id) const;
  [[nodiscard]] bool has_compact_block(const block_name& which) const;

  /// Tip of the main chain; zero if there is none.
  [[nodiscard]] pappus::peer::chain_tip tip() const;
  [[nodiscard]] statistics counted() const noexcept;

private:
  using hash = pappus::wire::hash;
  using number = header_tree::number;

  /// Stored data of a block besides its header.
  struct body {
    pappus::wire::block_ptr block;
    pappus::wire::compact_block_ptr compact;
    std::uint64_t came = 0;  // key in `ages_`; zero: permanent

    [[nodiscard]] std::size_t size() const noexcept;
  };

  template <class Block>
  bool add_body(const Block& brought, Block body::*where);
  template <class Block>
  header_tree::entry& keep_body(const Block& given, Block body::*where);
  template <class Serves>
  [[nodiscard]] const body* best_of(const hash& id, Serves serves) const;
  void drop_body(number of);
  void trim();

  limits most_;
  header_tree headers_;
  std::map<number, body> bodies_;
  std::map<std::uint64_t, number> ages_;  // bodies from peers, oldest first
  std::size_t bytes_ = 0;                 // bytes of these bodies
  std::uint64_t last_came_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace mini_node
