// Logs warnings when limits are reached. It reads the counters instead of logging where a limit applies, since that
// code may be under load just then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/statistics.hpp>

namespace pappus {

/// Counter of what a limit has rejected.
struct watched_counter {
  std::string_view name;        // description for the warning
  std::string_view metric;      // name in `metrics_of`
  std::string_view label = {};  // label value that is watched; empty: the sum of all
};

/// The watched counters. Not among them: faults of a single peer, mere delays of one, replacements in the address book,
/// and anything about private transactions on the stem.
[[nodiscard]] std::span<const watched_counter> watched_counters() noexcept;

/// Logs a warning for each watched counter that has grown, at most `limits::limit_check_interval` later, and at most
/// once in `limits::limit_warning_interval` for the same counter.
class limit_monitor {
public:
  /// `look` returns the current statistics. All arguments outlive it.
  limit_monitor(io::runtime& runtime, peer::logger& log, std::function<node_statistics()> look);

  /// Runs until stopped. Completes at once if the log level excludes warnings.
  [[nodiscard]] task<void> run();

private:
  struct state {
    std::uint64_t said = 0;            // count at the last warning
    std::optional<io::time_point> at;  // time of the last warning
  };

  void look();
  void warn(const watched_counter& which, std::uint64_t now, state& before);

  io::runtime& runtime_;
  peer::logger& log_;
  std::function<node_statistics()> look_;
  std::vector<state> states_;  // in the order of the counters
};

}  // namespace pappus
