// Completion handler of an adapter call.
#pragma once

#include <functional>
#include <optional>

namespace pappus::peer {

/// Called on the loop, during the call or later, once at most, with the result, or with nothing if the application
/// gives none. Not called after the node has stopped.
template <class T>
using completion = std::function<void(std::optional<T>)>;

}  // namespace pappus::peer
