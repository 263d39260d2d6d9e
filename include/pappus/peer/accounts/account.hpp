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
  account(const account_limits& max, io::time_point now) noexcept
      : messages(max.messages.per_second, max.messages.burst, now),
        answers(max.answers, now),
        unrequested_addresses(limits::addr_rate, limits::addr_burst, now),
        address_requests_received(limits::addr_request_rate * static_cast<double>(max.peers),
                                  static_cast<double>(max.peers), now),
        address_requests_sent(1.0 / std::chrono::duration<double>{limits::addr_request_interval}.count(), 1, now) {}

  io::token_bucket messages;
  upload_quota answers;
  io::token_bucket unrequested_addresses;      // unrequested addresses
  io::token_bucket address_requests_received;  // address requests of the peers
  io::token_bucket address_requests_sent;      // address requests of the node
  misbehavior_scores misbehavior;
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
  [[nodiscard]] bool is_idle(io::time_point now) noexcept {
    return messages.is_full(now) && answers.is_idle(now) && unrequested_addresses.is_full(now) &&
           address_requests_received.is_full(now) && address_requests_sent.is_full(now) && misbehavior.is_idle(now);
  }

  /// Merges the other account into this one. What either has spent stays counted.
  void merge(const account& other, io::time_point now) noexcept {
    messages.lower_to(other.messages, now);
    answers.merge(other.answers, now);
    unrequested_addresses.lower_to(other.unrequested_addresses, now);
    address_requests_received.lower_to(other.address_requests_received, now);
    address_requests_sent.lower_to(other.address_requests_sent, now);
    misbehavior.merge(other.misbehavior, now);
  }
};

/// Accepts a message, in the order of the calls, once the rate limit allows it. Fails only with `errc::canceled`.
[[nodiscard]] task<result<void>> take_message(io::runtime& runtime, account& account);

/// Completes when a response is allowed. The caller holds the first place in `waiting_for_answers`. Fails only with
/// `errc::canceled`.
[[nodiscard]] task<result<void>> wait_for_answer(io::runtime& runtime, account& account);

}  // namespace pappus::peer
