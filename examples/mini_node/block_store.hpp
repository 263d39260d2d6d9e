// Headers and blocks in memory: those of the operator, which stay, and those that peers have brought, while there is
// room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include <pappus/peer/info.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>

namespace mini_node {

/// Judges neither proofs of work nor signatures. A header counts for the chain once all before it back to the first
/// block, or to one of the operator's, are here and it says one block more and more difficulty than the one before;
/// until then it is kept aside. The main chain is that of most total difficulty, but the operator's word on a height
/// stands.
class block_store {
public:
  /// Of what peers bring; the oldest go first.
  struct limits {
    std::size_t headers = 10'000;
    std::size_t aside = 1'000;  // of these
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
  block_store(const pappus::wire::hash& genesis, bool believes, limits most) noexcept
      : genesis_(genesis), believes_(believes), most_(most) {}

  /// The operator's: a header is that of the main chain at its height.
  void keep(const pappus::wire::header& given);
  void keep(pappus::wire::block_ptr given);
  void keep(pappus::wire::compact_block_ptr given);

  /// A peer's. Not kept if it is here, contradicts what is here, or there is no room at all.
  void add(const pappus::wire::header& brought);
  void add(pappus::wire::block_ptr brought);
  void add(pappus::wire::compact_block_ptr brought);

  /// Whether its header is here, and the block has never been.
  [[nodiscard]] bool lacks(const pappus::wire::hash& id) const;
  /// True once for each block that peers have brought whole; gives its header.
  [[nodiscard]] bool take_news(const pappus::wire::hash& id, pappus::wire::header& into);

  /// Of the main chain, those that follow each other behind the first of these that is on it.
  [[nodiscard]] std::vector<pappus::wire::header> after(std::span<const pappus::wire::hash> locator) const;
  /// Null if there is none.
  [[nodiscard]] pappus::wire::block_ptr find_block(const pappus::wire::hash& id) const;
  [[nodiscard]] pappus::wire::compact_block_ptr find_compact_block(const pappus::wire::hash& id) const;

  /// Of the main chain; zero while there is none.
  [[nodiscard]] pappus::peer::chain_tip tip() const;
  [[nodiscard]] statistics counted() const noexcept;

private:
  using hash = pappus::wire::hash;

  struct entry {
    pappus::wire::header header;
    pappus::wire::block_ptr block;
    pappus::wire::compact_block_ptr compact;
    std::uint64_t came = 0;       // the place in `ages_`; zero: it stays
    std::uint64_t body_came = 0;  // the place in `bodies_`, as above
    bool decreed = false;         // by the operator, for the main chain
    bool linked = false;
    bool was_whole = false;
    bool told = false;  // others need not be told any more

    [[nodiscard]] std::size_t body_size() const noexcept;
  };
  using entries = std::map<hash, entry>;

  [[nodiscard]] const entry* find(const hash& id) const;
  [[nodiscard]] entry* find(const hash& id);
  [[nodiscard]] bool has_linked_predecessor(const pappus::wire::header& of) const;
  [[nodiscard]] bool follows_predecessor(const pappus::wire::header& next) const;
  entry* enter(const pappus::wire::header& brought);
  entry& enter_for_good(const pappus::wire::header& given);
  void link(entry& from);
  void consider(const entry& tip);
  void cut_main_above(std::uint64_t height);
  template <class Block>
  void add_body(Block brought, Block entry::*where);
  template <class Block>
  void keep_body(Block given, Block entry::*where);
  void wait_for_link(const entry& aside);
  void stop_waiting(const entry& aside);
  void trim();
  void drop(const hash& id);
  void drop_body(entry& of);

  hash genesis_;
  bool believes_;
  limits most_;
  // Ordered, because strangers choose the hashes and would choose the buckets with them.
  entries by_id_;
  std::map<std::uint64_t, hash> main_;    // by height
  std::multimap<hash, hash> waiting_;     // for their predecessors, by these
  std::map<std::uint64_t, hash> ages_;    // of what peers have brought, oldest first
  std::map<std::uint64_t, hash> aside_;   // of these
  std::map<std::uint64_t, hash> bodies_;  // blocks or compact blocks or both
  std::size_t bytes_ = 0;
  std::uint64_t last_came_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace mini_node
