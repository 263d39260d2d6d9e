// The lists that transactions and blocks are made of, read and checked where they lie.
//
// The rules are those of Grin's reader for bytes it does not trust (core/src/core/transaction.rs, TransactionBody), and
// two of our own: a range proof has its one length, as Grin always writes it, and coinbase is judged while reading.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include <pappus/wire/body.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::wire {

/// Holds a list to its order: every element's hash is above the one before.
class rising {
public:
  explicit rising(const char* field) noexcept : field_(field) {}

  /// Passes over those of `count` elements of `size` bytes that were checked while the message was arriving; gives how
  /// many. O(1): a hash costs more than all else that is done with an element.
  std::size_t pass_checked(reader& in, std::size_t count, std::size_t size) noexcept {
    const checked_order* const known = in.checked();
    if (known == nullptr || known->end <= in.offset()) return 0;
    const std::size_t checked = std::min(count, (known->end - in.offset()) / size);
    static_cast<void>(in.take(checked * size, field_));
    first_ = false;
    last_ = known->last;  // if the list goes on, that of the element before
    return checked;
  }

  /// The element that was read last: where it begins, and the part of it that is hashed.
  void check(reader& in, bytes_view hashed, std::size_t start) noexcept {
    check(in, blake2b(hashed), start);
    if (checked_order* const known = in.checked(); known != nullptr && in.ok()) *known = {in.offset(), last_};
  }

  void check(reader& in, const hash& next, std::size_t start) noexcept {
    const auto order = next <=> last_;
    if (!first_) {
      in.require(order != 0, decode_errc::duplicate, field_, start);
      in.require(order > 0, decode_errc::not_sorted, field_, start);
    }
    first_ = false;
    last_ = next;
  }

private:
  const char* field_;
  hash last_;
  bool first_ = true;
};

/// Weighs without overflow, whatever the counts: each alone must be under the limit before they are added.
bool within_weight(std::uint64_t inputs, std::uint64_t outputs, std::uint64_t kernels, std::uint64_t most) noexcept;

/// Parts of an output. Refuses unknown features, and a proof of another length than all have.
output_features read_output_features(reader& in, const char* field, coinbase reward) noexcept;
void read_proof(reader& in, const char* field) noexcept;

/// Each reads one list, and refuses elements that do not rise strictly by their hash.
void read_inputs(reader& in, const body_layout& layout) noexcept;
void read_outputs(reader& in, std::size_t count, coinbase reward) noexcept;

/// Faults if there are not enough bytes left for so many kernels: to be asked before memory is taken for their places.
/// Their hashes are kept, so they are read once, when the whole message is there.
void expect_kernels(reader& in, std::size_t count) noexcept;

/// Fills `places`, which has room for every kernel. Refuses two no-recent-duplicate kernels with the same excess.
void read_kernels(reader& in, coinbase reward, std::span<kernel_place> places);

}  // namespace pappus::wire
