#include <utility>

#include <pappus/io/reconnect.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>

namespace pappus::io {

task<void> keep_connected(runtime& runtime, endpoint remote, reconnect_handlers handlers, reconnect_options options) {
  reconnect_policy policy{options.wait, options.stable_after};
  for (;;) {
    auto dialed = co_await with_timeout(runtime, options.connect_timeout, runtime.connect(remote));
    if (dialed) {
      const time_point since = runtime.now();
      co_await handlers.connected(std::move(*dialed));
      policy.disconnected(runtime.now() - since);
    } else if (dialed.error() == make_error_code(errc::canceled)) {
      co_return;
    } else if (handlers.failed) {
      handlers.failed(dialed.error());
    }
    const auto slept = co_await sleep_for(runtime, policy.next_delay(runtime));
    if (!slept) co_return;
  }
}

}  // namespace pappus::io
