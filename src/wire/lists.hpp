// Decoding of the lists of transactions and blocks, in place.
//
// The rules are those of Grin's reader for untrusted bytes (core/src/core/transaction.rs, TransactionBody), and two
// additional ones: a range proof must have the length that Grin always writes, and coinbase is checked while reading.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include <pappus/wire/body.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::wire {

/// Checks the order of a list: strictly ascending by hash.
class rising {
public:
  explicit rising(const char* field) noexcept : field_(field) {}

  /// Skips those of `count` elements of `size` bytes that were checked while the message was arriving; returns their
  /// number. O(1). Worthwhile because hashing costs more than everything else that is done with an element.
  std::size_t pass_checked(reader& in, std::size_t count, std::size_t size) noexcept {
    const order_progress* const known = in.checked();
    if (known == nullptr || known->end <= in.offset()) return 0;
    const std::size_t checked = std::min(count, (known->end - in.offset()) / size);
    static_cast<void>(in.take(checked * size, field_));
    first_ = false;
    last_ = known->last;  // hash of the preceding element, if the list continues
    return checked;
  }

  /// Checks the element that was read last. `start` is its offset, `hashed` the part that is hashed.
  void check(reader& in, bytes_view hashed, std::size_t start) noexcept {
    check(in, blake2b(hashed), start);
    if (order_progress* const known = in.checked(); known != nullptr && in.ok()) *known = {in.offset(), last_};
  }

  void check(reader& in, const hash& next, std::size_t start) noexcept {
    const auto order = next <=> last_;
    if (!first_) {
      in.check(order != 0, decode_errc::duplicate, field_, start);
      in.check(order > 0, decode_errc::not_sorted, field_, start);
    }
    first_ = false;
    last_ = next;
  }

private:
  const char* field_;
  hash last_;
  bool first_ = true;
};

/// Whether the total weight is at most `max`. Without overflow for any counts, since each is checked separately first.
bool within_weight(std::uint64_t inputs, std::uint64_t outputs, std::uint64_t kernels, std::uint64_t max) noexcept;

/// Read parts of an output. They reject unknown features, and a proof of another length than
/// `limits::range_proof_size`.
output_features read_output_features(reader& in, const char* field, coinbase reward) noexcept;
void read_proof(reader& in, const char* field) noexcept;

/// Each reads one list, and rejects elements that are not strictly ascending by hash.
void read_inputs(reader& in, const body_layout& layout) noexcept;
void read_outputs(reader& in, std::size_t count, coinbase reward) noexcept;

/// Records an error unless enough bytes are left for that many kernels; to be called before memory is allocated for
/// their places. Always records one for a prefix: kernel hashes are kept, so kernels are read once, from the whole
/// message.
void expect_kernels(reader& in, std::size_t count) noexcept;

/// Fills `places`, which has one for every kernel. Rejects two no-recent-duplicate kernels with the same excess.
void read_kernels(reader& in, coinbase reward, std::span<kernel_entry> places);

}  // namespace pappus::wire
