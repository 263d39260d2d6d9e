// The simulation passes the conformance suite.
#include "conformance_backend.hpp"

using backend = simulated_backend<false>;

#include "../io/conformance/allocations.hpp"
#include "../io/conformance/datagrams.hpp"
#include "../io/conformance/deadlines.hpp"
#include "../io/conformance/endings.hpp"
#include "../io/conformance/endpoints.hpp"
#include "../io/conformance/lines.hpp"
#include "../io/conformance/stopping.hpp"
#include "../io/conformance/streams.hpp"
#include "../io/conformance/timeouts.hpp"
#include "../io/conformance/timers.hpp"
