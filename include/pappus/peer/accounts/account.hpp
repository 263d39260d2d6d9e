// Resources that an account has left, shared by all its sessions, and its misbehavior.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/accounts/misbehavior_scores.hpp>
#include <pappus/peer/accounts/upload_quota.hpp>
#include <pappus/peer/rate_limit.hpp>
#include <pappus/peer/work_queue.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// Limits of one account.
struct account_limits {
  rate_limit messages = rate_limit::unlimited();  // accepted
  upload_limits answers;
  std::size_t peers = 1;  // sessions that may share the account
};

/// An address or dialed endpoint that is responsible for sessions. It outlives them: reconnecting resets nothing.
struct account {
  account(const account_limits& most, io::time_point now) noexcept
      : messages(most.messages.per_second, most.messages.at_once, now),
        answers(most.answers, now),
        told(limits::addr_rate, limits::addr_burst, now),
        asks(limits::addr_request_rate * static_cast<double>(most.peers), static_cast<double>(most.peers), now),
        asked(1.0 / std::chrono::duration<double>{limits::addr_request_interval}.count(), 1, now) {}

  io::token_bucket messages;
  upload_quota answers;
  io::token_bucket told;   // unrequested addresses
  io::token_bucket asks;   // address requests of the peers
  io::token_bucket asked;  // address requests of the node
  misbehavior_scores faults;
  work_queue waiting_for_messages;  // sessions that may accept none now
  work_queue waiting_for_answers;

  /// Whether a session that is not in the queue may accept a message now.
  [[nodiscard]] bool has_message(io::time_point now) noexcept {
    return waiting_for_messages.empty() && messages.time_until(now) == io::duration::zero();
  }
  /// Whether a request that is not in the queue may be answered now.
  [[nodiscard]] bool has_answer(io::time_point now) const noexcept {
    return waiting_for_answers.empty() && answers.allows(now);
  }

  /// Whether it equals a new account. All functions are O(1).
  [[nodiscard]] bool settled(io::time_point now) noexcept {
    return messages.full(now) && answers.settled(now) && told.full(now) && asks.full(now) && asked.full(now) &&
           faults.settled(now);
  }

  /// Merges the other account into this one. What either has spent stays counted.
  void join(const account& other, io::time_point now) noexcept {
    messages.drain_to(other.messages, now);
    answers.join(other.answers, now);
    told.drain_to(other.told, now);
    asks.drain_to(other.asks, now);
    asked.drain_to(other.asked, now);
    faults.join(other.faults, now);
  }
};

/// Accepts a message, in the order of the calls, once the rate limit allows it. Fails only with `errc::canceled`.
[[nodiscard]] task<result<void>> take_message(io::runtime& on, account& from);

/// Completes when a response is allowed. The caller holds the first place in `waiting_for_answers`. Fails only with
/// `errc::canceled`.
[[nodiscard]] task<result<void>> wait_for_answer(io::runtime& on, account& from);

}  // namespace pappus::peer
