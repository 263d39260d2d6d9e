// How the synchronization is shown to the operator.
#pragma once

#include <string>

#include <pappus/integration/bridge/sync_status.hpp>

#include "mini_node/records.hpp"

namespace full_node {

/// The event `sync`.
[[nodiscard]] mini_node::record sync_event(const pappus::integration::sync_status& now);

/// The same for people: "sync: blocks [#####---------------]  26%, 156 of 600, 32 requests".
[[nodiscard]] std::string sync_line(const pappus::integration::sync_status& now);

}  // namespace full_node
