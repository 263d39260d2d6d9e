// What is still to be had of us by one who answers for sessions, all of them together, and what they have done.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/coro/task.hpp>
#include <pappus/io/network.hpp>
#include <pappus/io/rate.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/admission/misbehaviour.hpp>
#include <pappus/peer/answer_budget.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/pacing.hpp>
#include <pappus/peer/turns.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// Of one account.
struct account_limits {
  rate_limit messages = rate_limit::unlimited();  // that are taken
  upload_limits answers;
  std::size_t peers = 1;  // that may have it at a time
};

/// When a session that has it ends, it stays: to connect again is not to start over.
struct account {
  account(const account_limits& most, io::time_point now) noexcept
      : messages(most.messages.per_second, most.messages.at_once, now),
        answers(most.answers, now),
        told(limits::addresses_per_second, limits::addresses_at_once, now),
        asks(limits::address_questions_per_second * static_cast<double>(most.peers), static_cast<double>(most.peers),
             now),
        asked(1.0 / std::chrono::duration<double>{limits::addresses_asked_again}.count(), 1, now) {}

  io::token_bucket messages;
  upload_quota answers;
  io::token_bucket told;   // addresses that nobody asked for
  io::token_bucket asks;   // for addresses
  io::token_bucket asked;  // by us, for addresses
  misbehavior_scores faults;
  work_queue waiting_for_messages;  // those who may take none now
  work_queue waiting_for_answers;

  /// Whether somebody may take a message now who has not waited for it.
  [[nodiscard]] bool has_message(io::time_point now) noexcept {
    return waiting_for_messages.empty() && messages.time_until(now) == io::duration::zero();
  }
  /// Likewise, be answered.
  [[nodiscard]] bool has_answer(io::time_point now) const noexcept {
    return waiting_for_answers.empty() && answers.allows(now);
  }

  /// Whether it is as good as a new one. All of it O(1).
  [[nodiscard]] bool settled(io::time_point now) noexcept {
    return messages.full(now) && answers.settled(now) && told.full(now) && asks.full(now) && asked.full(now) &&
           faults.settled(now);
  }

  /// Both are one from now on, and nothing that either has spent is forgotten.
  void join(const account& other, io::time_point now) noexcept {
    messages.drain_to(other.messages, now);
    answers.join(other.answers, now);
    told.drain_to(other.told, now);
    asks.drain_to(other.asks, now);
    asked.drain_to(other.asked, now);
    faults.join(other.faults, now);
  }
};

/// Takes a message when it is there, and those who came before have had theirs. Fails only with `errc::canceled`.
[[nodiscard]] task<result<void>> take_message(io::runtime& on, account& from);

/// Completes when an answer may be given, for whoever's turn it is. Fails only with `errc::canceled`.
[[nodiscard]] task<result<void>> wait_for_answer(io::runtime& on, account& from);

}  // namespace pappus::peer
