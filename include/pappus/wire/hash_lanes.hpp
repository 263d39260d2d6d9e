// The number of messages that `blake2b_many` hashes side by side. Chosen by CPU; tests and benchmarks choose another.
#pragma once

#include <cstddef>
#include <span>

namespace pappus::wire {

/// The numbers that this CPU supports, ascending: 1 is libsodium, 2 needs SSSE3, 4 AVX2, 8 AVX-512. Only 1 on other
/// than x86-64 processors, on Windows and with other compilers than g++ and clang.
[[nodiscard]] std::span<const std::size_t> supported_hash_lanes() noexcept;

/// The number in use, at first the largest supported.
[[nodiscard]] std::size_t hash_lanes() noexcept;

/// Chooses a number for the whole process; from any thread. Throws `std::invalid_argument` if it is not supported.
void select_hash_lanes(std::size_t lanes);

}  // namespace pappus::wire
