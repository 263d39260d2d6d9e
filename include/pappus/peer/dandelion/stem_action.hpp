// Actions that the stempool wants performed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/peer/dandelion/stem_table.hpp>
#include <pappus/peer/phase.hpp>
#include <pappus/peer/stem_result.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer::stem_action {

/// Have the adapter validate the transaction; then call `stempool::verified` or `unanswered`.
struct validate {
  stem_ticket ticket;
  wire::transaction_ptr tx;
  phase before = phase::stem;  // before it goes on the stem, or is fluffed
  bool own = false;
};

/// Send it to that peer as a stem transaction; if that fails, call `stempool::not_sent`.
struct send {
  stem_ticket ticket;
  wire::transaction_ptr tx;
  std::uint64_t to = 0;
  bool own = false;  // it goes by the route of the node's own transactions
};

/// Have the adapter aggregate these into fewer transactions, none heavier than a transaction may be; then call
/// `stempool::aggregated`.
struct aggregate {
  std::vector<stem_ticket> tickets;
  std::vector<wire::transaction_ptr> held;  // the same transactions
};

/// Make it public.
struct fluff {
  wire::transaction_ptr tx;
  fluff_reason reason = fluff_reason::embargo_expired;
};

/// Store a transaction of the node's own, which was found valid, until `finished`: the next run of the node restores
/// it.
struct persist {
  stem_ticket ticket;
  wire::transaction_ptr tx;
  io::time_point deadline;
};

/// Note that it is no longer in the stempool.
struct finished {
  stem_ticket ticket;
  stem_outcome outcome = stem_outcome::invalid;
  std::optional<fluff_reason> reason;  // if this node has fluffed it
  wire::transaction_ptr own;           // the transaction if it is the node's own, otherwise null
};

}  // namespace pappus::peer::stem_action
