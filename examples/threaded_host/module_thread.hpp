// A part of the program with a thread of its own: all that happens in it happens there, one thing after the other.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <thread>
#include <utility>

#include <pappus/integration/errands.hpp>

namespace threaded_host {

class module_thread {
public:
  module_thread() : thread_([this] { work_.run(); }) {}
  module_thread(const module_thread&) = delete;
  module_thread& operator=(const module_thread&) = delete;
  ~module_thread() { end(); }

  /// Waits for what is happening; what has been handed in behind that never happens. Harmless twice.
  void end() {
    work_.stop();
    if (thread_.joinable()) thread_.join();
  }

  /// Where others hand in what is to happen here.
  [[nodiscard]] pappus::integration::executor in() { return work_.executor(); }

  /// Has it happen, and waits for what it gives. From another thread.
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
