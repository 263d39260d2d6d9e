#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include <pappus/integration/filter/filter_parameters.hpp>
#include <pappus/integration/filter/limits.hpp>

namespace pappus::integration {
namespace {

constexpr std::size_t min_width = 3;
constexpr std::size_t max_width = 7;
constexpr std::size_t max_lines = limits::max_filter_bytes / sizeof(fingerprint_line);
/// Size of an entry with the number of its line, bytes.
constexpr std::size_t max_list_width = sizeof(std::uint64_t);
/// Hashes for which a full filter is expected to have no slot in their lines, count. They are in the list: more would
/// take long to search, fewer would need more lines.
constexpr double max_overflow = 64;

/// Hashes expected to find no slot in their line, of `hashes` in `lines`, count. The number of hashes that belong to
/// one line follows the Poisson distribution.
double overflow_of(double hashes, double lines, std::size_t slots) {
  const double load = hashes / lines;
  double probability = std::exp(-load);
  double sum = load - static_cast<double>(slots);
  for (std::size_t in_line = 0; in_line != slots; ++in_line) {
    sum += probability * static_cast<double>(slots - in_line);
    probability *= load / static_cast<double>(in_line + 1);
  }
  return lines * sum;
}

double error_of(double hashes, double lines, std::size_t width) {
  const std::size_t fingerprint_bits = 8 * width - fingerprint_line::generation_bits;
  return hashes / lines * std::pow(0.5, fingerprint_bits);
}

/// The most lines whose numbers fit into an entry beside `width` bytes. The bits of a hash that then are in the
/// fingerprint, too, hardly matter for its line: they are the lowest of its place among all lines.
std::size_t max_lines_for(std::size_t width) {
  const std::uint64_t numbers = std::uint64_t{1} << 8 * (max_list_width - width);
  return static_cast<std::size_t>(std::min<std::uint64_t>(max_lines, numbers));
}

/// The smallest number of lines with which the error and the list are small enough; `max_lines` + 1 if there is none.
std::size_t lines_for(double error, double hashes, std::size_t width) {
  std::size_t low = 1;
  std::size_t high = max_lines_for(width) + 1;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const auto lines = static_cast<double>(middle);
    const bool suffices = error_of(hashes, lines, width) <= error &&
                          overflow_of(hashes, lines, fingerprint_line::slots(width)) <= max_overflow;
    if (suffices) high = middle;
    else low = middle + 1;
  }
  return low <= max_lines_for(width) ? low : max_lines + 1;
}

std::size_t generation_of(const filter_options& size) {
  size.check();
  const double remembered = size.per_second * std::chrono::duration<double>{size.window}.count();
  if (remembered > static_cast<double>(limits::max_filter_bytes))
    throw std::invalid_argument("a filter would be too large");
  const double each = std::ceil(remembered / (filter_parameters::generations - 1));
  return static_cast<std::size_t>(std::max(each, 1.0));  // the quotient may be rounded to 0
}

double max_hashes(std::size_t per_generation) {
  return static_cast<double>(filter_parameters::generations * per_generation);
}

}  // namespace

filter_parameters::filter_parameters(const filter_options& size, const peer::keyed_hash::key& secret)
    : keyed_(secret), per_generation_(generation_of(size)), width_(min_width), lines_(max_lines + 1) {
  for (std::size_t width = min_width; width <= max_width; ++width) {
    const std::size_t lines = lines_for(size.false_positive_rate, max_hashes(per_generation_), width);
    if (lines >= lines_) continue;
    width_ = width;
    lines_ = lines;
  }
  if (lines_ > max_lines) throw std::invalid_argument("a filter would be too large");
}

double filter_parameters::error() const noexcept {
  return error_of(max_hashes(per_generation_), static_cast<double>(lines_), width_);
}

}  // namespace pappus::integration
