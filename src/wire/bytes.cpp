#include <pappus/wire/bytes.hpp>

namespace pappus::wire {

unwritten_bytes::unwritten_bytes(std::size_t size)
    : memory(std::make_shared_for_overwrite<std::byte[]>(size)), view(memory.get(), size) {}

}  // namespace pappus::wire
