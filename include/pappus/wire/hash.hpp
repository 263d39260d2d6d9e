// Blake2b with 32 bytes of output: the one hash the protocol knows.
#pragma once

#include <initializer_list>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/opaque.hpp>

namespace pappus::wire {

/// Names a block, a kernel, the root of a tree.
using hash = opaque<32, struct hash_tag>;

[[nodiscard]] hash blake2b(bytes_view message) noexcept;

/// The hash of all parts, one after the other, without putting them into one place first.
[[nodiscard]] hash blake2b(std::initializer_list<bytes_view> parts) noexcept;

}  // namespace pappus::wire
