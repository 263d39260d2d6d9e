// What differs between systems about the process: src/uv/process_posix.cpp and process_windows.cpp.
#pragma once

#include <cstddef>

namespace pappus::uv {

/// Sets SIGPIPE to ignored if its handler is still the default. Nothing where there is no such signal.
void ignore_broken_pipes() noexcept;

/// How many descriptors the process may have open; SIZE_MAX without a limit.
[[nodiscard]] std::size_t max_descriptors() noexcept;
/// See `io::runtime`. Nothing where the table of descriptors is not enlarged in steps.
void reserve_descriptors(std::size_t count) noexcept;

}  // namespace pappus::uv
