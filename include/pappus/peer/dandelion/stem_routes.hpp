// Routes of stem transactions: outbound peers, drawn once per epoch and kept during it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/peer/keyed_hash.hpp>

namespace pappus::peer {

/// A peer to which stem transactions can be sent.
struct stem_relay {
  std::uint64_t peer = 0;
  std::uint64_t netgroup = 0;
};

/// Access to the current outbound peers.
class stem_relays {
public:
  /// Whether that peer is one of them and can be sent stem transactions.
  [[nodiscard]] virtual bool is_connected(std::uint64_t peer) const = 0;
  /// All peers that may be drawn, in an order that is the same in each run. The length of their send queues is not
  /// considered, since other peers can influence it.
  [[nodiscard]] virtual std::vector<stem_relay> candidates() const = 0;
  /// Number of stem transactions that can be sent to that peer now: of the node's own, or of other nodes.
  [[nodiscard]] virtual std::size_t room(std::uint64_t peer, bool own) const = 0;
  /// Number of transactions that can be made public now so that each reaches more than half of the outbound peers, or
  /// at least one peer if there are no outbound ones: so inbound peers that read nothing, however many, delay nothing.
  /// 0 if there is no peer.
  [[nodiscard]] virtual std::size_t public_room() const = 0;
  /// Whether there is no outbound peer, and the node looks for none.
  [[nodiscard]] virtual bool none_expected() const = 0;

protected:
  ~stem_relays() = default;
};

/// The routes of an epoch, one for each intended relay. All are drawn when the first one is needed; each is drawn once
/// more when its relay has disconnected, and is closed when that one has, too. All transactions of one source take one
/// route. Two routes never lead to two relays in one netgroup (if `apart`), and lead to one relay only if there is no
/// other when the second one is drawn.
///
/// Draws depend only on a secret of the epoch and on the outbound peers, and consume no other random numbers: so other
/// random choices do not reveal whether and in which order sources needed a route.
class stem_routes {
public:
  /// The source of the node's own transactions; peers' ids are larger.
  static constexpr std::uint64_t ourselves = 0;

  /// `apart`: no two routes may lead into one netgroup. `outbound` outlives this object.
  stem_routes(std::size_t count, bool apart, const stem_relays& outbound)
      : distinct_netgroups_(apart), outbound_(outbound), routes_(count) {}

  /// Discards all routes. `secret` is used for this epoch only.
  void begin_epoch(const keyed_hash::key& secret);

  /// The relay for transactions from `source`; nothing if there is none, or if it is the source itself. O(1);
  /// O(outbound peers) when a route is drawn.
  [[nodiscard]] std::optional<std::uint64_t> relay_for(std::uint64_t source);

  /// The relays that are drawn and still connected, for diagnostics.
  [[nodiscard]] std::vector<std::uint64_t> relays() const;

private:
  struct route {
    std::optional<stem_relay> relay;
    std::size_t drawn = 0;
  };

  [[nodiscard]] route& route_of(std::uint64_t source) noexcept;
  [[nodiscard]] bool works(const route& chosen) const;
  void draw(route& into);
  [[nodiscard]] bool is_apart(const stem_relay& candidate, const route& from) const;

  bool distinct_netgroups_;
  const stem_relays& outbound_;
  std::vector<route> routes_;
  keyed_hash draw_hash_{{}};
};

}  // namespace pappus::peer
