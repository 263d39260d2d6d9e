// Wraps the functions of the adapter so that their exceptions are contained.
#pragma once

#include <pappus/peer/adapter/adapter.hpp>
#include <pappus/peer/session/containment.hpp>

namespace pappus::peer {

/// Returns the same functions, of which no notification throws: exceptions of those about a session disconnect that
/// session, the others concern the node. Each `request_handler` is unchanged, since `adapter_calls` contains its
/// exceptions, and so is the log, which `logger` calls. `faults` outlives the result.
[[nodiscard]] adapter contained(adapter above, containment& faults);

}  // namespace pappus::peer
