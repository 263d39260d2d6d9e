// The headers that are here, how they hang together, and which chain of them is the best.
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

/// Which block is meant. The id alone does not say it: it is the hash of a proof of work, and who has seen one can put
/// it under any other header.
struct block_name {
  pappus::wire::hash id;
  pappus::wire::hash digest;  // of the whole header

  friend auto operator<=>(const block_name&, const block_name&) = default;
};

[[nodiscard]] inline block_name name_of(const pappus::wire::header& of) { return {of.hash(), of.digest()}; }

/// Verifies no proof of work. A header is linked once its block has been here, and so have all before it back to the
/// first block, or to one of the operator's headers, each saying one block more than the one before, more difficulty,
/// and not too much more. What is not linked is kept aside. The best chain is the linked one of most total difficulty,
/// but the operator's word on a height stands.
///
/// Nothing is O(chain): a header knows its predecessor and one far before it, from which any other is O(log chain)
/// steps away, and which are on the main chain is found out when it is asked. (E. W. Myers, An applicative
/// random-access stack, Information Processing Letters 17, 1983.)
class header_tree {
public:
  /// Of what peers bring; the oldest go first, those of the main chain last.
  struct limits {
    std::size_t headers = 10'000;
    std::size_t aside = 1'000;  // of these
  };

  /// Of an entry; never used again. 0: none.
  using number = std::uint64_t;

  struct entry {
    pappus::wire::header header;
    block_name name;
    number own = 0;
    number before = 0;       // its predecessor, if it is linked; it may have gone, as the next one
    number far_before = 0;   // one of those before it
    std::uint64_t came = 0;  // the place in its queue
    std::uint64_t step = 0;  // the difficulty that it adds, if it is linked
    bool linked = false;
    bool whole = false;  // its block has been here
    bool stays = false;  // the operator's
    bool told = false;   // others need not be told any more
  };

  /// `believes`: headers of peers may make the main chain. `dropped` hears of each that goes.
  header_tree(const pappus::wire::hash& genesis, bool believes, const limits& most, std::function<void(number)> dropped)
      : genesis_(genesis), believes_(believes), most_(most), dropped_(std::move(dropped)) {}

  /// A peer's. Null if it contradicts what is here, or there is no room at all; else it, which may have been here
  /// before. O(log headers).
  entry* add(const pappus::wire::header& brought);
  /// The operator's: what else is known under its id goes. It counts without its block.
  entry& keep(const pappus::wire::header& given);
  /// One that the operator has given is that of the main chain at its height.
  void decree(entry& given);
  /// Its block is here.
  void complete(entry& which);
  /// Lets go of what is too much, as far as that is quick; to be called after each of the above.
  void trim();

  [[nodiscard]] entry* find(const block_name& name);
  [[nodiscard]] const entry* find(const block_name& name) const;
  [[nodiscard]] const entry* find(number which) const;
  /// All that share an id.
  [[nodiscard]] std::vector<const entry*> named(const pappus::wire::hash& id) const;

  [[nodiscard]] bool is_on_main(const entry& which) const { return main_at(which.header.height()) == &which; }
  /// The last of the main chain, or null.
  [[nodiscard]] const entry* tip() const { return find(tip_); }
  /// Of the main chain, those that follow each other behind the first of these that is on it, at most
  /// `wire::limits::headers`.
  [[nodiscard]] std::vector<pappus::wire::header> after(std::span<const pappus::wire::hash> locator) const;
  /// Whether there is anything that `after` could give, now or when peers bring it.
  [[nodiscard]] bool answers() const noexcept { return believes_ || !decreed_.empty(); }

  /// Of peers.
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
  // Ordered, because strangers choose the hashes and would choose the buckets with them.
  std::map<number, entry> entries_;
  std::map<block_name, number> by_name_;
  std::set<std::pair<hash, number>> waiting_;  // those that are not linked, by their predecessors' ids
  std::map<std::uint64_t, number> decreed_;    // by height
  queue aside_;                                // of peers and not linked
  queue new_;                                  // of peers, linked, and never found on the main chain when it was looked
  queue old_;                                  // of peers, and once found there
  number tip_ = 0;
  number last_ = 0;
  std::uint64_t last_came_ = 0;
};

}  // namespace mini_node
