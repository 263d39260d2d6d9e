// What its program asks the heap for: replaces operator new, so only one file of a program may include it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace support::heap {

inline std::size_t allocations = 0;  // so far
inline std::size_t alive = 0;        // of these
inline std::size_t largest = 0;      // in bytes; a test may set it back

}  // namespace support::heap

// All forms, since the sanitizers bring their own of each. Not inlined: g++ would see one half of a pair alone.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc{};
  ++support::heap::allocations;
  ++support::heap::alive;
  support::heap::largest = std::max(support::heap::largest, size);
  return memory;
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  --support::heap::alive;
  std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete[](void* memory) noexcept { operator delete(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }
