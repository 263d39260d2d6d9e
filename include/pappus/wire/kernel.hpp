// Transaction kernel: fee, lock conditions, excess and signature. It stays in the chain forever.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/wire/fixed_bytes.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

/// Kind of a kernel.
enum class kernel_features : std::uint8_t {
  plain = 0,
  coinbase = 1,             // a block's reward; without a fee
  height_locked = 2,        // not valid below a given height
  no_recent_duplicate = 3,  // not valid within a given number of blocks after a kernel with the same excess
};

/// Fee (the low 40 bits) and fee shift (the next 4 bits) in one number. The other bits have no meaning yet and are
/// preserved.
struct fee_fields {
  std::uint64_t raw = 0;  // as serialized

  /// Fee, nanogrin.
  [[nodiscard]] constexpr std::uint64_t fee() const noexcept { return raw & 0xff'ffff'ffff; }
  /// Bits by which the fee is shifted right before it is compared with what nodes accept.
  [[nodiscard]] constexpr unsigned shift() const noexcept { return static_cast<unsigned>(raw >> 40 & 0xf); }

  friend constexpr bool operator==(const fee_fields&, const fee_fields&) = default;
};

/// A kernel, decoded.
struct kernel {
  kernel_features features = kernel_features::plain;  // its kind
  fee_fields fee;                                     // zero for coinbase
  std::uint64_t lock = 0;     // height_locked: a height; no_recent_duplicate: a distance in blocks; otherwise zero
  commitment excess;          // commitment to zero, the public key of the signature
  wire::signature signature;  // of features, fee and lock

  /// Serialized sizes, bytes. Up to version 1 all kernels have the same size; later versions omit unused fields.
  static constexpr std::size_t fixed_size = 1 + 8 + 8 + commitment::size + wire::signature::size;
  static constexpr std::size_t smallest = 1 + commitment::size + wire::signature::size;

  [[nodiscard]] std::size_t size(protocol_version version) const noexcept;

  /// Reads one element of "kernels[]". Rejects features that the chain does not have, a distance out of range, and a
  /// fixed-size kernel with a nonzero byte in an unused field.
  [[nodiscard]] static kernel read(reader& in) noexcept;

  void write(writer& out) const;

  /// The serialized form of versions 0 and 1.
  [[nodiscard]] std::array<std::byte, fixed_size> fixed_form() const noexcept;

  /// Hash of the fixed-size form, at every protocol version.
  [[nodiscard]] wire::hash hash() const noexcept { return blake2b(fixed_form()); }

  friend bool operator==(const kernel&, const kernel&) = default;
};

}  // namespace pappus::wire
