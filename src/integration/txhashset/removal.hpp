// Removes a file on a worker thread, because removing a large file takes time.
#pragma once

#include <string>

#include <pappus/io/runtime.hpp>

namespace pappus::integration {

/// Starts the removal. Its completion is not reported, and errors are ignored.
void remove_soon(io::runtime& runtime, std::string path);

}  // namespace pappus::integration
