// How far a long run is: a bar on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>

namespace anonymity {

/// Goes to standard error. Threads may advance it at once.
class progress {
public:
  /// If `silent` nothing is shown.
  progress(std::size_t steps, bool silent);
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  /// Takes the bar away.
  ~progress();

  void advance();

private:
  enum class form { none, bar, lines };

  void show_bar() const;
  void show_line() const;
  [[nodiscard]] double seconds_left() const;

  std::mutex guard_;
  std::size_t steps_;
  std::size_t done_ = 0;
  form form_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace anonymity
