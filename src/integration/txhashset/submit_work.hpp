// Queues work for a worker thread from code that must not throw.
#pragma once

#include <exception>
#include <memory>
#include <utility>

#include <pappus/io/runtime.hpp>

namespace pappus::integration {

/// Makes a `Work` and queues it. Null if there is no memory for that.
template <class Work, class... Args>
[[nodiscard]] Work* submit_work(io::runtime& runtime, Args&&... args) noexcept {
  try {
    auto made = std::make_unique<Work>(std::forward<Args>(args)...);
    Work* const queued = made.get();
    runtime.submit(std::move(made));
    return queued;
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace pappus::integration
