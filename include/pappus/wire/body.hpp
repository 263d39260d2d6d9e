// The three lists that transactions and blocks are made of, kept as received: checked once, hashed once, never changed.
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

/// The three forms a body can have; versions of the same form write the same bytes.
enum class body_form : std::uint8_t {
  fixed_kernels,   // versions 0, 1: kernels of one size, inputs with features
  input_features,  // version 2: inputs with features
  commitments,     // from version 3: inputs are commitments
};

[[nodiscard]] constexpr body_form form_of(protocol_version version) noexcept {
  if (version.has_fixed_size_kernels()) return body_form::fixed_kernels;
  return version.has_input_features() ? body_form::input_features : body_form::commitments;
}

/// The latest version at which bodies have that form.
[[nodiscard]] constexpr protocol_version version_of(body_form form) noexcept {
  switch (form) {
    case body_form::fixed_kernels: return {1};
    case body_form::input_features: return {2};
    case body_form::commitments: break;
  }
  return latest_version;
}

/// Where the lists lie; all but the kernels have elements of one size.
struct body_layout {
  static constexpr std::size_t counts_size = 3 * 8;

  std::size_t start = 0;  // of the counts, in bytes from the start of the message
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

enum class coinbase : std::uint8_t { refused, allowed };

/// What a transaction's body and a block's do not have in common.
struct body_rules {
  std::uint64_t most_weight;
  coinbase reward;
  bool needs_kernels;
};

/// A message that ends in inputs, outputs and kernels: its bytes as received, in the form of the version they were read
/// at, in which parts are looked up when asked for. Besides whoever holds it, it takes one allocation, for the bytes
/// and the kernel ids.
///
/// Reading is the only way to get one, so one that exists is sound in form: within its weight, lists sorted and free of
/// duplicates, nothing spent that it makes itself. Signatures, range proofs and sums are for the host to verify.
class body {
public:
  /// Reads the lists, which go on to the end of `in`; what was read before them is kept, too. None after a fault.
  [[nodiscard]] static std::optional<body> read(reader& in, const body_rules& rules);

  [[nodiscard]] body_form form() const noexcept { return layout_.form; }

  /// What it takes of a block's weight.
  [[nodiscard]] std::uint64_t weight() const noexcept {
    return layout_.inputs * limits::input_weight + layout_.outputs * limits::output_weight +
           layout_.kernels * limits::kernel_weight;
  }

  [[nodiscard]] wire::input input(std::size_t i) const noexcept;
  [[nodiscard]] wire::output output(std::size_t i) const noexcept;
  [[nodiscard]] wire::kernel kernel(std::size_t i) const noexcept { return message_.kernel(i); }

  /// What the i-th kernel is known by in the network; Grin announces a transaction by that of its first.
  [[nodiscard]] hash kernel_hash(std::size_t i) const noexcept { return message_.kernel_hash(i); }

  /// The parts as ranges, made when asked for. They borrow from this, and so do the range proofs in outputs.
  [[nodiscard]] auto inputs() const noexcept { return list<&body::input>(layout_.inputs); }
  [[nodiscard]] auto outputs() const noexcept { return list<&body::output>(layout_.outputs); }
  [[nodiscard]] auto kernels() const noexcept { return list<&body::kernel>(layout_.kernels); }
  [[nodiscard]] auto kernel_hashes() const noexcept { return list<&body::kernel_hash>(layout_.kernels); }

  /// The whole message as received, and the part of it before the lists; they live as long as this.
  [[nodiscard]] bytes_view raw_bytes() const noexcept { return message_.bytes(); }
  [[nodiscard]] bytes_view before_lists() const noexcept { return raw_bytes().first(layout_.start); }

  /// The whole message for a peer at a version, appended to `out`; the size it has. Fails in `out` with
  /// `inputs_lack_features` if it came from version 3 or above, has inputs, and goes to version 2 or below.
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept;

protected:
  /// The message for a peer at `version`: without a copy, shared with `owner`, if the forms are the same.
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
