// Headers and blocks in memory: those of the operator, which stay, and those that peers have brought, while there is
// room.
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

/// Judges neither proofs of work nor signatures, nor whether a block's body is the one that its header commits to:
/// `header_tree` says which headers make the chain.
class block_store {
public:
  /// Of what peers bring; the oldest go first.
  struct limits {
    header_tree::limits headers;
    std::size_t blocks = 1'000;
    std::size_t bytes = std::size_t{64} << 20;  // of blocks and compact blocks as they came
  };

  struct statistics {
    std::size_t headers = 0;  // now, without the operator's, as the next three
    std::size_t aside = 0;
    std::size_t blocks = 0;
    std::size_t bytes = 0;
    std::uint64_t dropped = 0;  // headers and blocks, so far
  };

  /// `believes`: headers of peers may make the main chain.
  block_store(const pappus::wire::hash& genesis, bool believes, const limits& most);
  block_store(const block_store&) = delete;
  block_store& operator=(const block_store&) = delete;

  /// The operator's: a header is that of the main chain at its height.
  void keep(const pappus::wire::header& given);
  void keep(const pappus::wire::block_ptr& given);
  void keep(const pappus::wire::compact_block_ptr& given);

  /// A peer's. False if it is not kept, since it contradicts what is here, or there is no room at all.
  bool add(const pappus::wire::header& brought);
  bool add(const pappus::wire::block_ptr& brought);
  bool add(const pappus::wire::compact_block_ptr& brought);

  /// Whether the block is here, or has been.
  [[nodiscard]] bool has_had(const block_name& which) const;
  /// The same of any that has this id.
  [[nodiscard]] bool has_had(const pappus::wire::hash& id) const;
  /// The block before one that is here, if nothing but that is missing before it is linked, and as long as what waits
  /// for others takes up less than half the room for it.
  [[nodiscard]] std::optional<pappus::wire::hash> missing_before(const block_name& which) const;
  /// True once for each block that peers have brought whole; gives its header.
  [[nodiscard]] bool take_news(const block_name& which, pappus::wire::header& into);

  /// Of the main chain, those that follow each other behind the first of these that is on it.
  [[nodiscard]] std::vector<pappus::wire::header> after(std::span<const pappus::wire::hash> locator) const {
    return headers_.after(locator);
  }
  [[nodiscard]] bool answers_for_headers() const noexcept { return headers_.answers(); }
  /// Null if it is not here; the compact one also if only the block is. Of several with this id the one on the main
  /// chain, or else one that is linked, or else the latest.
  [[nodiscard]] pappus::wire::block_ptr find_block(const pappus::wire::hash& id) const;
  [[nodiscard]] pappus::wire::compact_block_ptr find_compact_block(const pappus::wire::hash& id) const;
  [[nodiscard]] bool has_compact_block(const block_name& which) const;

  /// Of the main chain; zero while there is none.
  [[nodiscard]] pappus::peer::chain_tip tip() const;
  [[nodiscard]] statistics counted() const noexcept;

private:
  using hash = pappus::wire::hash;
  using number = header_tree::number;

  /// What is here of a block besides its header.
  struct body {
    pappus::wire::block_ptr block;
    pappus::wire::compact_block_ptr compact;
    std::uint64_t came = 0;  // the place in `ages_`; zero: it stays

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
  std::map<std::uint64_t, number> ages_;  // of those that peers have brought, oldest first
  std::size_t bytes_ = 0;                 // of these
  std::uint64_t last_came_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace mini_node
