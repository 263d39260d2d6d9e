#include <exception>
#include <string>
#include <utility>

#include <pappus/io/timer.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/session_registry.hpp>

#include "../../exception_text.hpp"

namespace pappus::peer {
namespace {

/// For example "get_block: database is locked".
std::string describe(std::string_view what) {
  std::string text{what};
  if (!text.empty()) text += ": ";
  return text += exception_text();
}

}  // namespace

void exception_boundary::caught(std::uint64_t peer, std::string_view what) noexcept {
  session* const session = peer == 0 ? nullptr : sessions_.find(peer);
  if (session != nullptr) return caught(*session, what);
  ++exceptions_;
  log_caught(peer, what);
}

/// A session that is disconnecting already keeps its reason.
void exception_boundary::caught(session& session, std::string_view what) noexcept {
  if (!session.is_ending()) return session.end(disconnect_info_of_caught(what));
  ++exceptions_;
  log_caught(session.peer().id, what);
}

disconnect_info exception_boundary::disconnect_info_of_caught(std::string_view what) noexcept {
  ++exceptions_;
  disconnect_info info{disconnect_reason::internal_error, {}};
  try {
    info.detail = describe(what);
  } catch (const std::exception&) {
    info.detail.clear();
  }
  return info;
}

void exception_boundary::caught(std::exception_ptr exception, std::string_view what) noexcept {
  run(0, what, [&] { std::rethrow_exception(std::move(exception)); });
}

void exception_boundary::log_caught(std::uint64_t peer, std::string_view what) noexcept {
  log_(log_level::error, log_category::internal_error,
       [&] { return (peer == 0 ? std::string{} : "for peer " + std::to_string(peer) + ", ") + describe(what); });
}

task<void> exception_boundary::keep_running(io::runtime& runtime, std::string_view what,
                                            std::function<task<void>()> service) {
  for (;;) {
    try {
      co_await service();
      co_return;
    } catch (...) {
      caught(0, what);
    }
    const auto slept = co_await io::sleep_for(runtime, limits::service_restart_delay);
    if (!slept) co_return;
  }
}

}  // namespace pappus::peer
