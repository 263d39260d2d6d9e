// Blake2b with 32 bytes of output: the only hash function of the protocol, apart from SipHash for short ids.
#pragma once

#include <initializer_list>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/fixed_bytes.hpp>

namespace pappus::wire {

/// Hash of a block, a kernel, or the root of an MMR.
using hash = fixed_bytes<32, struct hash_tag>;

/// The hash of a byte string.
[[nodiscard]] hash blake2b(bytes_view message) noexcept;

/// The hash of the concatenated parts, computed without copying them.
[[nodiscard]] hash blake2b(std::initializer_list<bytes_view> parts) noexcept;

}  // namespace pappus::wire
