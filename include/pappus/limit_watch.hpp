// Says when limits turn something away, whatever the limit: not at the place where that happens, which may be busy with
// just that, but from the numbers that are counted there.
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

/// A counter of what some limit has turned away, by the name that `metrics_of` gives it.
struct watched_counter {
  std::string_view what;  // it counts, in words
  std::string_view metric;
  std::string_view label = {};  // the value that counts; empty: all
};

/// Those that are watched. What is the fault of one peer, or only makes it wait, is not among them, nor which of two
/// addresses has a place in the book, and nothing that is private on the stem.
[[nodiscard]] std::span<const watched_counter> watched_counters() noexcept;

/// A warning for each that has grown, `limits::limits_looked_at` after that at the latest, and for the same no more
/// than one in `limits::limit_said_again`.
class limit_watch {
public:
  /// `look` gives the numbers of now. All of it outlives this.
  limit_watch(io::runtime& on, peer::logger& say, std::function<node_statistics()> look);

  /// Until it is stopped. Completes at once if nobody wants to hear warnings.
  [[nodiscard]] task<void> run();

private:
  struct state {
    std::uint64_t said = 0;            // up to this number
    std::optional<io::time_point> at;  // then
  };

  void look();
  void say_more(const watched_counter& which, std::uint64_t now, state& before);

  io::runtime& on_;
  peer::logger& say_;
  std::function<node_statistics()> look_;
  std::vector<state> states_;  // in the order of the counters
};

}  // namespace pappus
