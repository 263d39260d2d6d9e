// The way of the host's answers from its threads to the loop.
#pragma once

#include <functional>
#include <thread>

#include <pappus/integration/calls.hpp>
#include <pappus/peer/reply.hpp>

namespace pappus::integration {

/// Made, used first and closed on the loop's thread.
class loop_dispatcher final : public peer::dispatcher {
public:
  /// At most `capacity` errands may be on their way. More are destroyed, and what they answer is done without.
  loop_dispatcher(io::runtime& on, std::size_t capacity) : calls_(on, capacity) {}

  void dispatch(std::function<void()> errand) override;

  /// From now on errands are destroyed.
  void close();

  [[nodiscard]] mailbox_statistics statistics() const noexcept { return calls_.statistics(); }

private:
  call_queue calls_;
  const std::thread::id home_ = std::this_thread::get_id();
  bool open_ = true;  // of the loop's thread alone
};

}  // namespace pappus::integration
