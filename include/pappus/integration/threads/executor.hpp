// Executor: runs functions on threads of the application.
#pragma once

#include <functional>

namespace pappus::integration {

/// Runs a function later or at once, on any thread: a thread pool's `post`, for example. Called from any thread.
using executor = std::function<void(std::function<void()>)>;

}  // namespace pappus::integration
