// Dispatches the adapter's responses from the application's threads to the loop.
#pragma once

#include <functional>
#include <thread>

#include <pappus/integration/threads/call_queue.hpp>

namespace pappus::integration {

/// Constructed, first used and closed on the loop's thread.
class loop_dispatcher {
public:
  /// At most `capacity` functions are queued. More are destroyed, and the adapter calls that they answer go without a
  /// response.
  loop_dispatcher(io::runtime& runtime, std::size_t capacity) : calls_(runtime, capacity) {}
  loop_dispatcher(const loop_dispatcher&) = delete;
  loop_dispatcher& operator=(const loop_dispatcher&) = delete;

  /// Runs `call`, which must not throw, on the loop: before this returns if called on the loop's thread, otherwise
  /// soon. Destroys it when the node has stopped. From any thread.
  void dispatch(std::function<void()> call);

  /// From now on functions are destroyed instead of executed.
  void close();

  [[nodiscard]] mailbox_statistics statistics() const noexcept { return calls_.statistics(); }

private:
  call_queue calls_;
  const std::thread::id loop_thread_ = std::this_thread::get_id();
  bool open_ = true;  // loop's thread only
};

}  // namespace pappus::integration
