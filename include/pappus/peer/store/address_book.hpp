// Address book: selects addresses to dial and addresses to advertise.
//
// It follows Bitcoin Core's address manager (src/addrman.cpp, and Heilman et al. 2015, "Eclipse attacks on Bitcoin's
// peer-to-peer network"): two tables of buckets, `new` for addresses only advertised, `tried` for those dialed with
// success. The place of an address follows from a secret key, its netgroup, and the netgroup of the source that
// advertised it. So one source reaches few buckets, however many addresses it advertises, and no attacker can target a
// place. Addresses that the node cannot dial have their own table and take no place from others. Unlike in Bitcoin
// Core, an address has only one place, whichever peers repeat it: frequent advertisement gains nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/peer/enum_counters.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/store/address_info.hpp>
#include <pappus/peer/store/bucket_table.hpp>
#include <pappus/peer/store/limits.hpp>
#include <pappus/peer/store/statistics.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// Changes of a book since the last `drain_changes`, for the store.
struct book_changes {
  std::vector<address_info> updated;        // present state of added and changed ones
  std::vector<named_host> hosts;            // for which some of these stand
  std::vector<wire::peer_address> dropped;  // no longer in the book

  [[nodiscard]] bool empty() const noexcept { return updated.empty() && dropped.empty(); }
};

/// Whether an address of the book may be selected. Empty: any may.
using address_filter = std::function<bool(const address_info&)>;

/// Address book in memory, bounded by its tables; authoritative while the node runs. The caller passes the node's time
/// (`node_clock`), which may step either way. All functions are O(1) unless documented otherwise. Random choices come
/// from the key, too: equal books behave alike.
///
/// A function that throws for want of memory leaves the book and its changes in order: what it was to change is as it
/// was, but for an entry that made room.
class address_book {
public:
  /// `on_internet`: addresses that are not globally routable are refused.
  address_book(const keyed_hash::key& secret, bool on_internet);
  address_book(const address_book&) = delete;
  address_book& operator=(const address_book&) = delete;
  address_book(address_book&&) = default;
  address_book& operator=(address_book&&) = default;
  ~address_book() = default;

  /// Adds an address that `source` has advertised.
  add_result add(const wire::peer_address& address, const wire::peer_address& source, io::wall_time now);

  /// Records that a peer in that netgroup, to which the node itself has connected, has advertised the address. Of an
  /// address in the same netgroup it says nothing. Not stored, and forgotten with `forget_advertised`, when the node
  /// has no such peer any more, which is O(size).
  void advertised(const wire::peer_address& address, std::uint64_t netgroup) noexcept;
  void forget_advertised(std::uint64_t netgroup) noexcept;

  /// Records that the node dials it.
  void attempted(const wire::peer_address& address, io::wall_time now);
  /// Records that the node has no route to the address's family: for `limits::no_route_pause` no address of it is
  /// selected, unless the others have no route, too, or no address. A success with the family ends that. Addresses that
  /// stand for names are a family of their own.
  void no_route(const wire::peer_address& address, io::wall_time now) noexcept;
  /// Records that it could not be reached, or that its handshake failed.
  void failed(const wire::peer_address& address, io::wall_time now);
  /// Records a successful handshake with a dialed address. An unknown address is added; if its place in `new` is taken,
  /// that entry is removed. The address moves to `tried`; if its place there is taken, it waits until that entry has
  /// been tested (see `select_tried_collision`). `host`: the name for which the address stands, which is kept with it;
  /// without one, an address that `is_named` is not added.
  void succeeded(const wire::peer_address& address, wire::capabilities capabilities, std::string_view user_agent,
                 io::wall_time now, std::string_view host = {});
  /// Records that a session with it ends now.
  void disconnected(const wire::peer_address& address, io::wall_time now);

  /// Restores the name for which an address stands, before the entry. O(log n).
  void restore(const named_host& stored);
  /// Restores a stored entry, from `tried` into `new` if its tried place is taken; without a free place, or
  /// without the name for which it stands, it is dropped.
  /// Times in the future become `now`.
  void restore(address_info stored, io::wall_time now);

  /// Adds a correction of the node's time to the times of all entries. O(size).
  void adjust_times(io::wall_time::duration by);

  /// Selects an address to dial: from `new` or `tried` with equal probability, but with `limits::tried_target` tried
  /// ones seldom from `new`. (Addresses that remain in `new` for lack of a tried place are those that a source has
  /// advertised in excess.) If none of one table `fits`, one of the other is selected. `select_new` selects from `new`
  /// only. Addresses that have failed, or were dialed less than `rest` ago, are less likely than others that fit.
  /// Nothing if there is none, or if `limits::max_draws` have found none that fits: one of a few in many may be missed.
  [[nodiscard]] std::optional<wire::peer_address> select(io::wall_time now,
                                                         io::wall_time::duration rest = limits::recent_dial_window,
                                                         const address_filter& fits = {});
  [[nodiscard]] std::optional<wire::peer_address> select_new(io::wall_time now, const address_filter& fits = {});

  /// Selects an address that peers in at least `min` netgroups have `advertised`. All netgroups with such addresses
  /// that fit have the same probability, and all of these addresses in one netgroup. If there are some whose last dial
  /// has not failed, one of these is selected. Nothing if there is none. O(size).
  [[nodiscard]] std::optional<wire::peer_address> select_advertised(std::size_t min, const address_filter& fits = {});

