#include <algorithm>
#include <cstddef>
#include <utility>

#include <pappus/integration/filter/rolling_bloom_filter.hpp>

namespace pappus::integration {
namespace {

bool has(const std::array<std::uint64_t, 2>& lane, const std::array<std::uint64_t, 2>& bits) noexcept {
  return ((~lane[0] & bits[0]) | (~lane[1] & bits[1])) == 0;
}

}  // namespace

bool rolling_bloom_filter::add(peer::fingerprint item) {
  if (blocks_.empty() && listed_.size() >= list_max() && !is_listed(item)) move_to_blocks();
  const bool is_new = blocks_.empty() ? add_to_list(item) : add_to_blocks(item, current_);
  if (counts_[current_] >= current_max_) begin_generation();
  return is_new;
}

/// At least half of what pays.
std::size_t rolling_bloom_filter::list_max() const noexcept {
  const std::size_t most = std::min(max_listed, parameters_.blocks() * sizeof(block) / sizeof(std::uint64_t));
  return most - (salt_ >> 32) % (most / 2 + 1);
}

bool rolling_bloom_filter::is_listed(peer::fingerprint item) const noexcept {
  return std::ranges::find(listed_, item.bits) != listed_.end();
}

/// The generation of a place in the list.
std::size_t rolling_bloom_filter::generation_at(std::size_t place) const noexcept {
  std::size_t generation = current_;
  for (std::size_t begin = listed_.size() - counts_[generation]; begin > place; begin -= counts_[generation])
    generation = (generation + bloom_parameters::generations - 1) % bloom_parameters::generations;
  return generation;
}

/// A hash of an older generation goes over to the current one.
bool rolling_bloom_filter::add_to_list(peer::fingerprint item) {
  const auto found = std::ranges::find(listed_, item.bits);
  const bool is_new = found == listed_.end();
  if (is_new) {
    listed_.push_back(item.bits);
  } else {
    --counts_[generation_at(static_cast<std::size_t>(found - listed_.begin()))];
    std::rotate(found, found + 1, listed_.end());
  }
  ++counts_[current_];
  return is_new;
}

bool rolling_bloom_filter::finds(const bit_mask& mark) const noexcept {
  bool found = false;
  for (const auto& lane : blocks_[mark.block].lanes) found |= has(lane, mark.bits);
  return found;
}

bool rolling_bloom_filter::add_to_blocks(peer::fingerprint item, std::size_t generation) {
  const bit_mask mark = parameters_.mark_of(item, salt_);
  const bool is_new = !finds(mark);
  auto& lane = blocks_[mark.block].lanes[generation];
  if (has(lane, mark.bits)) return is_new;
  lane[0] |= mark.bits[0];
  lane[1] |= mark.bits[1];
  ++counts_[generation];
  return is_new;
}

void rolling_bloom_filter::move_to_blocks() {
  blocks_.resize(parameters_.blocks());
  auto next = listed_.begin();
  const auto of_generation = std::exchange(counts_, {});
  for (std::size_t age = bloom_parameters::generations; age-- != 0;) {
    const std::size_t generation = (current_ + bloom_parameters::generations - age) % bloom_parameters::generations;
    for (std::size_t i = 0; i != of_generation[generation]; ++i) add_to_blocks({*next++}, generation);
  }
  listed_ = {};
}

void rolling_bloom_filter::begin_generation() noexcept {
  current_max_ = parameters_.per_generation();
  current_ = (current_ + 1) % bloom_parameters::generations;
  const auto oldest = static_cast<std::ptrdiff_t>(std::exchange(counts_[current_], 0));
  if (blocks_.empty()) listed_.erase(listed_.begin(), listed_.begin() + oldest);
  for (block& each : blocks_) each.lanes[current_] = {};
}

}  // namespace pappus::integration
