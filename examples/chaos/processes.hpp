// Runs plans in processes of their own, so that a crash or a hang is an outcome like others.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "network.hpp"
#include "plan.hpp"

namespace chaos {

class processes {
public:
  /// At most so many at once. A run that takes longer than `patience`, of real time, breaks the rule that it ends.
  processes(std::size_t jobs, std::chrono::seconds patience) : jobs_(jobs), patience_(patience) {}

  /// Runs what `next` gives until it gives nothing; calls `done` in the same order.
  void run(const std::function<std::optional<plan>()>& next, const std::function<void(const plan&, outcome)>& done);

  /// Runs all of these; the outcomes in the same order.
  [[nodiscard]] std::vector<outcome> run(const std::vector<plan>& all);

  [[nodiscard]] std::size_t jobs() const noexcept { return jobs_; }

private:
  struct child {
    std::size_t place = 0;  // in the order
    int pipe = -1;          // what it writes
  };

  void start(const plan& what, std::size_t place);
  /// Waits for one to end; its place and outcome.
  std::pair<std::size_t, outcome> wait();

  std::size_t jobs_;
  std::chrono::seconds patience_;
  std::map<int, child> running_;  // by process id
};

}  // namespace chaos
