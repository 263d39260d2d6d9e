#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

#include <pappus/integration/filter/bloom_parameters.hpp>
#include <pappus/integration/filter/limits.hpp>
#include <pappus/integration/filter/rolling_bloom_filter.hpp>
#include <pappus/mix64.hpp>

namespace pappus::integration {
namespace {

/// A lane is two words with half of a mark in each. Six bits select one of 64 positions.
constexpr unsigned bits_of_position = 6;
constexpr double lane_word_bits = 64;
constexpr double least_bits = 4;
constexpr double most_bits = 18;

/// Probability that all bits of a mark that was not added are set in a lane of one block, with `load` marks in a lane
/// on average. The number of marks in one lane follows the Poisson distribution (Putze, Sanders, Singler 2007, "Cache-,
/// Hash- and Space-Efficient Bloom Filters", section 3).
double error_of_lane(double load, std::size_t bits) {
  const std::size_t in_second = bits / 2;
  const auto second = static_cast<double>(in_second);
  const auto first = static_cast<double>(bits - in_second);
  const double first_stays_clear = std::pow(1 - 1 / lane_word_bits, first);
  const double second_stays_clear = std::pow(1 - 1 / lane_word_bits, second);
  const auto max = static_cast<std::size_t>(load + 12 * std::sqrt(load) + 40);
  double probability = std::exp(-load);
  double first_clear = 1;
  double second_clear = 1;
  double sum = 0;
  for (std::size_t marks = 1; marks <= max; ++marks) {
    sum += probability * std::pow(1 - first_clear, first) * std::pow(1 - second_clear, second);
    probability *= load / static_cast<double>(marks);
    first_clear *= first_stays_clear;
    second_clear *= second_stays_clear;
  }
  return sum;
}

/// Up to `count` bits at positions taken from a random word.
std::uint64_t draw_bits(std::uint64_t rng, std::size_t count) noexcept {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i != count; ++i) {
    bits |= std::uint64_t{1} << (rng & 63);
    rng >>= bits_of_position;
  }
  return bits;
}

/// Two bits more for each decimal place of the error. Measured for errors from 1e-3 to 1e-9, among all numbers of bits
/// this one needs the least memory, or is next to the one that does.
std::size_t bits_for(double error) {
  const double best = std::round(3 - 2 * std::log10(error));
  return static_cast<std::size_t>(std::clamp(best, least_bits, most_bits));
}

double error_of(std::size_t per_generation, std::size_t blocks, std::size_t bits) {
  const double load = static_cast<double>(per_generation) / static_cast<double>(blocks);
  return bloom_parameters::generations * error_of_lane(load, bits);
}

constexpr std::size_t most_blocks = limits::max_filter_bytes / sizeof(rolling_bloom_filter::block);

/// The smallest number of blocks with which the error is small enough; `most_blocks` + 1 if there is none.
std::size_t blocks_for(double error, std::size_t per_generation, std::size_t bits) {
  std::size_t low = 1;
  std::size_t high = most_blocks + 1;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (error_of(per_generation, middle, bits) <= error) high = middle;
    else low = middle + 1;
  }
  return low;
}

std::size_t generation_of(const filter_options& size) {
  size.check();
  const double remembered = size.per_second * std::chrono::duration<double>{size.window}.count();
  if (remembered > static_cast<double>(limits::max_filter_bytes))
    throw std::invalid_argument("a filter would be too large");
  return static_cast<std::size_t>(std::ceil(remembered / (bloom_parameters::generations - 1)));
}

}  // namespace

bloom_parameters::bloom_parameters(const filter_options& size, const peer::keyed_hash::key& secret)
    : keyed_(secret),
      per_generation_(generation_of(size)),
      bits_(bits_for(size.false_positive_rate)),
      blocks_(blocks_for(size.false_positive_rate, per_generation_, bits_)) {
  if (blocks_ > most_blocks) throw std::invalid_argument("a filter would be too large");
}

double bloom_parameters::error() const noexcept { return error_of(per_generation_, blocks_, bits_); }

bit_mask bloom_parameters::mark_of(peer::fingerprint item, std::uint64_t salt) const noexcept {
  const std::uint64_t drawn = mix64(item.bits + salt);
  bit_mask mark;
  mark.block = static_cast<std::uint32_t>((drawn >> 32) * blocks_ >> 32);
  mark.bits = {draw_bits(mix64(drawn), (bits_ + 1) / 2), draw_bits(mix64(~drawn), bits_ / 2)};
  return mark;
}

}  // namespace pappus::integration
