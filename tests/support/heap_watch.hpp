// What its program asks the heap for, and whether it gets it: replaces operator new, so only one file of a program may
// include it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace support::heap {

inline std::size_t allocations = 0;  // so far
inline std::size_t alive = 0;        // of these
inline std::size_t largest = 0;      // in bytes; a test may set it back
inline std::size_t fails_in = 0;     // the allocation that fails, counted from 1; 0: none does
inline std::size_t bytes = 0;        // alive, with what the heap adds to each

/// What an allocation takes: a multiple of something, and a word for its size.
inline std::size_t taken_by(void* memory) noexcept { return malloc_usable_size(memory) + sizeof(std::size_t); }

}  // namespace support::heap

// All forms, since the sanitizers bring their own of each. Not inlined: g++ would see one half of a pair alone.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (support::heap::fails_in != 0 && --support::heap::fails_in == 0) throw std::bad_alloc{};
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc{};
  ++support::heap::allocations;
  ++support::heap::alive;
  support::heap::bytes += support::heap::taken_by(memory);
  support::heap::largest = std::max(support::heap::largest, size);
  return memory;
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  --support::heap::alive;
  support::heap::bytes -= support::heap::taken_by(memory);
  std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }
void* operator new[](std::size_t size) { return operator new(size); }
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t& /*none*/) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void* operator new[](std::size_t size, const std::nothrow_t& none) noexcept { return operator new(size, none); }
void operator delete[](void* memory) noexcept { operator delete(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }
