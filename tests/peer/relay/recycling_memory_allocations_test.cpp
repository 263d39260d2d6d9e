// Memory for the nodes of containers: freed memory is reused, and a failed allocation changes nothing.
#include <cstddef>
#include <map>
#include <memory_resource>
#include <new>

#include <doctest/doctest.h>
#include <support/heap_watch.hpp>

#include <pappus/peer/relay/recycling_memory.hpp>

namespace relay_recycling_memory_allocations_test {

using pappus::peer::recycling_memory;

namespace heap = support::heap;

TEST_CASE("memory that was freed is reused by its size, and given back in the end") {
  const std::size_t before = heap::alive;
  {
    recycling_memory memory;
    void* const first = memory.allocate(100, 8);
    memory.deallocate(first, 100, 8);
    const std::size_t allocations = heap::allocations;
    CHECK(memory.allocate(110, 8) == first);
    CHECK(heap::allocations == allocations);
    memory.deallocate(first, 110, 8);
    void* const smaller = memory.allocate(40, 8);
    CHECK(smaller != first);
    memory.deallocate(smaller, 40, 8);
    for (const std::size_t size : {std::size_t{0}, std::size_t{10'000}}) {
      void* const other = memory.allocate(size, 8);
      memory.deallocate(other, size, 8);
    }
    void* const aligned = memory.allocate(64, 64);
    memory.deallocate(aligned, 64, 64);
    CHECK(heap::alive == before + 2);
  }
  CHECK(heap::alive == before);
}

TEST_CASE("a container goes on after an allocation has failed") {
  const std::size_t before = heap::alive;
  {
    recycling_memory memory;
    std::pmr::map<int, int> numbers{&memory};
    for (int i = 0; i != 100; ++i) {
      heap::fails_in = 1;
      CHECK_THROWS_AS(numbers.try_emplace(i, i), std::bad_alloc);
      heap::fails_in = 0;
      numbers.try_emplace(i, i);
    }
    CHECK(numbers.size() == 100);
  }
  CHECK(heap::alive == before);
}

}  // namespace relay_recycling_memory_allocations_test
