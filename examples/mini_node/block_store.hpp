// Headers and blocks in memory, and in a file if there is one: the operator's are permanent, the peers' are kept while
// there is room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>

#include "chain_file.hpp"
#include "header_chain.hpp"
#include "header_tree.hpp"

namespace mini_node {

/// Verifies neither proofs of work nor signatures, nor that a block's body matches its header: `header_tree` decides
/// which blocks make the main chain, and `header_chain` which headers are to be followed.
class block_store {
public:
  /// Headers of the header chain whose blocks, or those before them, are missing.
  static constexpr std::size_t max_ahead = 2'048;

  /// Limits on headers and blocks from peers, in addition to these; the oldest are dropped first.
  struct limits {
    header_tree::limits headers;
    std::size_t blocks = 1'000;
    std::size_t bytes = std::size_t{64} << 20;  // serialized bytes of blocks and compact blocks
  };

  struct statistics {
    std::size_t headers = 0;  // current, without the operator's; so are the next four
    std::size_t ahead = 0;    // of the header chain, with the operator's
    std::size_t orphans = 0;
    std::size_t blocks = 0;
    std::size_t bytes = 0;
    std::uint64_t dropped = 0;  // headers and blocks dropped in total
  };

  /// `believes`: headers from peers can become the main chain. The content of the file, which may be null, is added,
  /// and the file is kept up to date: with each header that is attached, each block that is linked, and what is
  /// dropped. Throws `chain_file::error`.
  block_store(const pappus::wire::hash& genesis, bool believes, const limits& most, std::unique_ptr<chain_file> file);
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

  /// The same for what the node has requested, with the results that synchronization expects. Since nothing is verified
  /// no peer is blamed: what contradicts the stored headers counts as not linked.
  pappus::integration::import_result import(std::span<const pappus::wire::header> batch);
  pappus::integration::import_result import(const pappus::wire::block_ptr& block);

  /// Drops the headers of the header chain that are not linked: no peer has their blocks, or a header that has only the
  /// hash of the right one is among them.
  void forget_ahead();

  /// The header chain.
  [[nodiscard]] const header_chain& best() const noexcept { return best_; }

  /// Consecutive headers of the main chain after the first hash of the locator that is on it.
  [[nodiscard]] std::vector<pappus::wire::header> after(std::span<const pappus::wire::hash> locator) const {
    return headers_.after(locator);
  }
  [[nodiscard]] bool serves_headers() const { return headers_.serves(); }
  /// Null if not stored. A compact block is also null if only the full block is stored. Of several blocks with this
  /// hash, returns the one on the main chain, otherwise a linked one, otherwise the latest.
  [[nodiscard]] pappus::wire::block_ptr find_block(const pappus::wire::hash& id) const;
  [[nodiscard]] pappus::wire::compact_block_ptr find_compact_block(const pappus::wire::hash& id) const;

  /// Header of the tip of the main chain; null if there is none.
  [[nodiscard]] const pappus::wire::header* tip() const;
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
  void read(chain_file& file);
  void age(number of);
  void drop(number of);
  void drop_body(number of);
  void settle();
  void trim();

  limits most_;
  header_tree headers_;
  header_chain best_{headers_};
  std::map<number, body> bodies_;
  std::map<std::uint64_t, number> ages_;  // bodies from peers, oldest first
  std::size_t bytes_ = 0;                 // bytes of these bodies
  std::uint64_t last_came_ = 0;
  std::uint64_t dropped_ = 0;
  std::unique_ptr<chain_file> file_;
};

}  // namespace mini_node
