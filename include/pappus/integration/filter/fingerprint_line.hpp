// A cache line of fingerprints.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace pappus::integration {

/// Slots with the fingerprints of items, as in a bucket of a cuckoo filter (Fan, Andersen, Kaminsky, Mitzenmacher 2014,
/// "Cuckoo Filter: Practically Better Than Bloom"). An entry is a number: its lowest bits are the generation in which
/// the item was added last, from 1 on, the others are its fingerprint. A slot has the `width` low bytes of an entry, 3
/// to 8, in all calls for one line the same. A new line is empty.
class alignas(64) fingerprint_line {
public:
  static constexpr unsigned generation_bits = 5;
  static constexpr std::uint64_t generation_mask = (1 << generation_bits) - 1;

  [[nodiscard]] static constexpr std::size_t slots(std::size_t width) noexcept { return 63 / width; }

  /// Whether it has the fingerprint of `entry`, of whatever generation.
  [[nodiscard]] bool contains(std::uint64_t entry, std::size_t width) const noexcept {
    return find(entry, width).has_value();
  }
  /// Gives the fingerprint of `entry` the generation of `entry`. Returns the one it had before, 0 if it is not here.
  std::uint64_t renew(std::uint64_t entry, std::size_t width) noexcept;
  /// False if no slot is free.
  bool insert(std::uint64_t entry, std::size_t width) noexcept;
  /// The entry in a slot, 0 if the slot is free.
  [[nodiscard]] std::uint64_t at(std::size_t slot, std::size_t width) const noexcept;
  void erase(std::size_t slot) noexcept { bytes_[slot] = 0; }
  /// Frees the slots of a generation, and withdraws all notes.
  void forget(std::uint64_t generation, std::size_t width) noexcept;
  /// Slots in use, count.
  [[nodiscard]] std::size_t size(std::size_t width) const noexcept;

  /// Notes that an entry which belongs here is elsewhere.
  void note_overflow(std::uint64_t entry, std::size_t width) noexcept { bytes_[slots(width)] |= note_of(entry); }
  /// Whether that was noted for an entry. One in eight others has the same note.
  [[nodiscard]] bool has_overflowed(std::uint64_t entry, std::size_t width) const noexcept {
    return (bytes_[slots(width)] & note_of(entry)) != 0;
  }

private:
  [[nodiscard]] static std::uint8_t note_of(std::uint64_t entry) noexcept {
    return static_cast<std::uint8_t>(1 << (entry >> generation_bits) % 8);
  }
  [[nodiscard]] bool has_tag(std::uint64_t entry) const noexcept;
  [[nodiscard]] std::optional<std::size_t> find(std::uint64_t entry, std::size_t width) const noexcept;

  // Of all slots the lowest bytes; the notes; from the next even place on the tags, which are the second and third byte
  // of each slot; the fourth bytes, and so on. What is done with all slots goes over fixed numbers of bytes and has no
  // branch, so that it becomes a few vector instructions.
  std::array<std::uint8_t, 64> bytes_{};
};

}  // namespace pappus::integration
