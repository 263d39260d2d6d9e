// Limits of the messages that are accepted from one peer, and their count.
#pragma once

#include <cstdint>
#include <utility>

#include <pappus/io/runtime.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/accounts/account.hpp>
#include <pappus/peer/rate_limit.hpp>

namespace pappus::peer {

/// Above the account's limit messages wait; above the session's own limit the session is to be disconnected.
class message_limiter {
public:
  /// `max`: the limit of the session. All references outlive this object.
  message_limiter(io::runtime& runtime, account& account, const rate_limit& max) noexcept
      : runtime_(runtime), account_(account), tokens_(max.per_second, max.burst, runtime.now()) {}

  /// Whether the account's limit allows a message now. If not, `take_message(account)` waits for it.
  [[nodiscard]] bool may_accept() noexcept { return has_account_token_ || account_.has_message(runtime_.now()); }
  /// The next message was accepted by `take_message` already.
  void add_account_token() noexcept { has_account_token_ = true; }

  /// Counts a message, for the account and for the session. False if the session's own limit is exceeded.
  [[nodiscard]] bool accept() noexcept {
    ++accepted_;
    if (!std::exchange(has_account_token_, false)) static_cast<void>(account_.messages.try_consume(runtime_.now()));
    return tokens_.try_consume(runtime_.now());
  }

  /// Number of messages so far.
  [[nodiscard]] std::uint64_t accepted() const noexcept { return accepted_; }

private:
  io::runtime& runtime_;
  account& account_;
  io::token_bucket tokens_;
  std::uint64_t accepted_ = 0;
  bool has_account_token_ = false;
};

}  // namespace pappus::peer
