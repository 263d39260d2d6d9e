// How addresses of peers spread: what others are told of them, and how much of what others say is believed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/io/network.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/book/address_book.hpp>
#include <pappus/peer/node_clock.hpp>
#include <pappus/peer/session/address_listener.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

struct address_relay_statistics {
  std::uint64_t asked = 0;      // questions of peers
  std::uint64_t answered = 0;   // of these; others came from peers that take too slowly
  std::uint64_t too_often = 0;  // of these, not answered
  std::uint64_t heard = 0;      // addresses, whoever said them
  std::uint64_t believed = 0;   // of these, new in the book
  std::uint64_t ignored = 0;    // of these, beyond what a peer may say unasked
  std::uint64_t refused = 0;    // of these, at ports of other services
};

/// Everybody is told the same addresses for a day, healthy ones that we have dialled, and not too large a part of them:
/// so asking again and again, from wherever, gives away neither the book nor whom we are connected to. Peers that have
/// dialled us are not named as such: feelers look whether they are where they say, and so they come to be among the
/// others. An answer that was asked for counts in full; for what else peers say there is a rate.
class address_relay final : public address_listener {
public:
  address_relay(io::runtime& on, address_book& book, const node_clock& clock) noexcept
      : on_(on), book_(book), clock_(clock) {}

  void addresses_requested(session& by, const wire::messages::get_peer_addrs& asked) override;
  void addresses_received(session& from, const wire::messages::peer_addrs& said, bool wanted) override;

  /// Asks a peer for addresses, unless it has none to give or was asked a short while ago.
  void ask(session& whom);

  [[nodiscard]] const address_relay_statistics& statistics() const noexcept { return counted_; }

private:
  struct named {
    wire::peer_address address;
    wire::capabilities capabilities;
  };

  [[nodiscard]] bool may_ask(session& by) const;
  void refresh_sample();
  [[nodiscard]] bool is_outdated() const noexcept;

  io::runtime& on_;
  address_book& book_;
  const node_clock& clock_;
  std::vector<named> sample_;
  std::optional<io::time_point> sampled_at_;
  std::size_t tried_then_ = 0;
  address_relay_statistics counted_;
};

}  // namespace pappus::peer
