// Removes a file on a worker thread, for a large one takes its time.
#pragma once

#include <string>

#include <pappus/io/network.hpp>

namespace pappus::integration {

/// Nobody hears of it; what cannot be removed stays.
void remove_soon(io::runtime& on, std::string path);

}  // namespace pappus::integration
