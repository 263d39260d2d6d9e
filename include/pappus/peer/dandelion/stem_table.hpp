// Table of private transactions, indexed by name, by first kernel, and by due time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/peer/dandelion/packed_transaction.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/stem_result.hpp>
#include <pappus/slab.hpp>
#include <pappus/wire/fixed_bytes.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Key of a transaction: the first half of its hash. Two transactions with one name can only be made on purpose, and
/// then both are the attacker's own.
using stem_name = wire::fixed_bytes<16, struct stem_name_tag>;

[[nodiscard]] inline stem_name name_of(const wire::transaction& tx) { return stem_name::copy(tx.hash().raw.data()); }

/// A source from which a transaction came, and the relay to which it was sent for that source.
struct stem_hop {
  std::uint64_t source = 0;
  std::uint64_t relay = 0;  // 0: none yet
};

enum class stem_stage : std::uint8_t {
  validating,   // the node's own; the adapter is validating it before it goes on the stem
  stemmed,      // sent along the stem, waiting for a route, or restored
  held,         // another node's, in a fluff epoch: waits to be aggregated
  aggregating,  // the adapter is aggregating it with others
  verifying,    // about to be fluffed; the adapter is validating it again
};

/// A private transaction. Peers determine how many there are, so it is small: 80 bytes beside those of the transaction,
/// and about 20 for its place in the table.
struct stem_entry : packed_transaction {
  stem_stage at = stem_stage::stemmed;
  fluff_reason reason = fluff_reason::embargo_expired;  // in the stage `verifying`
  bool own = false;
  stem_name name;
  stem_hop first;  // of the first source

private:
  friend class stem_table;

  io::time_point due_ = io::never;
  std::uint32_t serial_ = 0;
  std::uint32_t rank_ = 0;        // position in the heap of due times
  std::uint32_t next_named_ = 0;  // next entry in its bucket of names
  std::uint32_t kernel_ = 0;      // hash of the first kernel
  std::uint32_t before_ = 0;      // previous entry in its bucket of kernels
  std::uint32_t after_ = 0;
};

/// Handle of an entry. After the entry's removal it finds nothing.
struct stem_ticket {
  std::uint32_t place = 0;
  std::uint32_t serial = 0;

  friend auto operator<=>(const stem_ticket&, const stem_ticket&) = default;
};

/// All functions are O(1), or O(log n) where they change the order of due times, unless stated otherwise. An empty
/// table holds no memory.
class stem_table {
public:
  explicit stem_table(const keyed_hash& keyed) noexcept : keyed_(keyed) {}

  /// Adds a transaction, which must not be in the table yet; its due time is `io::never`. Strong exception guarantee.
  stem_ticket add(const wire::transaction& tx, const stem_name& name);
  void remove(stem_ticket ticket) noexcept;

  /// Null if the entry was removed. Entries keep their addresses.
  [[nodiscard]] const stem_entry* find(stem_ticket ticket) const noexcept;
  [[nodiscard]] stem_entry* find(stem_ticket ticket) noexcept {
    return const_cast<stem_entry*>(std::as_const(*this).find(ticket));
  }
  [[nodiscard]] std::optional<stem_ticket> find(const stem_name& name) const noexcept;
  /// The entries with that first kernel, and seldom one with another kernel whose hash is the same. O(entries
  /// returned).
  [[nodiscard]] std::vector<stem_ticket> with_kernel(const wire::hash& first) const;

  void arm(stem_ticket ticket, io::time_point due);
  [[nodiscard]] io::time_point due(stem_ticket ticket) const noexcept { return entries_[ticket.place].due_; }
  /// Earliest due time; `io::never` if there is none. `first`: the entry with that time; requires that the table is not
  /// empty.
  [[nodiscard]] io::time_point earliest() const noexcept;
  [[nodiscard]] stem_ticket first() const noexcept { return ticket_of(by_time_.front()); }

  [[nodiscard]] std::size_t size() const noexcept { return by_time_.size(); }

private:
  using place = slab<stem_entry>::index;
  using buckets = std::vector<place>;

  [[nodiscard]] stem_ticket ticket_of(place position) const noexcept { return {position, entries_[position].serial_}; }
  [[nodiscard]] std::uint64_t hash_of(const stem_name& name) const noexcept;
  [[nodiscard]] std::uint32_t hash_of(const wire::hash& kernel) const noexcept;
  /// Place of the first entry in the bucket of that hash.
  [[nodiscard]] static place& in(buckets& all, std::uint64_t hash) noexcept { return all[hash & (all.size() - 1)]; }
  void grow();
  void link(place added) noexcept;
  void unlink(place removed) noexcept;
  void put(place position, std::size_t rank) noexcept;
  void reorder(place position) noexcept;

  keyed_hash keyed_;
  slab<stem_entry> entries_;
  buckets by_name_;
  buckets by_kernel_;
  std::vector<place> by_time_;  // binary heap
  std::uint32_t serials_ = 0;
};

}  // namespace pappus::peer
