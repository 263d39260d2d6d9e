#include <algorithm>
#include <chrono>

#include <pappus/peer/clock/header_times.hpp>
#include <pappus/peer/clock/limits.hpp>

namespace pappus::peer {
namespace {

/// Year 9999: far enough from the ends of a `wall_time` to calculate with.
constexpr std::int64_t latest_time = 253'402'300'799;

io::wall_time::duration since_zero(io::time_point now) noexcept {
  return std::chrono::floor<io::wall_time::duration>(now.time_since_epoch());
}

}  // namespace

bool header_times::add(std::uint64_t group, const wire::hash& id, std::int64_t made, io::time_point now) {
  if (std::ranges::find(samples_, id, &sample::id) != samples_.end()) return false;
  const io::wall_time then{std::chrono::seconds{std::clamp<std::int64_t>(made, 0, latest_time)}};
  samples_.push_back({group, id, then - since_zero(now)});
  if (samples_.size() > limits::max_header_times) samples_.erase(superfluous());
  return true;
}

std::size_t header_times::count_of(std::uint64_t group) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(samples_, group, &sample::group));
}

/// The oldest sample of the largest group. Among equally large groups that of the new header, the last sample, comes
/// first.
std::vector<header_times::sample>::iterator header_times::superfluous() noexcept {
  std::uint64_t largest = samples_.back().group;
  for (const sample& each : samples_) {
    if (count_of(each.group) > count_of(largest)) largest = each.group;
  }
  return std::ranges::find(samples_, largest, &sample::group);
}

std::optional<io::wall_time> header_times::time(io::time_point now) const {
  if (samples_.size() < limits::max_header_times) return std::nullopt;
  std::vector<io::wall_time> sorted;
  for (const sample& each : samples_) sorted.push_back(each.steady_zero);
  const auto middle = sorted.begin() + limits::max_header_times / 2;
  std::ranges::nth_element(sorted, middle);
  return *middle + since_zero(now);
}

}  // namespace pappus::peer
