// Responses to one peer: counted against the upload quotas, and postponed while the account's quota is used up.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/accounts/account.hpp>
#include <pappus/peer/accounts/upload_quota.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/send_queue.hpp>

namespace pappus::peer {

/// Requests whose responses wait for the account's quota, in the order of their arrival.
class postponed_responses {
public:
  /// `max`: the quota of the session alone. All references outlive this object.
  postponed_responses(io::runtime& runtime, account& account, send_queue& queue, const upload_limits& max) noexcept
      : runtime_(runtime), account_(account), queue_(queue), session_quota_(max, runtime.now()) {}

  /// Whether a request may be answered now: the account's quota allows it, and no request before it waits.
  [[nodiscard]] bool may_respond() const noexcept { return waiting_.empty() && account_.has_answer(runtime_.now()); }
  /// Counts a response of so many bytes, for the account and for the session.
  void note_response(std::size_t bytes) noexcept {
    account_.answers.spend(bytes, runtime_.now());
    session_quota_.spend(bytes, runtime_.now());
  }
  /// Whether the session has used up the quota by itself.
  [[nodiscard]] bool session_quota_used_up() const noexcept { return !session_quota_.allows(runtime_.now()); }

  /// Whether `limits::max_postponed_requests` wait.
  [[nodiscard]] bool full() const noexcept { return waiting_.size() >= limits::max_postponed_requests; }
  /// Adds a request, which `respond` answers. True if it is the only one: then the caller starts `run`.
  [[nodiscard]] bool add(std::function<void()> respond) {
    waiting_.push_back(std::move(respond));
    return waiting_.size() == 1;
  }

  /// Answers the requests one by one, so that the other sessions of the account have their turn, while the peer reads
  /// its responses. Completes when none is left, or when it is stopped.
  [[nodiscard]] task<void> run();

private:
  io::runtime& runtime_;
  account& account_;
  send_queue& queue_;
  upload_quota session_quota_;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace pappus::peer
