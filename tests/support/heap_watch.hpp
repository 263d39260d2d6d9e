// Counts of heap allocations, and allocations that fail. It replaces operator new, so only one file of a program may
// include it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace support::heap {

inline std::size_t allocations = 0;  // so far
inline std::size_t alive = 0;        // not freed yet
inline std::size_t largest = 0;      // bytes; a test may reset it
inline std::size_t fails_in = 0;     // the allocation that fails, counted from 1; 0: none
inline std::size_t bytes = 0;        // not freed yet, with the heap's overhead
inline bool (*fails)() = nullptr;    // whether this allocation fails, too; null: not asked

/// Whether this allocation is one that fails.
inline bool is_out() { return (fails_in != 0 && --fails_in == 0) || (fails != nullptr && fails()); }

/// The bytes of an allocation: the usable size, and a word for the size itself.
inline std::size_t taken_by(void* memory) noexcept {
#ifdef _WIN32
  return _msize(memory) + sizeof(std::size_t);
#else
  return malloc_usable_size(memory) + sizeof(std::size_t);
#endif
}

/// Counts the memory; throws if there is none.
inline void* counted(void* memory, std::size_t size) {
  if (memory == nullptr) throw std::bad_alloc{};
  ++allocations;
  ++alive;
  bytes += taken_by(memory);
  largest = std::max(largest, size);
  return memory;
}

}  // namespace support::heap

// All forms, as the sanitizers replace each. Not inlined: g++ would see only one half of a pair.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (support::heap::is_out()) throw std::bad_alloc{};
  return support::heap::counted(std::malloc(size == 0 ? 1 : size), size);
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  --support::heap::alive;
  support::heap::bytes -= support::heap::taken_by(memory);
  std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }

// On Windows aligned memory is freed by a function of its own, so these are not replaced.
#ifndef _WIN32
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  if (support::heap::is_out()) throw std::bad_alloc{};
  const auto multiple = static_cast<std::size_t>(alignment);
  return support::heap::counted(std::aligned_alloc(multiple, (size / multiple + 1) * multiple), size);
}
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept { operator delete(memory); }
void operator delete(void* memory, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  operator delete(memory);
}
#endif

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
