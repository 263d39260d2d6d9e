// Counts the allocations of the program.
#pragma once

#include <cstdint>

namespace benchmarks {

/// Calls of `operator new` so far.
[[nodiscard]] std::uint64_t allocations() noexcept;

}  // namespace benchmarks
