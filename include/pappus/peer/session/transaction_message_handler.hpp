// Handler of transaction requests, announcements and transactions that sessions receive.
#pragma once

#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

class session;

/// Called on the loop; all functions but `forget` while a frame is being dispatched. None may wait or destroy the
/// session.
class transaction_message_handler {
public:
  virtual void transaction_received(session& session, const wire::transaction_ptr& tx) = 0;
  virtual void stem_transaction_received(session& session, const wire::transaction_ptr& tx) = 0;
  virtual void kernel_announced(session& session, const wire::hash& kernel) = 0;
  virtual void transaction_requested(session& session, const wire::hash& kernel) = 0;
  /// The session has ended and is about to be destroyed.
  virtual void forget(session& session) = 0;

protected:
  ~transaction_message_handler() = default;
};

}  // namespace pappus::peer
