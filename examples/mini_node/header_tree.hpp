// The tree of stored headers, and the selection of the best chain of whole blocks.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>

namespace mini_node {

/// Identifies a block. The hash alone is not enough: in Grin it is the hash of the proof of work, and an attacker who
/// has seen a proof can put it under any other header.
struct block_name {
  pappus::wire::hash id;
  pappus::wire::hash digest;  // hash of the whole header

  friend auto operator<=>(const block_name&, const block_name&) = default;
};

[[nodiscard]] inline block_name name_of(const pappus::wire::header& of) { return {of.hash(), of.full_hash()}; }

class header_chain;

/// Does not verify proofs of work. A header is attached if all before it are stored, back to the first block or to one
/// of the operator's headers, and each adds one to the height and more than zero, but not too much, to the difficulty.
/// It is linked once its block and all preceding blocks have arrived, too. Headers that are not linked are set aside.
/// The main chain is the linked one of the highest total difficulty, except that a header of the operator is always on
/// it.
///
/// No operation is O(chain): an entry knows its predecessor and one distant ancestor, so that any ancestor is O(log
/// chain) steps away; whether an entry is on the main chain is computed on demand. (E. W. Myers, An applicative
/// random-access stack, Information Processing Letters 17, 1983.)
class header_tree {
public:
  /// Limits on headers from peers; the oldest are dropped first, those of the main chain last.
  struct limits {
    std::size_t headers = 10'000;  // that are linked
    std::size_t aside = 1'000;     // more that are neither linked nor on the header chain
  };

  /// Number of an entry; never reused. 0: none.
  using number = std::uint64_t;

  struct entry {
    pappus::wire::header header;
    block_name name;
    number own = 0;
    number before = 0;       // predecessor if attached; may have been dropped, like the next
    number far_before = 0;   // a distant ancestor if linked
    std::uint64_t came = 0;  // key in its queue
    std::uint64_t step = 0;  // the difficulty that it adds, if attached
    bool attached = false;
    bool linked = false;
    bool whole = false;    // its block has arrived
    bool stays = false;    // from the operator: never dropped for room
    bool is_root = false;  // a chain begins here, although its predecessor existed once
  };

  /// `believes`: headers from peers can become the main chain. `dropped` is called for each dropped entry.
  header_tree(const pappus::wire::hash& genesis, bool believes, const limits& most, std::function<void(number)> dropped)
      : genesis_(genesis), believes_(believes), most_(most), dropped_(std::move(dropped)) {}

  /// Adds a header of a peer. Returns null if it contradicts the stored headers or there is no room at all, otherwise
  /// its entry, which may have existed before. O(log headers).
  entry* add(const pappus::wire::header& brought);
  /// Adds a header that was linked when it was stored in a file, after those before it.
  entry* restore(const pappus::wire::header& stored);
  /// Adds a header of the operator. Other entries with the same hash are dropped. It can be linked without its block.
  entry& keep(const pappus::wire::header& given);
  /// Makes a header of the operator the main chain's header at its height.
  void decree(entry& given);
  /// Called when the block has arrived.
  void complete(entry& which);
  /// Drops an entry. Those that follow it are kept, and attached again when it has come again.
  void drop(number which);
  /// Drops excess entries, as far as that is quick, but none of `needed`. To be called after each of the above.
  void trim(const header_chain& needed);
  /// Entries that were attached or linked since the last call.
  [[nodiscard]] std::vector<number> take_changed() noexcept { return std::exchange(changed_, {}); }

  [[nodiscard]] entry* find(const block_name& name);
  [[nodiscard]] const entry* find(const block_name& name) const;
  [[nodiscard]] const entry* find(number which) const;
  /// All entries with this hash.
  [[nodiscard]] std::vector<const entry*> named(const pappus::wire::hash& id) const;

  [[nodiscard]] bool is_on_main(const entry& which) const { return main_at(which.header.height()) == &which; }
  /// Whether the chain up to a linked header may become the main chain if it has the most difficulty. Null: the
  /// genesis.
  [[nodiscard]] bool may_be_main(const entry* linked) const;
  /// The ancestor of a linked entry at that height, or the entry itself; null if it was dropped or never stored.
  /// O(log chain).
  [[nodiscard]] const entry* ancestor(const entry& of, std::uint64_t height) const;
  /// The tip of the main chain, or null.
  [[nodiscard]] const entry* tip() const { return find(tip_); }
  /// Consecutive headers of the main chain after the first hash of the locator that is on it, at most
  /// `wire::limits::max_headers`.
  [[nodiscard]] std::vector<pappus::wire::header> after(std::span<const pappus::wire::hash> locator) const;
  /// Whether headers are to be advertised: those of the main chain begin at the first block, or the operator has stored
  /// some.
  [[nodiscard]] bool serves() const;

  [[nodiscard]] const pappus::wire::hash& genesis() const noexcept { return genesis_; }

  /// Number of headers from peers.
  [[nodiscard]] std::size_t size() const noexcept { return aside_.size() + new_.size() + old_.size(); }
  [[nodiscard]] std::size_t aside() const noexcept { return aside_.size(); }

private:
  using hash = pappus::wire::hash;
  using queue = std::map<std::uint64_t, number>;  // oldest first

  [[nodiscard]] entry* at(number which);
  [[nodiscard]] bool may_be_first(const pappus::wire::header& of) const;
  [[nodiscard]] static bool may_follow(const pappus::wire::header& next, const entry& before);
  [[nodiscard]] bool contradicts(const pappus::wire::header& brought) const;
  entry& enter(const pappus::wire::header& given, const block_name& name);
  void try_to_attach(entry& which);
  void attach(entry& first, number before);
  void try_to_link(entry& which);
  void link(entry& first, number before);
  void put_behind(entry& which, const entry* before);
  void stop_waiting(entry& which);
  void leave_queue(entry& which);
  void consider(const entry& candidate);
  [[nodiscard]] bool has_beginning(const entry& which) const;
  [[nodiscard]] const entry* main_at(std::uint64_t height) const;
  [[nodiscard]] std::optional<std::uint64_t> height_on_main(const hash& id) const;

  hash genesis_;
  bool believes_;
  limits most_;
  std::function<void(number)> dropped_;
  // Ordered containers, because an attacker could choose hashes that collide in a hash table.
  std::map<number, entry> entries_;
  std::map<block_name, number> by_name_;
  std::set<std::pair<hash, number>> waiting_;  // entries that are not linked, by the hash of their predecessor
  std::map<std::uint64_t, number> decreed_;    // the operator's headers by height
  queue aside_;                                // from peers, not linked
  queue new_;                                  // from peers, linked, never seen on the main chain when examined
  queue old_;                                  // from peers, seen on the main chain when examined
  number tip_ = 0;
  number last_ = 0;
  std::uint64_t last_came_ = 0;
  std::vector<number> changed_;
};

}  // namespace mini_node
