// What the stempool wants done.
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

/// The host is to say whether the transaction is valid; then `verified`, or `unanswered`.
struct validate {
  stem_ticket which;
  wire::transaction_ptr tx;
  phase before = phase::stem;  // going on the stem, or being fluffed
  bool own = false;
};

/// It goes to that peer on the stem; if it cannot, `not_sent`.
struct send {
  stem_ticket which;
  wire::transaction_ptr tx;
  std::uint64_t to = 0;
  bool own = false;  // it goes by the route of our own
};

/// The host is to make fewer of these, none heavier than a transaction may be; then `aggregated`.
struct aggregate {
  std::vector<stem_ticket> which;
  std::vector<wire::transaction_ptr> held;  // the same
};

/// It is made public.
struct fluff {
  wire::transaction_ptr tx;
  fluff_reason why = fluff_reason::embargo_expired;
};

/// One of our own has been found valid: it is to be remembered until `over`, also by the next run of the node.
struct persist {
  stem_ticket which;
  wire::transaction_ptr tx;
  io::time_point deadline;
};

/// It is no longer in the stempool.
struct finished {
  stem_ticket which;
  stem_outcome how = stem_outcome::invalid;
  std::optional<fluff_reason> why;  // if it was fluffed by us
  wire::transaction_ptr own;        // if it was our own
};

}  // namespace pappus::peer::stem_action
