// Keeps a connection to one endpoint: dials, hands the stream on, and dials again when it has ended.
#pragma once

#include <functional>
#include <system_error>

#include <pappus/coro/task.hpp>
#include <pappus/io/backoff.hpp>
#include <pappus/io/network.hpp>
#include <pappus/io/time.hpp>

namespace pappus::io {

struct reconnect_options {
  backoff_options wait;  // between one end and the next dial
  duration connect_timeout = std::chrono::seconds{10};
  duration stable_after = std::chrono::seconds{30};  // a connection this old starts the waits over
};

/// What `keep_connected` calls. Both are called on the loop.
struct reconnect_handlers {
  /// Uses a connection; its end is the end of the connection. Called for each, one at a time.
  std::function<task<void>(stream_ptr)> connected;
  /// Hears why a dial failed. May be empty.
  std::function<void(std::error_code)> failed;
};

/// Runs until it is stopped, and ends then; what `connected` throws ends it, too.
[[nodiscard]] task<void> keep_connected(runtime& on, endpoint remote, reconnect_handlers handlers,
                                        reconnect_options options = {});

}  // namespace pappus::io
