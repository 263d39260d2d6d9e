// Address relay: responses to address requests, and the limits on addresses accepted from peers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/peer/handlers/statistics.hpp>
#include <pappus/peer/session/address_message_handler.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/per_session.hpp>
#include <pappus/peer/store/address_book.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// All peers get addresses from the same sample for about a day: healthy ones that the node has dialed, and not too
/// large a part of them. So repeated requests, from any number of addresses, disclose neither the address book nor the
/// node's connections. Those that come by an onion service have a sample of their own, drawn at another time, as in
/// Bitcoin Core (CConnman::GetAddresses): one sample would show that both listeners are of one node. Peers that the
/// node has dialed through a proxy get none: they do not know who it is, and could recognize addresses that they had
/// told it elsewhere. Inbound peers are not advertised as such: feelers test whether they are where they claim to be,
/// and so they get among the others. A requested response is accepted in full; unrequested addresses have a rate limit.
/// The node's own address is neither sent nor kept.
class address_relay final : public address_message_handler {
public:
  /// All arguments outlive it.
  address_relay(io::runtime& runtime, const local_node& local, const session_registry& sessions, address_book& book,
                const node_clock& clock)
      : runtime_(runtime), local_(local), book_(book), clock_(clock), requests_(sessions) {}

  void addresses_requested(session& session, const wire::messages::get_peer_addrs& request) override;
  void addresses_received(session& session, const wire::messages::peer_addrs& message, bool wanted) override;

  /// Requests addresses from a peer, unless it has no such capability or its account was requested from recently.
  void request_addresses(session& peer);

  [[nodiscard]] const address_relay_statistics& statistics() const noexcept { return counted_; }

private:
  struct named {
    wire::peer_address address;
    wire::capabilities capabilities;
  };

  /// What the peers of one listener are sent.
  struct sample {
    std::vector<named> addresses;
    std::optional<io::time_point> at;  // when it was drawn
    io::duration lifetime{};
    std::size_t tried = 0;  // addresses in the book that had been dialed with success
  };

  [[nodiscard]] bool may_ask(session& session);
  [[nodiscard]] const sample& sample_for(const peer_info& peer);
  void refresh(sample& which);
  [[nodiscard]] bool is_outdated(const sample& which) const noexcept;

  io::runtime& runtime_;
  const local_node& local_;
  address_book& book_;
  const node_clock& clock_;
  per_session<io::token_bucket> requests_;  // rate limit of each peer's address requests
  sample sample_;
  sample onion_sample_;
  address_relay_statistics counted_;
};

}  // namespace pappus::peer
