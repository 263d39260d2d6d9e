// A queue of many timers: those of a loop.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/io/timer_queue.hpp>

namespace pappus::io {

/// A hierarchical timing wheel (Varghese, Lauck 1987, scheme 7) that keeps the exact order: arming is O(1), disarming
/// and expiring are O(1) amortized as long as few timers are due in the same tick (131 µs) or in the same slot of a
/// higher level, else O(log of their number). Takes 40 KiB.
///
/// The time is a number in base 1024. A timer is in the level of the highest digit in which its time differs from the
/// wheel's, in the slot of that digit. So all timers of a level are due after those of the lower levels, and in the
/// order of their slots. When the wheel's time reaches a slot, its timers move to lower levels. The timers of a slot
/// are a heap, whose first one is known without a search.
class timer_wheel : public timer_queue {
public:
protected:
  ~timer_wheel() = default;

private:
  static constexpr unsigned tick_bits = 17;  // a tick is 2^17 ns
  static constexpr unsigned digit_bits = 10;
  static constexpr std::size_t slots = std::size_t{1} << digit_bits;  // of a level
  static constexpr std::size_t levels = (64 - tick_bits + digit_bits - 1) / digit_bits;
  static constexpr std::size_t word_bits = 64;

  /// Which slots of a level have timers.
  class occupancy {
  public:
    [[nodiscard]] bool any() const noexcept { return words_used_ != 0; }
    /// Precondition: `any()`.
    [[nodiscard]] std::size_t first() const noexcept;
    void set(std::size_t slot) noexcept;
    void clear(std::size_t slot) noexcept;

  private:
    std::uint32_t words_used_ = 0;  // a bit for each word that is not zero
    std::array<std::uint64_t, slots / word_bits> words_{};
  };

  void add(timer_node& node) noexcept final;
  void remove(timer_node& node) noexcept final;
  [[nodiscard]] const timer_node* first() const noexcept final;
  timer_node* first_due(time_point now) noexcept final;

  void advance(time_point to) noexcept;

  std::uint64_t ticks_ = 0;  // the wheel's time; no timer is due before it
  std::array<occupancy, levels> used_{};
  std::array<heap, levels * slots> heaps_{};
};

}  // namespace pappus::io
