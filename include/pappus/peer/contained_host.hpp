// The application's functions, made so that the node may call them wherever it is.
#pragma once

#include <pappus/peer/containment.hpp>
#include <pappus/peer/host.hpp>

namespace pappus::peer {

/// The same functions, of which none that is a notice throws: those of a session on its behalf, the others on the
/// node's. Questions stay as they are, for `inquiries` asks them, and the log, which `logger` calls. `faults` outlives
/// what is returned.
[[nodiscard]] adapter contained(adapter above, containment& faults);

}  // namespace pappus::peer
