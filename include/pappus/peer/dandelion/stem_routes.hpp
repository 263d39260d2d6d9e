// By which outbound peer stems leave: drawn once an epoch, and kept to while it lasts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/peer/keyed_hash.hpp>

namespace pappus::peer {

/// A peer that stems can be sent to.
struct stem_relay {
  std::uint64_t peer = 0;
  std::uint32_t netgroup = 0;
};

/// The outbound peers, as they are now.
class stem_relays {
public:
  /// Whether that peer is one of them.
  [[nodiscard]] virtual bool is_there(std::uint64_t peer) const = 0;
  /// All that may be drawn, in an order that is the same in each run. How much waits to be sent to them does not count:
  /// strangers can make that so.
  [[nodiscard]] virtual std::vector<stem_relay> all() const = 0;
  /// How many stems can be sent to that peer now: of our own, or of others.
  [[nodiscard]] virtual std::size_t room(std::uint64_t peer, bool own) const = 0;
  /// How many transactions can be made public now, so that more than half of the outbound peers are told of each, or,
  /// if there are none of these, any peer: inbound ones that take nothing, however many, hold nothing back. None if
  /// there is no peer at all.
  [[nodiscard]] virtual std::size_t public_room() const = 0;
  /// Whether there is no outbound peer, and none is looked for.
  [[nodiscard]] virtual bool none_to_come() const = 0;

protected:
  ~stem_relays() = default;
};

/// The routes of an epoch: one for each relay there should be. They are drawn when one is first needed, and each once
/// again when its relay has gone; after that it is closed. All that come from one source take one route. No two routes
/// lead into one netgroup, nor to one relay unless there is no other when the second is drawn.
///
/// What is drawn follows from a secret of the epoch and from who is there, and takes nothing from any other source of
/// chance: whether and in which order sources need a route cannot be seen in anything else that is drawn.
class stem_routes {
public:
  /// Of our own transactions; peers' ids are larger.
  static constexpr std::uint64_t ourselves = 0;

  /// Whether `apart`, netgroups count. What is passed by reference outlives it.
  stem_routes(std::size_t count, bool apart, const stem_relays& outbound)
      : apart_(apart), outbound_(outbound), routes_(count) {}

  /// Forgets everything. `secret` is of this epoch alone.
  void begin_epoch(const keyed_hash::key& secret);

  /// The relay for what comes from `source`; nothing if there is none, or only the source itself. O(1), and O(outbound
  /// peers) when one is drawn.
  [[nodiscard]] std::optional<std::uint64_t> relay_for(std::uint64_t source);

  /// The relays drawn and still there, for diagnostics.
  [[nodiscard]] std::vector<std::uint64_t> relays() const;

private:
  struct route {
    std::optional<stem_relay> relay;
    std::size_t drawn = 0;
  };

  [[nodiscard]] route& route_of(std::uint64_t source) noexcept;
  [[nodiscard]] bool works(const route& which) const;
  void draw(route& into);
  [[nodiscard]] bool is_apart(const stem_relay& candidate, const route& from) const;

  bool apart_;
  const stem_relays& outbound_;
  std::vector<route> routes_;
  keyed_hash drawn_by_{{}};
};

}  // namespace pappus::peer
