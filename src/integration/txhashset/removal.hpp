// Removes a file on a worker thread, because removing a large file takes time.
#pragma once

#include <string>

#include <pappus/io/runtime.hpp>

namespace pappus::integration {

/// Starts the removal; without memory for that, removes the file at once. Its completion is not reported, and errors
/// are ignored.
void remove_soon(io::runtime& runtime, const std::string& path) noexcept;

}  // namespace pappus::integration
