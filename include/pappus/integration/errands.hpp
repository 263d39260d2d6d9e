// Functions that a thread of the host's runs, one after the other, whoever hands them in.
#pragma once

#include <atomic>
#include <cstddef>

#include <pappus/integration/inbox.hpp>

namespace pappus::integration {

/// A thread's own queue of work, for `integration::on` and `node::remote`: all that touches a module of the host's is
/// run by that module's thread, which needs no locks then.
class run_loop {
public:
  explicit run_loop(std::size_t capacity) : inbox_(capacity) {}

  /// Where to hand them in: from any thread, as long as this lasts. Those of one thread are run in their order. One for
  /// which there is no room is destroyed, and counted in `statistics().refused`.
  [[nodiscard]] integration::executor executor();

  /// Runs them on the calling thread until `stop`, and waits when there are none. What is left then is destroyed at the
  /// latest with this. What one throws is thrown when those taken with it have run; then `run` may be called again.
  void run();

  /// From any thread, or one of them; it may come before `run`.
  void stop() noexcept;

  [[nodiscard]] mailbox_statistics statistics() noexcept { return inbox_.mail().statistics(); }

private:
  blocking_receiver inbox_;
  std::atomic<bool> stopped_{false};
};

}  // namespace pappus::integration
