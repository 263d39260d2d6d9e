// Handler of address requests and addresses that sessions receive.
#pragma once

#include <pappus/wire/messages/peer_addrs.hpp>

namespace pappus::peer {

class session;

/// Called on the loop while a frame is being dispatched: must not wait, and must not destroy the session.
class address_message_handler {
public:
  virtual void addresses_requested(session& session, const wire::messages::get_peer_addrs& request) = 0;
  /// `is_requested`: a request of the node for addresses is open.
  virtual void addresses_received(session& session, const wire::messages::peer_addrs& message, bool is_requested) = 0;

protected:
  ~address_message_handler() = default;
};

}  // namespace pappus::peer
