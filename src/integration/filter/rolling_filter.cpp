#include <algorithm>

#include <pappus/integration/filter/rolling_filter.hpp>

namespace pappus::integration {
namespace {

/// Lines of the list before the filter has others. More would take long to search.
constexpr std::size_t max_list_lines = 6;

}  // namespace

bool rolling_filter::contains(peer::fingerprint item) const noexcept {
  const std::uint64_t entry = parameters_.entry_of(item, salt_);
  if (!lines_.empty()) {
    const fingerprint_line& line = lines_[parameters_.line_of(entry)];
    if (line.contains(entry, parameters_.width())) return true;
    if (!line.has_overflowed(entry, parameters_.width())) return false;
  }
  return std::ranges::any_of(
      list_, [&](const fingerprint_line& each) { return each.contains(entry, parameters_.list_width()); });
}

bool rolling_filter::add(peer::fingerprint item) {
  const std::uint64_t entry = parameters_.entry_of(item, salt_) | current_;
  const std::uint64_t before = renew(entry);
  if (before == 0) insert(entry);
  if (before != current_ && ++in_current_ >= current_max_) begin_generation();
  return before == 0;
}

/// Returns the generation that the hash had before, 0 if it is not contained.
std::uint64_t rolling_filter::renew(std::uint64_t entry) noexcept {
  if (!lines_.empty()) {
    fingerprint_line& line = lines_[parameters_.line_of(entry)];
    const std::uint64_t before = line.renew(entry, parameters_.width());
    if (before != 0 || !line.has_overflowed(entry, parameters_.width())) return before;
  }
  for (fingerprint_line& each : list_) {
    if (const std::uint64_t before = each.renew(entry, parameters_.list_width()); before != 0) return before;
  }
  return 0;
}

void rolling_filter::insert(std::uint64_t entry) {
  if (lines_.empty() && size() >= list_max()) {
    lines_.resize(parameters_.lines());
    move_to_lines();
  }
  if (!lines_.empty()) {
    fingerprint_line& line = lines_[parameters_.line_of(entry)];
    if (line.insert(entry, parameters_.width())) return;
    line.note_overflow(entry, parameters_.width());
  }
  for (fingerprint_line& each : list_) {
    if (each.insert(entry, parameters_.list_width())) return;
  }
  list_.reserve(list_.size() + 1);  // many filters have one: no more than is needed
  list_.emplace_back().insert(entry, parameters_.list_width());
}

/// At least half of what pays.
std::size_t rolling_filter::list_max() const noexcept {
  const std::size_t most =
      std::min(max_list_lines, parameters_.lines()) * fingerprint_line::slots(parameters_.list_width());
  return most - (salt_ >> 32) % (most / 2 + 1);
}

/// Moves each hash of the list for which there is a slot in its line, and notes the others.
void rolling_filter::move_to_lines() noexcept {
  const std::size_t width = parameters_.list_width();
  for (fingerprint_line& each : list_) {
    for (std::size_t slot = 0; slot != fingerprint_line::slots(width); ++slot) {
      const std::uint64_t entry = each.at(slot, width);
      if (entry == 0) continue;
      fingerprint_line& line = lines_[parameters_.line_of(entry)];
      if (line.insert(entry, parameters_.width())) each.erase(slot);
      else line.note_overflow(entry, parameters_.width());
    }
  }
}

void rolling_filter::begin_generation() noexcept {
  current_max_ = parameters_.per_generation();
  current_ = current_ % filter_parameters::generations + 1;
  in_current_ = 0;
  for (fingerprint_line& each : list_) each.forget(current_, parameters_.list_width());
  for (fingerprint_line& each : lines_) each.forget(current_, parameters_.width());
  if (!lines_.empty()) move_to_lines();
}

std::size_t rolling_filter::size() const noexcept {
  std::size_t sum = 0;
  for (const fingerprint_line& each : lines_) sum += each.size(parameters_.width());
  for (const fingerprint_line& each : list_) sum += each.size(parameters_.list_width());
  return sum;
}

}  // namespace pappus::integration
