#include <pappus/integration/filter/rolling_bloom_filter.hpp>

namespace pappus::integration {
namespace {

bool has(const std::array<std::uint64_t, 2>& lane, const std::array<std::uint64_t, 2>& bits) noexcept {
  return ((~lane[0] & bits[0]) | (~lane[1] & bits[1])) == 0;
}

}  // namespace

bool rolling_bloom_filter::finds(const bit_mask& mark) const noexcept {
  if (blocks_.empty()) return false;
  bool found = false;
  for (const auto& lane : blocks_[mark.block].lanes) found |= has(lane, mark.bits);
  return found;
}

bool rolling_bloom_filter::add(peer::fingerprint item) {
  if (blocks_.empty()) blocks_.resize(parameters_.blocks());
  const bit_mask mark = parameters_.mark_of(item, salt_);
  const bool is_new = !finds(mark);
  auto& lane = blocks_[mark.block].lanes[current_];
  if (has(lane, mark.bits)) return is_new;
  lane[0] |= mark.bits[0];
  lane[1] |= mark.bits[1];
  if (++count_ == parameters_.per_generation()) begin_generation();
  return is_new;
}

void rolling_bloom_filter::begin_generation() noexcept {
  current_ = (current_ + 1) % bloom_parameters::generations;
  count_ = 0;
  for (block& each : blocks_) each.lanes[current_] = {};
}

}  // namespace pappus::integration
