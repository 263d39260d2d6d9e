// The part of a transaction that stays in the chain for ever: its fee, its conditions, its proof of balance.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/opaque.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

enum class kernel_features : std::uint8_t {
  plain = 0,
  coinbase = 1,             // a block's reward; has no fee
  height_locked = 2,        // not before a given height
  no_recent_duplicate = 3,  // not within a given number of blocks of a kernel with the same excess
};

/// A fee and how much its payer shifts it, in one number: the low 40 bits and the next 4. The rest means nothing yet
/// and is carried along.
struct fee_fields {
  std::uint64_t raw = 0;

  [[nodiscard]] constexpr std::uint64_t fee() const noexcept { return raw & 0xff'ffff'ffff; }
  [[nodiscard]] constexpr unsigned shift() const noexcept { return static_cast<unsigned>(raw >> 40 & 0xf); }

  friend constexpr bool operator==(const fee_fields&, const fee_fields&) = default;
};

struct kernel {
  kernel_features features = kernel_features::plain;
  fee_fields fee;          // zero for coinbase
  std::uint64_t lock = 0;  // in blocks: the height (height_locked), the distance (no_recent_duplicate), otherwise zero
  commitment excess;
  wire::signature signature;

  /// Sizes of the written form: the same for all up to version 1, later without what a kernel does not use.
  static constexpr std::size_t fixed_size = 1 + 8 + 8 + commitment::size + wire::signature::size;
  static constexpr std::size_t smallest = 1 + commitment::size + wire::signature::size;
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept;

  /// Reads element "kernels[]". Refuses features unknown on the chain, a distance out of range, and a fixed-size
  /// kernel with anything in the bytes it does not use.
  [[nodiscard]] static kernel read(reader& in) noexcept;
  void write(writer& out) const;

  /// The written form of versions 0 and 1.
  [[nodiscard]] std::array<std::byte, fixed_size> fixed_form() const noexcept;

  /// What the network knows a kernel by: the hash of its fixed-size form, at every version.
  [[nodiscard]] wire::hash hash() const noexcept { return blake2b(fixed_form()); }

  friend bool operator==(const kernel&, const kernel&) = default;
};

}  // namespace pappus::wire
