// How much one peer may ask and say of addresses, and how often we ask it.
#pragma once

#include <chrono>

#include <pappus/io/rate.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {

class gossip_allowance {
public:
  explicit gossip_allowance(io::time_point now) noexcept
      : asking_(limits::address_questions_per_second, 1, now),
        telling_(limits::addresses_per_second, limits::addresses_at_once, now),
        asked_(1.0 / std::chrono::duration<double>{limits::addresses_asked_again}.count(), 1, now) {}

  /// Whether a question is answered now.
  [[nodiscard]] bool may_ask(io::time_point now) noexcept { return asking_.take(now); }
  /// Whether one more address that nobody asked for is listened to.
  [[nodiscard]] bool may_tell(io::time_point now) noexcept { return telling_.take(now); }

  /// Whether we may ask it.
  [[nodiscard]] bool may_be_asked(io::time_point now) noexcept { return asked_.take(now); }

private:
  io::token_bucket asking_;
  io::token_bucket telling_;
  io::token_bucket asked_;
};

}  // namespace pappus::peer
