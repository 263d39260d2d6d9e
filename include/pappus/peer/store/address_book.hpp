// The addresses where peers may be: whom to dial next, and whom to tell others of.
//
// The way of Bitcoin Core's address manager (src/addrman.cpp, and Heilman et al. 2015, "Eclipse attacks on Bitcoin's
// peer-to-peer network"): two tables of buckets, one for what was only heard of, one for what we dialled with success.
// Where an address may stand follows from a secret key, its netgroup, and the netgroup of who spoke of it, so that one
// source reaches few buckets however much it says, and nobody can aim. Addresses that we cannot dial have a table of
// their own, and take no place that one needs which we can. Unlike there an address stands in one place
// only, whoever repeats it: it gains nothing by being named often.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/peer/enum_counters.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/store/address_info.hpp>
#include <pappus/peer/store/bucket_table.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// What became of an address that was heard of.
enum class add_result : std::uint8_t {
  added,
  known,        // already
  refused,      // no peer can be there
  crowded_out,  // its place is another's, who is no worse
};

/// Its name as in the enumeration.
[[nodiscard]] std::string_view to_string(add_result became) noexcept;

struct book_statistics {
  enum_counters<add_result::crowded_out> heard;  // addresses, by what became of them
  std::uint64_t stale = 0;                       // dropped: nobody has spoken of them for long, or they never answer
  std::uint64_t displaced = 0;                   // that had to leave the tried ones for another
  std::uint64_t claims_refused = 0;              // too many wait already for another's place
  std::size_t claims = 0;                        // that wait now
};

/// What has changed in a book since it was last asked, for whoever stores it.
struct book_changes {
  std::vector<address_info> kept;           // as they are now
  std::vector<wire::peer_address> dropped;  // not in the book any more

  [[nodiscard]] bool empty() const noexcept { return kept.empty() && dropped.empty(); }
};

/// In memory and bounded by its tables: the truth while the node runs. Time is passed in, the node's own
/// (`node_clock`), and may step either way. Everything is O(1) unless it says otherwise. Chance comes from the key,
/// too: equal books behave alike.
class address_book {
public:
  /// If `on_internet`, addresses that cannot be reached from everywhere are refused.
  address_book(const keyed_hash::key& secret, bool on_internet);

  /// `source` speaks of an address.
  add_result add(const wire::peer_address& address, const wire::peer_address& source, io::wall_time now);

  /// We dial it.
  void attempted(const wire::peer_address& address, io::wall_time now);
  /// It could not be reached, or did not shake hands.
  void failed(const wire::peer_address& address, io::wall_time now);
  /// We dialled it and it shook hands. One the book does not know is added if there is room. It moves to the tried
  /// ones; where another stands in its place, it waits until that one has been tested (see `doubtful`).
  void succeeded(const wire::peer_address& address, wire::capabilities capabilities, std::string_view user_agent,
                 io::wall_time now);
  /// A session with it ends now, having lasted.
  void seen(const wire::peer_address& address, io::wall_time now);

  /// Puts back what was stored; what does not fit any more is left out. Times to come become `now`.
  void restore(address_info stored, io::wall_time now);

  /// Moves the times of all, as the node's time has been. O(size).
  void shift(io::wall_time::duration by);

  /// An address to dial: from either table with the same chance, but seldom from the new ones once there are enough
  /// tried ones; or from the new ones only. What lingers among the new ones for want of a place is what somebody has
  /// said too much of. Those that have failed, or were dialled just now, are less likely. Nothing if there is none.
  [[nodiscard]] std::optional<wire::peer_address> select(io::wall_time now);
  [[nodiscard]] std::optional<wire::peer_address> select_new(io::wall_time now);

  /// A tried one whose place another claims: dialling it now decides. Nothing if there is none. O(claims).
  [[nodiscard]] std::optional<wire::peer_address> doubtful(io::wall_time now);

  /// At most `most` healthy addresses with all of these capabilities, in no order. O(size).
  [[nodiscard]] std::vector<wire::peer_address> get_addresses(std::size_t most, wire::capabilities wanted,
                                                              io::wall_time now);

  /// Looks at the next `count` places and drops the addresses there that are not worth keeping.
  void expire(std::size_t count, io::wall_time now);

  /// Null if the book does not know it; lasts until the book is changed.
  [[nodiscard]] const address_info* find(const wire::peer_address& address) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }
  [[nodiscard]] std::size_t tried() const noexcept { return tried_.size(); }
  /// How many changes have not been taken.
  [[nodiscard]] std::size_t changes() const noexcept { return changed_.size() + dropped_.size(); }
  [[nodiscard]] book_statistics statistics() const noexcept;
  /// All, in the order of their addresses. O(n log n).
  [[nodiscard]] std::vector<address_info> list() const;

  /// Gives what has changed since the last call. O(changes).
  [[nodiscard]] book_changes take_changes();
  /// Called at the first change after that. May be empty.
  std::function<void()> changing;

private:
  using number = bucket_table::number;

  struct entry {
    address_info info;
    bucket_place at;
    bool used = false;
    bool changed = false;
  };

  /// A new address that we dialled with success, whose place among the tried ones is taken.
  struct tried_collision {
    wire::peer_address by;
    io::wall_time since;
  };

  struct hasher {
    keyed_hash keyed;
    std::size_t operator()(const wire::peer_address& address) const noexcept;
  };

  [[nodiscard]] entry* look_up(const wire::peer_address& address) noexcept;
  [[nodiscard]] bucket_table& table_of(const address_info& info) noexcept;
  [[nodiscard]] bucket_place new_place(const wire::peer_address& address, const wire::peer_address& source) const;
  [[nodiscard]] bucket_place tried_place(const wire::peer_address& address) const;
  [[nodiscard]] std::uint64_t draw() noexcept;
  [[nodiscard]] std::optional<wire::peer_address> pick_from(const bucket_table& table, io::wall_time now);

  add_result hear(const wire::peer_address& address, const wire::peer_address& source, io::wall_time now);
  number insert(address_info info, bucket_place at);
  void remove(number which);
  void touch(number which);
  void drop(const wire::peer_address& address);
  void tell_of_change() const;
  void try_to_settle(number which, io::wall_time now);
  void settle(number which);
  void unsettle(number which);
  void move_to(number which, bucket_place where, bool tried);
  void settle_claims(io::wall_time now);
  bool is_decided(const tried_collision& made, io::wall_time now);

  keyed_hash keyed_;
  bool on_internet_;
  bucket_table new_;
  bucket_table tried_;
  bucket_table undialable_;
  std::vector<entry> entries_;
  std::vector<number> free_;
  std::unordered_map<wire::peer_address, number, hasher> numbers_;
  std::vector<tried_collision> claims_;
  std::vector<number> changed_;
  std::vector<wire::peer_address> dropped_;
  std::size_t looked_at_ = 0;  // by expire
  std::uint64_t drawn_ = 0;
  book_statistics counted_;
};

}  // namespace pappus::peer
