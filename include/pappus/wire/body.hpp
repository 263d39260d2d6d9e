// Inputs, outputs and kernels of a transaction or block. Immutable, kept as received; validated and hashed once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/indexed_view.hpp>
#include <pappus/wire/kernel.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/output.hpp>
#include <pappus/wire/packed_message.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

/// The serialized forms of a body. Versions of the same form have the same bytes.
enum class body_form : std::uint8_t {
  fixed_kernels,   // versions 0 and 1: kernels of one size, inputs with features
  input_features,  // version 2: inputs with features
  commitments,     // from version 3: inputs are commitments
};

/// The form at a version.
[[nodiscard]] constexpr body_form form_of(protocol_version version) noexcept {
  if (version.has_fixed_size_kernels()) return body_form::fixed_kernels;
  return version.has_input_features() ? body_form::input_features : body_form::commitments;
}

/// The latest version with that form.
[[nodiscard]] constexpr protocol_version version_of(body_form form) noexcept {
  switch (form) {
    case body_form::fixed_kernels: return {1};
    case body_form::input_features: return {2};
    case body_form::commitments: break;
  }
  return latest_version;
}

/// Positions of the lists in a message. All elements but kernels have a fixed size.
struct body_layout {
  static constexpr std::size_t counts_size = 3 * 8;

  std::size_t start = 0;  // offset of the three counts, bytes from the start of the message
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::size_t kernels = 0;
  body_form form = body_form::commitments;

  [[nodiscard]] constexpr std::size_t input_size() const noexcept {
    return form == body_form::commitments ? commitment::size : output_identifier::size;
  }
  [[nodiscard]] constexpr std::size_t input_at(std::size_t i) const noexcept {
    return start + counts_size + i * input_size();
  }
  [[nodiscard]] constexpr std::size_t output_at(std::size_t i) const noexcept {
    return input_at(inputs) + i * output::size;
  }
};

enum class coinbase : std::uint8_t { rejected, allowed };

/// Rules in which the bodies of transactions and blocks differ.
struct body_rules {
  std::uint64_t max_weight;
  coinbase reward;
  bool needs_kernels;
};

/// Message that ends in inputs, outputs and kernels: its bytes as received, in the form of the version at which they
/// were read. Parts are decoded on each access. Apart from its owner's it takes two allocations: one for the bytes, one
/// for the kernel hashes.
///
/// Only `read` makes one, so each is well-formed: within its weight, lists sorted and free of duplicates, no output
/// spent that it makes itself. Signatures, range proofs and sums are for the adapter to verify.
class body {
public:
  /// Reads the lists, which end where `in` ends. The bytes before them, already read from `in`, are kept, too. Empty
  /// after an error.
  [[nodiscard]] static std::optional<body> read(reader& in, const body_rules& rules);

  /// The form of its bytes.
  [[nodiscard]] body_form form() const noexcept { return layout_.form; }

  /// Its part of a block's weight.
  [[nodiscard]] std::uint64_t weight() const noexcept {
    return layout_.inputs * limits::input_weight + layout_.outputs * limits::output_weight +
           layout_.kernels * limits::kernel_weight;
  }

  /// The i-th input, output or kernel. A range proof borrows from the body.
  [[nodiscard]] wire::input input(std::size_t i) const noexcept;
  [[nodiscard]] wire::output output(std::size_t i) const noexcept;
  [[nodiscard]] wire::kernel kernel(std::size_t i) const noexcept { return message_.kernel(i); }

  /// Hash of the i-th kernel. Grin announces a transaction by the hash of its first kernel.
  [[nodiscard]] hash kernel_hash(std::size_t i) const noexcept { return message_.kernel_hash(i); }

  /// The parts as ranges, decoded on access. The ranges, and the range proofs in outputs, borrow from the body.
  [[nodiscard]] auto inputs() const noexcept { return list<&body::input>(layout_.inputs); }
  [[nodiscard]] auto outputs() const noexcept { return list<&body::output>(layout_.outputs); }
  [[nodiscard]] auto kernels() const noexcept { return list<&body::kernel>(layout_.kernels); }
  [[nodiscard]] auto kernel_hashes() const noexcept { return list<&body::kernel_hash>(layout_.kernels); }

  /// The whole message as received, and its part before the lists. Valid as long as the body.
  [[nodiscard]] bytes_view raw_bytes() const noexcept { return message_.bytes(); }
  [[nodiscard]] bytes_view before_lists() const noexcept { return raw_bytes().first(layout_.start); }

  /// Appends the whole message, in the form of the version of `out`; `size` returns its size at a version, bytes.
  /// Records `inputs_lack_features` in `out` if the body was read at version 3 or above, has inputs, and is written at
  /// version 2 or below.
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept;

protected:
  /// The message for a peer at `version`. If the form is the same it is not copied but shares ownership of `owner`.
  [[nodiscard]] encode_result<shared_bytes> encode_for(std::shared_ptr<const void> owner,
                                                       protocol_version version) const;

private:
  body(packed_message message, const body_layout& layout) noexcept : message_(std::move(message)), layout_(layout) {}

  template <auto Get>
  [[nodiscard]] indexed_view<body, Get> list(std::size_t count) const noexcept {
    return {*this, count};
  }

  void write_inputs(writer& out) const;

  packed_message message_;
  body_layout layout_;
};

}  // namespace pappus::wire
