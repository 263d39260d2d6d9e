// Inputs and outputs of transactions and blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/fixed_bytes.hpp>
#include <pappus/wire/limits.hpp>

namespace pappus::wire {

/// Kind of an output.
enum class output_features : std::uint8_t {
  plain = 0,
  coinbase = 1,  // a block's reward
};

/// Reference to the output that is spent.
struct input {
  std::optional<output_features> features;  // of that output; absent from version 3 on
  wire::commitment commitment;              // of that output

  friend bool operator==(const input&, const input&) = default;
};

/// An output without its range proof.
struct output_identifier {
  output_features features = output_features::plain;  // its kind
  wire::commitment commitment;                        // to its value

  static constexpr std::size_t size = 1 + wire::commitment::size;  // serialized, bytes

  /// Decodes the one at the start of `raw`, which has been validated.
  [[nodiscard]] static output_identifier view(bytes_view raw) noexcept {
    return {static_cast<output_features>(raw[0]), wire::commitment::copy(&raw[1])};
  }

  friend bool operator==(const output_identifier&, const output_identifier&) = default;
};

/// An output, decoded.
struct output {
  output_features features = output_features::plain;  // its kind
  wire::commitment commitment;                        // to its value
  bytes_view proof;                                   // range proof, borrowed from the message

  /// Features, commitment, and the proof with its length prefix; bytes.
  static constexpr std::size_t size = 1 + wire::commitment::size + 8 + limits::range_proof_size;

  /// Decodes the one at the start of `raw`, which has been validated. Borrows its proof.
  [[nodiscard]] static output view(bytes_view raw) noexcept {
    return {static_cast<output_features>(raw[0]), wire::commitment::copy(&raw[1]),
            raw.subspan(size - limits::range_proof_size, limits::range_proof_size)};
  }
};

}  // namespace pappus::wire
