// The tree of stored headers, and the selection of the best chain.
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

/// Does not verify proofs of work. A header is linked once its block and all preceding blocks have arrived, back to the
/// first block or to one of the operator's headers, and each adds one to the height and more than zero, but not too
/// much, to the difficulty. Other headers are set aside. The best chain is the linked one of the highest total
/// difficulty, except that a header of the operator is always on the main chain.
///
/// No operation is O(chain): an entry knows its predecessor and one distant ancestor, so that any ancestor is O(log
/// chain) steps away; whether an entry is on the main chain is computed on demand. (E. W. Myers, An applicative
/// random-access stack, Information Processing Letters 17, 1983.)
class header_tree {
public:
  /// Limits on headers from peers; the oldest are dropped first, those of the main chain last.
  struct limits {
    std::size_t headers = 10'000;
    std::size_t aside = 1'000;  // of these, headers that are not linked
  };

  /// Number of an entry; never reused. 0: none.
  using number = std::uint64_t;

  struct entry {
    pappus::wire::header header;
    block_name name;
    number own = 0;
    number before = 0;       // predecessor if linked; may have been dropped, like the next
    number far_before = 0;   // a distant ancestor
    std::uint64_t came = 0;  // key in its queue
    std::uint64_t step = 0;  // the difficulty that it adds, if linked
    bool linked = false;
    bool whole = false;  // its block has arrived
    bool stays = false;  // from the operator: never dropped for room
    bool told = false;   // needs no announcement any more
  };

  /// `believes`: headers from peers can become the main chain. `dropped` is called for each dropped entry.
  header_tree(const pappus::wire::hash& genesis, bool believes, const limits& most, std::function<void(number)> dropped)
      : genesis_(genesis), believes_(believes), most_(most), dropped_(std::move(dropped)) {}

  /// Adds a header of a peer. Returns null if it contradicts the stored headers or there is no room at all, otherwise
  /// its entry, which may have existed before. O(log headers).
  entry* add(const pappus::wire::header& brought);
  /// Adds a header of the operator. Other entries with the same hash are dropped. It can be linked without its block.
  entry& keep(const pappus::wire::header& given);
  /// Makes a header of the operator the main chain's header at its height.
  void decree(entry& given);
  /// Called when the block has arrived.
  void complete(entry& which);
  /// Drops excess entries, as far as that is quick. To be called after each of the above.
  void trim();

  [[nodiscard]] entry* find(const block_name& name);
  [[nodiscard]] const entry* find(const block_name& name) const;
  [[nodiscard]] const entry* find(number which) const;
  /// All entries with this hash.
  [[nodiscard]] std::vector<const entry*> named(const pappus::wire::hash& id) const;

  [[nodiscard]] bool is_on_main(const entry& which) const { return main_at(which.header.height()) == &which; }
  /// The tip of the main chain, or null.
  [[nodiscard]] const entry* tip() const { return find(tip_); }
  /// Consecutive headers of the main chain after the first hash of the locator that is on it, at most
  /// `wire::limits::max_headers`.
  [[nodiscard]] std::vector<pappus::wire::header> after(std::span<const pappus::wire::hash> locator) const;
  /// Whether `after` can return anything, now or after headers from peers.
  [[nodiscard]] bool answers() const noexcept { return believes_ || !decreed_.empty(); }

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
  void try_to_link(entry& which);
  void link(entry& first, number before);
  void put_behind(entry& which, const entry* before);
  void stop_waiting(entry& which);
  void leave_queue(entry& which);
  void consider(const entry& candidate);
  [[nodiscard]] const entry* before(const entry& which, std::uint64_t height) const;
  [[nodiscard]] bool has_beginning(const entry& which) const;
  [[nodiscard]] const entry* main_at(std::uint64_t height) const;
  [[nodiscard]] std::optional<std::uint64_t> height_on_main(const hash& id) const;
  void drop(number which);

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
};

}  // namespace mini_node
