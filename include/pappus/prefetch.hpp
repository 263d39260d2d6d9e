// A hint to the processor's cache.
#pragma once

#include <cstddef>

namespace pappus {

/// Requests the cache lines around `at`, from `before` bytes before it to `after` bytes behind it: of an object of
/// which only a member is known, or whose neighbors are used with it. They arrive while other work is done, some 100 ns
/// later. Nothing is read: any address is allowed.
inline void prefetch_around(const void* at, std::ptrdiff_t before, std::ptrdiff_t after) noexcept {
  constexpr std::ptrdiff_t cache_line = 64;
  for (std::ptrdiff_t offset = -before; offset < after; offset += cache_line)
    __builtin_prefetch(static_cast<const char*>(at) + offset);
}

}  // namespace pappus
