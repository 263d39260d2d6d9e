// A module's thread: runs all functions of the module one after the other.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <thread>
#include <utility>

#include <pappus/integration/threads/run_loop.hpp>

namespace threaded_host {

class module_thread {
public:
  module_thread() : thread_([this] { work_.run(); }) {}
  module_thread(const module_thread&) = delete;
  module_thread& operator=(const module_thread&) = delete;
  ~module_thread() { end(); }

  /// Stops the thread after the current function; functions queued behind it are never run. Idempotent.
  void end() {
    work_.stop();
    if (thread_.joinable()) thread_.join();
  }

  /// The executor that queues functions for this thread.
  [[nodiscard]] pappus::integration::executor in() { return work_.executor(); }

  /// Runs a function on this thread and waits for its result. Must be called on another thread.
  template <class Function>
  auto wait_for(Function what) {
    std::packaged_task<decltype(what())()> task{std::move(what)};
    auto given = task.get_future();
    in()([&task] { task(); });
    return given.get();
  }

private:
  static constexpr std::size_t most_waiting = 16'384;

  pappus::integration::run_loop work_{most_waiting};
  std::thread thread_;
};

}  // namespace threaded_host
