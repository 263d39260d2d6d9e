// Decoding of the lists of transactions and blocks, in place.
//
// The rules are those of Grin's reader for untrusted bytes (core/src/core/transaction.rs, TransactionBody), and two
// additional ones: a range proof must have the length that Grin always writes, and coinbase is checked while reading.
#pragma once

#include <cstddef>
#include <span>

#include <pappus/wire/body.hpp>
#include <pappus/wire/reader.hpp>

#include "order_check.hpp"

namespace pappus::wire {

/// Whether the total weight is at most `max`. Without overflow for any counts, since each is checked separately first.
bool within_weight(std::uint64_t inputs, std::uint64_t outputs, std::uint64_t kernels, std::uint64_t max) noexcept;

/// Read parts of an output. They reject unknown features, and a proof of another length than
/// `limits::range_proof_size`.
output_features read_output_features(reader& in, const char* field, coinbase reward) noexcept;
void read_proof(reader& in, const char* field) noexcept;

/// Each reads one list, whose elements `order` rejects, perhaps later, if they are not strictly ascending by hash.
void read_inputs(reader& in, const body_layout& layout, order_check& order) noexcept;
void read_outputs(reader& in, std::size_t count, coinbase reward, order_check& order) noexcept;

/// Records an error unless enough bytes are left for that many kernels; to be called before memory is allocated for
/// their places. Always records one for a prefix: kernel hashes are kept, so kernels are read once, from the whole
/// message.
void expect_kernels(reader& in, std::size_t count) noexcept;

/// Fills `places`, which has one for every kernel; the hashes when `order` has checked them. Rejects two
/// no-recent-duplicate kernels with the same excess.
void read_kernels(reader& in, coinbase reward, std::span<kernel_entry> places, order_check& order);

}  // namespace pappus::wire
