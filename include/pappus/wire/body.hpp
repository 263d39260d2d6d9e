// The three sorted lists that transactions and blocks are made of, read and checked where they lie.
//
// The rules are those of Grin's reader for bytes it does not trust (core/src/core/transaction.rs, TransactionBody), and
// two of our own: a range proof has its one length, as Grin always writes it, and coinbase is judged while reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/kernel.hpp>
#include <pappus/wire/output.hpp>
#include <pappus/wire/reader.hpp>

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

/// Where the lists lie; all but the kernels have elements of one size.
struct body_layout {
  static constexpr std::size_t counts_size = 3 * 8;

  std::size_t start = 0;  // of the counts, in bytes from the start of the message
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::size_t kernels = 0;
  body_form form = body_form::commitments;

  [[nodiscard]] constexpr std::size_t input_size() const noexcept {
    return form == body_form::commitments ? commitment::size : output::identifier_size;
  }
  [[nodiscard]] constexpr std::size_t input_at(std::size_t i) const noexcept {
    return start + counts_size + i * input_size();
  }
  [[nodiscard]] constexpr std::size_t output_at(std::size_t i) const noexcept {
    return input_at(inputs) + i * output::size;
  }
};

/// Where a kernel lies in its message, and its id. Both are found while reading, since kernels differ in size and the
/// order of kernels is that of their ids.
struct kernel_place {
  hash id;
  std::uint32_t offset = 0;
};

enum class coinbase : std::uint8_t { refused, allowed };

/// Reads the counts and refuses them if the parts weigh more than `most_weight`, before anything is taken for them.
[[nodiscard]] body_layout read_body_counts(reader& in, std::uint64_t most_weight) noexcept;

/// Each reads one list of `layout`, in this order, and refuses elements that do not rise strictly by their hash.
void read_inputs(reader& in, const body_layout& layout) noexcept;
void read_outputs(reader& in, const body_layout& layout, coinbase reward) noexcept;

/// Fills `places`, which has room for every kernel. Refuses two no-recent-duplicate kernels with the same excess.
void read_kernels(reader& in, coinbase reward, std::span<kernel_place> places);

/// Refuses a commitment that is there twice, among the inputs, the outputs, or both: nothing may be spent where it is
/// made. `message` is what was read, from its start.
void check_cut_through(reader& in, const body_layout& layout, bytes_view message);

}  // namespace pappus::wire
