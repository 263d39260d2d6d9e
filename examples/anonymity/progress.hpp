// Progress display of a long run: a bar on a terminal, otherwise a line at each tenth.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>

namespace anonymity {

/// Writes to standard error. Thread-safe.
class progress {
public:
  /// Shows nothing if `silent`.
  progress(std::size_t steps, bool silent);
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  /// Erases the bar.
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
