// Byte strings of a fixed length that this library carries, compares and prints, but never looks into.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <pappus/wire/hex.hpp>

namespace pappus::wire {

/// `Tag` keeps strings of the same length and different meaning apart. Ordered as bytes, from the left.
template <std::size_t Size, class Tag>
struct opaque {
  static constexpr std::size_t size = Size;

  std::array<std::byte, Size> raw{};

  [[nodiscard]] constexpr std::span<const std::byte, Size> view() const noexcept { return raw; }

  /// The first `size` bytes from `raw` on.
  [[nodiscard]] static opaque copy(const std::byte* raw) noexcept {
    opaque value;
    std::memcpy(value.raw.data(), raw, Size);
    return value;
  }

  /// Nothing unless `text` is exactly `2 * size` hexadecimal digits.
  [[nodiscard]] static constexpr std::optional<opaque> from_hex(std::string_view text) noexcept {
    opaque value;
    if (!read_hex(text, value.raw)) return std::nullopt;
    return value;
  }

  friend constexpr bool operator==(const opaque&, const opaque&) = default;
  friend constexpr auto operator<=>(const opaque&, const opaque&) = default;
};

template <std::size_t Size, class Tag>
[[nodiscard]] std::string to_string(const opaque<Size, Tag>& value) {
  return to_hex(value.view());
}

/// A Pedersen commitment, 33 bytes.
using commitment = opaque<33, struct commitment_tag>;

/// The signature of a kernel's excess.
using signature = opaque<64, struct signature_tag>;

/// What a transaction's kernel excesses were shifted by.
using kernel_offset = opaque<32, struct kernel_offset_tag>;

}  // namespace pappus::wire

/// The first bytes as they are, for values that look random already. Not keyed: whoever picks the values picks the
/// buckets, so a table that strangers fill brings a keyed hash of its own.
template <std::size_t Size, class Tag>
struct std::hash<pappus::wire::opaque<Size, Tag>> {
  std::size_t operator()(const pappus::wire::opaque<Size, Tag>& value) const noexcept {
    std::size_t bucket = 0;
    std::memcpy(&bucket, value.raw.data(), std::min(Size, sizeof bucket));
    return bucket;
  }
};
