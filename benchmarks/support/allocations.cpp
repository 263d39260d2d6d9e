#include "allocations.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace benchmarks {
namespace {

std::uint64_t allocated = 0;

void* counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc{};
  ++allocated;
  return memory;
}

}  // namespace

std::uint64_t allocations() noexcept { return allocated; }

}  // namespace benchmarks

// Not inlined, because g++ would see only one half of a new/delete pair.
[[gnu::noinline]] void* operator new(std::size_t size) {
  return benchmarks::counted(std::malloc(size == 0 ? 1 : size));
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto multiple = static_cast<std::size_t>(alignment);
  return benchmarks::counted(std::aligned_alloc(multiple, (size / multiple + 1) * multiple));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept { operator delete(memory); }
void operator delete(void* memory, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  operator delete(memory);
}
