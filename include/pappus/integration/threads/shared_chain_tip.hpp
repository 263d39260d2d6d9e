// Tip of the application's chain: written by any thread, read by the loop without blocking.
#pragma once

#include <mutex>

#include <pappus/peer/chain_tip.hpp>

namespace pappus::integration {

/// The lock is held only to copy two numbers. The loop does not wait even for that: if the lock is taken, `latest`
/// returns the value read before.
class shared_chain_tip final : public peer::tip_source {
public:
  void set(peer::chain_tip tip) noexcept {
    const std::lock_guard held{guard_};
    tip_ = tip;
  }

  /// The latest value that could be read without blocking. On the loop's thread.
  [[nodiscard]] peer::chain_tip latest() noexcept override {
    const std::unique_lock held{guard_, std::try_to_lock};
    if (held.owns_lock()) cached_tip_ = tip_;
    return cached_tip_;
  }

private:
  std::mutex guard_;            // guards `tip_`
  peer::chain_tip tip_;         // latest value that was set
  peer::chain_tip cached_tip_;  // loop's thread only
};

}  // namespace pappus::integration
