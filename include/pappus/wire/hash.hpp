// Blake2b with 32 bytes of output: the only hash function of the protocol, apart from SipHash for short ids.
#pragma once

#include <initializer_list>
#include <span>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/fixed_bytes.hpp>

namespace pappus::wire {

/// Hash of a block, a kernel, or the root of an MMR.
using hash = fixed_bytes<32, struct hash_tag>;

/// The hash of a byte string.
[[nodiscard]] hash blake2b(bytes_view message) noexcept;

/// The hash of the concatenated parts, computed without copying them.
[[nodiscard]] hash blake2b(std::initializer_list<bytes_view> parts) noexcept;

/// The hash of each message, of any sizes, stored at the same index of `hashes`, which has as many elements. They are
/// computed side by side in the CPU's vector registers: 512 messages of up to 128 bytes in a third of the time of
/// `blake2b` for each with AVX2, in an eighth with AVX-512.
void blake2b_many(std::span<const bytes_view> messages, std::span<hash> hashes) noexcept;

}  // namespace pappus::wire
