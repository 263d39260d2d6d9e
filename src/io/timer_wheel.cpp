#include <algorithm>
#include <bit>

#include <pappus/io/timer_wheel.hpp>

namespace pappus::io {
namespace {

/// As a number that has the same order, from 0 on.
std::uint64_t unsigned_time(time_point when) noexcept {
  return static_cast<std::uint64_t>(when.time_since_epoch().count()) ^ std::uint64_t{1} << 63;
}

}  // namespace

std::size_t timer_wheel::occupancy::first() const noexcept {
  const auto word = static_cast<std::size_t>(std::countr_zero(words_used_));
  return word * word_bits + static_cast<std::size_t>(std::countr_zero(words_[word]));
}

void timer_wheel::occupancy::set(std::size_t slot) noexcept {
  words_[slot / word_bits] |= std::uint64_t{1} << slot % word_bits;
  words_used_ |= std::uint32_t{1} << slot / word_bits;
}

void timer_wheel::occupancy::clear(std::size_t slot) noexcept {
  std::uint64_t& word = words_[slot / word_bits];
  word &= ~(std::uint64_t{1} << slot % word_bits);
  if (word == 0) words_used_ &= ~(std::uint32_t{1} << slot / word_bits);
}

void timer_wheel::add(timer_node& node) noexcept {
  const std::uint64_t due = unsigned_time(due_of(node)) >> tick_bits;
  const auto differing = static_cast<unsigned>(std::bit_width((due ^ ticks_) | 1)) - 1;
  const unsigned level = differing / digit_bits;
  const std::size_t digit = due >> level * digit_bits & (slots - 1);
  const std::size_t slot = level * slots + digit;
  set_slot(node, slot);
  heaps_[slot].add(node);
  used_[level].set(digit);
}

void timer_wheel::remove(timer_node& node) noexcept {
  const std::size_t slot = slot_of(node);
  heaps_[slot].remove(node);
  if (heaps_[slot].first() == nullptr) used_[slot / slots].clear(slot % slots);
}

const timer_node* timer_wheel::first() const noexcept {
  for (std::size_t level = 0; level != levels; ++level) {
    if (used_[level].any()) return heaps_[level * slots + used_[level].first()].first();
  }
  return nullptr;
}

timer_node* timer_wheel::first_due(time_point now) noexcept {
  const time_point next = earliest();
  advance(std::min(next, now));
  // The wheel's time is that of the next timer, if that is due: it is in the lowest level.
  return next <= now && used_[0].any() ? heaps_[used_[0].first()].first() : nullptr;
}

/// Sets the wheel's time. Precondition: no timer is due before. The levels below that of the highest digit that changes
/// have no timers then.
void timer_wheel::advance(time_point to) noexcept {
  const std::uint64_t ticks = unsigned_time(to) >> tick_bits;
  if (ticks <= ticks_) return;
  const auto differing = static_cast<unsigned>(std::bit_width(ticks ^ ticks_)) - 1;
  const unsigned level = differing / digit_bits;
  ticks_ = ticks;
  if (level == 0) return;
  const std::size_t digit = ticks >> level * digit_bits & (slots - 1);
  used_[level].clear(digit);
  heaps_[level * slots + digit].drain([this](timer_node& node) { add(node); });
}

}  // namespace pappus::io
