// Dials that the application asks for.
#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include <pappus/peer/transport/limits.hpp>

#include "node_services.hpp"

namespace pappus {

using peer::disconnect_info;
using peer::disconnect_reason;
using peer::peer_info;

namespace {

/// Why a dial has not begun for want of the host's addresses.
disconnect_reason reason_of_unresolved(std::error_code failed) {
  if (failed == make_error_code(errc::canceled)) return disconnect_reason::shutting_down;
  return failed.category() == peer::transport_category() ? disconnect_reason::unreachable
                                                         : disconnect_reason::unknown_host;
}

}  // namespace

task<void> node::services::dial_when_open(peer::seed to, peer::connection_manager::connected done) {
  const auto opened = co_await opened_.wait();
  if (!opened) co_return done(failure{disconnect_info{disconnect_reason::shutting_down, {}}});
  auto addresses = co_await paths.resolve(std::move(to.host));
  if (!addresses) {
    co_return done(failure{disconnect_info{reason_of_unresolved(addresses.error()), addresses.error().message()}});
  }
  addresses->resize(std::min(addresses->size(), peer::limits::max_addresses_per_name));
  bool is_connected = false;
  for (const ip_address& each : *addresses) {
    const bool is_last = &each == &addresses->back();
    auto dialed = [&done, &is_connected, is_last](result<peer_info, disconnect_info> outcome) {
      is_connected = outcome.has_value();
      if (is_connected || is_last) done(std::move(outcome));
    };
    co_await connections.dial({each, to.port}, peer::connection_type::full, std::move(dialed));
    if (is_connected) co_return;
  }
}

void node::services::connect(peer::seed to, std::function<void(result<peer_info>)> done) {
  dial(std::move(to), [done = std::move(done)](result<peer_info, disconnect_info> outcome) {
    if (outcome) done(*std::move(outcome));
    else done(failure{make_error_code(outcome.error().reason)});
  });
}

void node::services::dial(peer::seed to, peer::connection_manager::connected done) {
  if (tasks_ == nullptr && !has_run_ && !stop_requested_) {
    early_dials_.push_back({std::move(to), std::move(done)});
    return;
  }
  if (tasks_ == nullptr) return done(failure{disconnect_info{disconnect_reason::shutting_down, {}}});
  auto name = to_string(to);
  auto told = [this, name = std::move(name), done = std::move(done)](result<peer_info, disconnect_info> outcome) {
    if (!outcome && outcome.error().reason != disconnect_reason::shutting_down) {
      log(peer::log_level::info, peer::log_category::dial,
          [&] { return "cannot connect to " + name + ": " + to_string(outcome.error()); });
    }
    done(std::move(outcome));
  };
  tasks_->spawn(dial_when_open(std::move(to), std::move(told)));
}

void node::services::refuse_early_dials() noexcept {
  for (const early_dial& each : std::exchange(early_dials_, {})) {
    exceptions.run(0, "connect", [&] { each.done(failure{disconnect_info{disconnect_reason::shutting_down, {}}}); });
  }
}

}  // namespace pappus
