// Private transactions in memory: each found by what it is, by the first of its kernels, and by when it is due.
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
#include <pappus/wire/hash.hpp>
#include <pappus/wire/opaque.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// What a transaction is known by: the first half of its id. Two that have it in common can only be made on purpose,
/// and then both are whose they are.
using stem_name = wire::opaque<16, struct stem_name_tag>;

[[nodiscard]] inline stem_name name_of(const wire::transaction& tx) { return stem_name::copy(tx.hash().raw.data()); }

/// One way by which a transaction came, and to whom it went for that.
struct stem_hop {
  std::uint64_t source = 0;
  std::uint64_t relay = 0;  // none yet if zero
};

enum class stem_stage : std::uint8_t {
  validating,   // our own; the host has not said yet whether it may go on the stem
  stemmed,      // sent on, waiting for that, or restored
  held,         // of an epoch of fluffing: waits for others
  aggregating,  // the host is making one of several
  verifying,    // its time is up, and the host has not said yet whether it is still valid
};

/// A private transaction. Strangers choose how many there are, so it is small: 80 bytes beside those of the
/// transaction, and about 20 for its place in the table.
struct stem_entry : packed_transaction {
  stem_stage at = stem_stage::stemmed;
  fluff_reason why = fluff_reason::embargo_expired;  // while it is being verified
  bool own = false;
  stem_name name;
  stem_hop first;  // how it came first

private:
  friend class stem_table;

  io::time_point due_ = io::never;
  std::uint32_t serial_ = 0;
  std::uint32_t rank_ = 0;        // in the order of their times
  std::uint32_t next_named_ = 0;  // of those whose names have one bucket
  std::uint32_t kernel_ = 0;      // a hash of the first kernel
  std::uint32_t before_ = 0;      // of those whose kernels have one bucket
  std::uint32_t after_ = 0;
};

/// Finds an entry again, as long as it is there.
struct stem_ticket {
  std::uint32_t place = 0;
  std::uint32_t serial = 0;

  friend auto operator<=>(const stem_ticket&, const stem_ticket&) = default;
};

/// All of it O(1), or O(log n) for the order of times, unless it is said otherwise. When it is empty it takes no
/// memory.
class stem_table {
public:
  explicit stem_table(const keyed_hash& keyed) noexcept : keyed_(keyed) {}

  /// Adds one that is not there yet, and is never due. If this throws nothing has changed.
  stem_ticket add(const wire::transaction& tx, const stem_name& name);
  void remove(stem_ticket which) noexcept;

  /// Null if it is gone. An entry stays where it is.
  [[nodiscard]] const stem_entry* find(stem_ticket which) const noexcept;
  [[nodiscard]] stem_entry* find(stem_ticket which) noexcept {
    return const_cast<stem_entry*>(std::as_const(*this).find(which));
  }
  [[nodiscard]] std::optional<stem_ticket> find(const stem_name& name) const noexcept;
  /// Those with that first kernel, and seldom another. O(those).
  [[nodiscard]] std::vector<stem_ticket> with_kernel(const wire::hash& first) const;

  void arm(stem_ticket which, io::time_point due);
  [[nodiscard]] io::time_point due(stem_ticket which) const noexcept { return entries_[which.place].due_; }
  /// When the first is due; `io::never` if none is. And that one, if there is any.
  [[nodiscard]] io::time_point earliest() const noexcept;
  [[nodiscard]] stem_ticket first() const noexcept { return ticket_of(by_time_.front()); }

  [[nodiscard]] std::size_t size() const noexcept { return by_time_.size(); }

private:
  using place = slab<stem_entry>::place;
  using buckets = std::vector<place>;

  [[nodiscard]] stem_ticket ticket_of(place where) const noexcept { return {where, entries_[where].serial_}; }
  [[nodiscard]] std::uint64_t hash_of(const stem_name& name) const noexcept;
  [[nodiscard]] std::uint32_t hash_of(const wire::hash& kernel) const noexcept;
  /// The first entry of the bucket of that hash.
  [[nodiscard]] static place& in(buckets& all, std::uint64_t hash) noexcept { return all[hash & (all.size() - 1)]; }
  void grow();
  void link(place added) noexcept;
  void unlink(place removed) noexcept;
  void put(place which, std::size_t rank) noexcept;
  void reorder(place which) noexcept;

  keyed_hash keyed_;
  slab<stem_entry> entries_;
  buckets by_name_;
  buckets by_kernel_;
  std::vector<place> by_time_;  // a heap
  std::uint32_t serials_ = 0;
};

}  // namespace pappus::peer
