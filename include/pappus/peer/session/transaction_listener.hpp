// Whom sessions tell what peers ask and say of transactions.
#pragma once

#include <pappus/peer/phase.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

class session;

/// Called on the loop, all but `forget` while a frame is being dispatched: must not wait, and must not destroy the
/// session.
class transaction_listener {
public:
  virtual void transaction_received(session& from, const wire::transaction_ptr& tx, phase at) = 0;
  virtual void kernel_announced(session& by, const wire::hash& kernel) = 0;
  virtual void transaction_requested(session& by, const wire::hash& kernel) = 0;
  /// The session is about to be no more.
  virtual void forget(session& leaving) = 0;

protected:
  ~transaction_listener() = default;
};

}  // namespace pappus::peer
