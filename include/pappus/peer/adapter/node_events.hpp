// Interface of the application's event handlers: what the peer level notifies it of.
#pragma once

#include <pappus/peer/broadcast_report.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/stem_result.hpp>
#include <pappus/peer/store/ban.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Called on the loop. An exception of the application does not propagate: it disconnects the session that the event is
/// about, if there is one. For each event see `integration::adapter`. Implemented by `integration::adapter_bridge`.
class node_events {
public:
  /// Something has happened, as `integration::adapter` describes it.
  virtual void peer_connected(const peer_info& peer) noexcept = 0;
  virtual void peer_disconnected(const peer_info& peer, const disconnect_info& reason) noexcept = 0;
  virtual void banned(const ban& made) noexcept = 0;
  virtual void unbanned(const ban& lifted) noexcept = 0;
  virtual void transaction_stemmed(const wire::transaction_ptr& tx, const peer_info& peer) noexcept = 0;
  virtual void transaction_fluffed(const wire::transaction_ptr& tx, fluff_reason reason,
                                   const broadcast_report& report) noexcept = 0;

  node_events(const node_events&) = delete;
  node_events& operator=(const node_events&) = delete;

protected:
  node_events() = default;
  ~node_events() = default;
};

}  // namespace pappus::peer
