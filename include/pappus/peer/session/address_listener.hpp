// Whom sessions tell what peers ask and say of other peers' addresses.
#pragma once

#include <pappus/wire/messages/peer_addrs.hpp>

namespace pappus::peer {

class session;

/// Called on the loop while a frame is being dispatched: must not wait, and must not destroy the session.
class address_listener {
public:
  virtual void addresses_requested(session& by, const wire::messages::get_peer_addrs& asked) = 0;
  /// `wanted` says whether it was asked.
  virtual void addresses_received(session& from, const wire::messages::peer_addrs& said, bool wanted) = 0;

protected:
  ~address_listener() = default;
};

}  // namespace pappus::peer
