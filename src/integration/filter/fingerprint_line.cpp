#include <algorithm>
#include <bit>
#include <cstring>

#include <pappus/integration/filter/fingerprint_line.hpp>

namespace pappus::integration {
namespace {

/// Bytes from the first on among which the lowest of all slots are: a whole number of vectors.
constexpr std::uint8_t examined = 32;
static_assert(fingerprint_line::slots(3) <= examined);

constexpr std::size_t tag_place(std::size_t slot, std::size_t width) noexcept {
  return (fingerprint_line::slots(width) / 2 + 1 + slot) * 2;
}

constexpr std::size_t place(std::size_t byte, std::size_t slot, std::size_t width) noexcept {
  return tag_place(0, width) + (byte - 1) * fingerprint_line::slots(width) + slot;
}
static_assert(place(2, fingerprint_line::slots(3) - 1, 3) < 64 && place(3, fingerprint_line::slots(4) - 1, 4) < 64 &&
              place(4, fingerprint_line::slots(5) - 1, 5) < 64 && place(5, fingerprint_line::slots(6) - 1, 6) < 64 &&
              place(6, fingerprint_line::slots(7) - 1, 7) < 64 && place(7, fingerprint_line::slots(8) - 1, 8) < 64);

std::uint16_t tag_of(std::uint64_t entry) noexcept { return static_cast<std::uint16_t>(entry >> 8); }

bool is_same_fingerprint(std::uint64_t one, std::uint64_t other, std::size_t width) noexcept {
  return (one ^ other) << (64 - 8 * width) >> (64 - 8 * width) <= fingerprint_line::generation_mask;
}

}  // namespace

/// False for nearly all lines without the entry. Compares all words of the line, not only those that are tags.
bool fingerprint_line::has_tag(std::uint64_t entry) const noexcept {
  const std::uint16_t tag = tag_of(entry);
  std::uint16_t found = 0;
  for (const std::uint16_t each : std::bit_cast<std::array<std::uint16_t, 32>>(bytes_))
    found = static_cast<std::uint16_t>(found | (each == tag ? 0xffff : 0));
  return found != 0;
}

std::optional<std::size_t> fingerprint_line::find(std::uint64_t entry, std::size_t width) const noexcept {
  if (!has_tag(entry)) return {};
  for (std::size_t slot = 0; slot != slots(width); ++slot) {
    const std::uint64_t other = at(slot, width);
    if (other != 0 && is_same_fingerprint(entry, other, width)) return slot;
  }
  return {};
}

std::uint64_t fingerprint_line::at(std::size_t slot, std::size_t width) const noexcept {
  if (bytes_[slot] == 0) return 0;
  std::uint16_t tag = 0;
  std::memcpy(&tag, &bytes_[tag_place(slot, width)], sizeof tag);
  std::uint64_t entry = std::uint64_t{tag} << 8 | bytes_[slot];
  for (std::size_t i = 3; i != width; ++i) entry |= std::uint64_t{bytes_[place(i, slot, width)]} << 8 * i;
  return entry;
}

std::uint64_t fingerprint_line::renew(std::uint64_t entry, std::size_t width) noexcept {
  const auto slot = find(entry, width);
  if (!slot) return 0;
  const std::uint64_t before = bytes_[*slot] & generation_mask;
  bytes_[*slot] = static_cast<std::uint8_t>(entry);
  return before;
}

bool fingerprint_line::insert(std::uint64_t entry, std::size_t width) noexcept {
  std::uint8_t slot = examined;
  for (std::uint8_t i = 0; i != examined; ++i) {
    const std::uint8_t free = bytes_[i] == 0 ? i : examined;
    slot = free < slot ? free : slot;
  }
  if (slot >= slots(width)) return false;
  const std::uint16_t tag = tag_of(entry);
  bytes_[slot] = static_cast<std::uint8_t>(entry);
  std::memcpy(&bytes_[tag_place(slot, width)], &tag, sizeof tag);
  for (std::size_t i = 3; i != width; ++i) bytes_[place(i, slot, width)] = static_cast<std::uint8_t>(entry >> 8 * i);
  return true;
}

void fingerprint_line::forget(std::uint64_t generation, std::size_t width) noexcept {
  const auto count = static_cast<std::uint8_t>(slots(width));
  const auto forgotten = static_cast<std::uint8_t>(generation);
  constexpr std::uint8_t mask = generation_mask;
  for (std::uint8_t i = 0; i != examined; ++i) {
    const bool is_forgotten = (i < count) & ((bytes_[i] & mask) == forgotten);
    bytes_[i] = is_forgotten ? 0 : bytes_[i];
  }
  bytes_[count] = 0;
}

std::size_t fingerprint_line::size(std::size_t width) const noexcept {
  return slots(width) - static_cast<std::size_t>(std::count(bytes_.begin(), bytes_.begin() + slots(width), 0));
}

}  // namespace pappus::integration
