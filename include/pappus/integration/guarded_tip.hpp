// The tip of the host's chain: written by any thread, read by the loop without blocking.
#pragma once

#include <mutex>

#include <pappus/peer/chain_tip.hpp>

namespace pappus::integration {

/// The lock is held for a copy of two numbers. The loop does not wait even for that: what it read last is as good.
class shared_chain_tip final : public peer::tip_source {
public:
  void set(peer::chain_tip tip) noexcept {
    const std::lock_guard held{guard_};
    tip_ = tip;
  }

  /// On the loop's thread.
  [[nodiscard]] peer::chain_tip latest() noexcept override {
    const std::unique_lock held{guard_, std::try_to_lock};
    if (held.owns_lock()) read_ = tip_;
    return read_;
  }

private:
  std::mutex guard_;      // of `tip_`
  peer::chain_tip tip_;   // the host's latest
  peer::chain_tip read_;  // of the loop's thread alone
};

}  // namespace pappus::integration
