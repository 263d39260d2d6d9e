// Which points of a run a sweep tries.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace sweeps {

/// How many points are tried, by the environment variable PAPPUS_SWEEP.
enum class extent {
  sample,    // some of those that differ, evenly distributed; the default
  distinct,  // all that differ
  all,       // every one
};

[[nodiscard]] inline extent chosen_extent() {
  const char* const set = std::getenv("PAPPUS_SWEEP");
  const std::string_view word = set == nullptr ? "" : set;
  if (word == "all") return extent::all;
  return word == "distinct" ? extent::distinct : extent::sample;
}

/// The only point to try, by the environment variable PAPPUS_SWEEP_ONLY; what happens there is then told in detail.
[[nodiscard]] inline std::optional<std::size_t> only_point() {
  const char* const set = std::getenv("PAPPUS_SWEEP_ONLY");
  if (set == nullptr) return std::nullopt;
  return static_cast<std::size_t>(std::strtoull(set, nullptr, 10));
}

/// Children at once, by the environment variable PAPPUS_SWEEP_JOBS.
[[nodiscard]] inline std::size_t chosen_jobs() {
  const char* const set = std::getenv("PAPPUS_SWEEP_JOBS");
  const long jobs = set == nullptr ? 1 : std::strtol(set, nullptr, 10);
  return jobs < 1 ? 1 : static_cast<std::size_t>(jobs);
}

/// The points of a run, counted from 0 in a first run of it, and those among them that are to be tried.
class points {
public:
  /// The next point. What it is at differs from earlier points if one of the hashes is new.
  template <class Hashes>
  void add(const Hashes& is_at) {
    bool differs = false;
    for (const std::uint64_t each : is_at) differs = seen_.insert(each).second || differs;
    if (differs) distinct_.push_back(total_);
    ++total_;
  }

  [[nodiscard]] std::size_t total() const noexcept { return total_; }

  /// In ascending order. A sample of that size has those that differ, or some of them, or others besides.
  [[nodiscard]] std::vector<std::size_t> to_try(std::size_t sample) const {
    const extent how = chosen_extent();
    if (const auto one = only_point()) return {*one};
    if (how == extent::distinct) return distinct_;
    if (how == extent::all) return spread(total_, total_);
    std::vector<std::size_t> found = distinct_;
    if (found.size() > sample) {
      found = spread(distinct_.size(), sample);
      for (std::size_t& each : found) each = distinct_[each];
    } else {
      const std::vector<std::size_t> others = spread(total_, std::min(sample - found.size(), total_));
      found.insert(found.end(), others.begin(), others.end());
      std::sort(found.begin(), found.end());
      found.erase(std::unique(found.begin(), found.end()), found.end());
    }
    return found;
  }

  /// For the test's output.
  [[nodiscard]] std::string describe(const std::vector<std::size_t>& tried) const {
    std::size_t different = 0;
    for (const std::size_t each : tried)
      different += std::binary_search(distinct_.begin(), distinct_.end(), each) ? 1 : 0;
    return std::to_string(tried.size()) + " of " + std::to_string(total_) + ", " + std::to_string(different) +
           " of the " + std::to_string(distinct_.size()) + " that differ";
  }

private:
  /// So many numbers below `end`, evenly spread.
  [[nodiscard]] static std::vector<std::size_t> spread(std::size_t end, std::size_t count) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i != count; ++i) found.push_back(i * end / count);
    return found;
  }

  std::unordered_set<std::uint64_t> seen_;
  std::vector<std::size_t> distinct_;
  std::size_t total_ = 0;
};

}  // namespace sweeps
