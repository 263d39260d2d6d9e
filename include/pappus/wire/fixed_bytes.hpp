// Fixed-size byte strings that the library transports, compares and prints, but does not interpret.
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

/// Byte string of a fixed size. `Tag` distinguishes types of the same size. Ordered lexicographically.
template <std::size_t Size, class Tag>
struct fixed_bytes {
  static constexpr std::size_t size = Size;  // bytes

  std::array<std::byte, Size> raw{};  // the bytes

  /// The bytes, for functions that take a view. Valid as long as this object.
  [[nodiscard]] constexpr std::span<const std::byte, Size> view() const noexcept { return raw; }

  /// Copies `size` bytes from `raw`.
  [[nodiscard]] static fixed_bytes copy(const std::byte* raw) noexcept {
    fixed_bytes value;
    std::memcpy(value.raw.data(), raw, Size);
    return value;
  }

  /// Empty unless `text` is exactly `2 * size` hexadecimal digits.
  [[nodiscard]] static constexpr std::optional<fixed_bytes> from_hex(std::string_view text) noexcept {
    fixed_bytes value;
    if (!read_hex(text, value.raw)) return std::nullopt;
    return value;
  }

  friend constexpr bool operator==(const fixed_bytes&, const fixed_bytes&) = default;
  friend constexpr auto operator<=>(const fixed_bytes&, const fixed_bytes&) = default;
};

/// Hexadecimal, in lower case.
template <std::size_t Size, class Tag>
[[nodiscard]] std::string to_string(const fixed_bytes<Size, Tag>& value) {
  return to_hex(value.view());
}

/// A Pedersen commitment, 33 bytes.
using commitment = fixed_bytes<33, struct commitment_tag>;

/// Signature of a kernel, by its excess.
using signature = fixed_bytes<64, struct signature_tag>;

/// Offset by which the kernel excesses of a transaction were shifted.
using kernel_offset = fixed_bytes<32, struct kernel_offset_tag>;

}  // namespace pappus::wire

/// Hash for containers: the first bytes, for values that are already uniformly distributed. Not keyed: a peer that
/// chooses the values chooses the buckets, so a table that peers fill needs a keyed hash of its own.
template <std::size_t Size, class Tag>
struct std::hash<pappus::wire::fixed_bytes<Size, Tag>> {
  std::size_t operator()(const pappus::wire::fixed_bytes<Size, Tag>& value) const noexcept {
    std::size_t bucket = 0;
    std::memcpy(&bucket, value.raw.data(), std::min(Size, sizeof bucket));
    return bucket;
  }
};
