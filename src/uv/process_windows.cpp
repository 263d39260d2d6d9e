#include <cstdint>

#include "process.hpp"

namespace pappus::uv {

void ignore_broken_pipes() noexcept {}

std::size_t max_descriptors() noexcept { return SIZE_MAX; }

void reserve_descriptors(std::size_t /*count*/) noexcept {}

}  // namespace pappus::uv