  /// A tried address in a pending collision; dialing it now decides the collision (Bitcoin Core SelectTriedCollision).
  /// Nothing if there is none. O(pending collisions).
  [[nodiscard]] std::optional<wire::peer_address> select_tried_collision(io::wall_time now);

  /// At most `max` healthy tried addresses with all of these capabilities, in random order; none that stands for a
  /// name. O(size).
  [[nodiscard]] std::vector<wire::peer_address> get_addresses(std::size_t max, wire::capabilities wanted,
                                                              io::wall_time now);

  /// Checks the next `count` entries in turn and drops the stale ones. O(count).
  void expire(std::size_t count, io::wall_time now);

  /// The hosts for which addresses of the book stand, by these addresses.
  [[nodiscard]] const std::map<wire::peer_address, std::string>& hosts() const noexcept { return hosts_; }

  /// Null if the address is not in the book; valid until the book changes.
  [[nodiscard]] const address_info* find(const wire::peer_address& address) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }
  [[nodiscard]] std::size_t tried() const noexcept {
    return families_[0].tried.size() + families_[1].tried.size() + families_[2].tried.size();
  }
  /// Number of changes that have not been taken.
  [[nodiscard]] std::size_t changes() const noexcept { return changed_.size() + dropped_.size(); }
  [[nodiscard]] book_statistics statistics() const noexcept;
  /// All entries, ordered by address. O(n log n).
  [[nodiscard]] std::vector<address_info> list() const;

  /// Returns the changes since the last call. O(changes).
  [[nodiscard]] book_changes drain_changes();
  /// Called at the first change after `drain_changes`; does not throw. May be empty.
  std::function<void()> on_change;

private:
  using number = bucket_table::number;

  struct entry {
    address_info info;
    bucket_position at;
    bool used = false;
    bool changed = false;             // listed in `changed_`, whether it is used or not
    std::uint64_t advertised_by = 0;  // a bit for each netgroup of `advertisers_` that has `advertised` it
  };

  /// A new address that was dialed with success, and whose tried place is taken.
  struct tried_collision {
    wire::peer_address by;
    io::wall_time since;
  };

  struct hasher {
    keyed_hash keyed;
    std::size_t operator()(const wire::peer_address& address) const noexcept;
  };

  /// The tables of the addresses of one family.
  struct family {
    family(std::size_t new_buckets, std::size_t tried_buckets) : fresh(new_buckets), tried(tried_buckets) {}

    [[nodiscard]] std::size_t size() const noexcept { return fresh.size() + tried.size(); }

    bucket_table fresh;  // the table that is called `new`
    bucket_table tried;
    std::optional<io::wall_time> no_route_since;
  };

  [[nodiscard]] entry* look_up(const wire::peer_address& address) noexcept;
  [[nodiscard]] static std::size_t family_number(const ip_address& of) noexcept {
    if (of.is_named()) return 2;
    return of.is_v4() ? 0 : 1;
  }
  [[nodiscard]] family& family_of(const wire::peer_address& address) noexcept {
    return families_[family_number(address.ip)];
  }
  [[nodiscard]] const family& family_of(const wire::peer_address& address) const noexcept {
    return families_[family_number(address.ip)];
  }
  [[nodiscard]] bucket_table& table_of(const address_info& info) noexcept {
    family& of = family_of(info.address);
    return info.tried ? of.tried : of.fresh;
  }
  [[nodiscard]] bool is_selectable(const family& which, io::wall_time now) const noexcept;
  [[nodiscard]] bucket_position new_place(const wire::peer_address& address, const wire::peer_address& source) const;
  [[nodiscard]] bucket_position tried_place(const wire::peer_address& address) const;
  [[nodiscard]] std::uint64_t draw() noexcept;
  [[nodiscard]] std::optional<wire::peer_address> pick_from(bucket_table family::*tables, io::wall_time now,
                                                            io::wall_time::duration rest, const address_filter& fits);

  [[nodiscard]] bool may_have(const wire::peer_address& address) const;
  add_result add_unverified(const wire::peer_address& address, const wire::peer_address& source, io::wall_time now);
  number insert(address_info info, bucket_position position);
  void add_entry();
  void remove(number index);
  void mark_changed(number index) noexcept;
  void drop(const wire::peer_address& address);
  void discard(const wire::peer_address& address);
  void notify_change() const noexcept;
  void try_to_settle(number index, io::wall_time now);
  void move_to_tried(number index);
  void move_to(number index, bucket_position position, bool tried) noexcept;
  [[nodiscard]] bucket_position make_new_place(number index, number leaving);
  void settle_claims(io::wall_time now);
  bool is_decided(const tried_collision& made, io::wall_time now);

  keyed_hash keyed_;
  bool on_internet_;
  std::array<family, 3> families_{family{limits::new_bucket_count, limits::tried_bucket_count},
                                  family{limits::new_bucket_count_v6, limits::tried_bucket_count_v6},
                                  family{limits::named_bucket_count, limits::named_bucket_count}};
  std::array<std::optional<std::uint64_t>, 64> advertisers_;  // netgroups, each at its bit; further ones do not count
  std::vector<entry> entries_;
  std::vector<number> free_;
  std::unordered_map<wire::peer_address, number, hasher> numbers_;
  std::map<wire::peer_address, std::string> hosts_;
  std::vector<tried_collision> claims_;
  std::vector<number> changed_;
  std::vector<wire::peer_address> dropped_;
  std::size_t expiry_cursor_ = 0;  // index of the entry that `expire` checked last
  std::uint64_t draws_ = 0;
  book_statistics counted_;
};

}  // namespace pappus::peer
