#include <pappus/wire/bytes.hpp>

namespace pappus::wire {

uninitialized_bytes::uninitialized_bytes(std::size_t size, std::pmr::memory_resource& from)
    : memory(std::allocate_shared_for_overwrite<std::byte[]>(std::pmr::polymorphic_allocator<std::byte>{&from}, size)),
      view(memory.get(), size) {}

}  // namespace pappus::wire
