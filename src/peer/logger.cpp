#include <pappus/peer/limits.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/printable.hpp>

namespace pappus::peer {

std::string_view to_string(log_level level) noexcept {
  switch (level) {
    case log_level::error: return "error";
    case log_level::warning: return "warning";
    case log_level::info: return "info";
    case log_level::debug: return "debug";
  }
  return "unknown";
}

std::string_view to_string(log_cause cause) noexcept {
  switch (cause) {
    case log_cause::internal_error: return "internal_error";
    case log_cause::store: return "store";
    case log_cause::clock: return "clock";
    case log_cause::network: return "network";
    case log_cause::dial: return "dial";
    case log_cause::accept: return "accept";
    case log_cause::seed: return "seed";
    case log_cause::preferred_peer: return "preferred_peer";
    case log_cause::eviction: return "eviction";
    case log_cause::discouragement: return "discouragement";
    case log_cause::ban: return "ban";
    case log_cause::limit: return "limit";
    case log_cause::turned_away: return "turned_away";
    case log_cause::handshake: return "handshake";
    case log_cause::session: return "session";
  }
  return "unknown";
}

logger::logger(io::network& on, sink to, log_level most)
    : on_(on),
      sink_(std::move(to)),
      levels_(sink_ ? static_cast<std::size_t>(most) + 1 : 0),
      allowances_(counts<log_cause::session>::size,
                  {{limits::log_lines_per_second, limits::log_lines_at_once, on.now()}, 0}) {}

bool logger::admits(log_cause cause) noexcept {
  allowance& its = allowances_[static_cast<std::size_t>(cause)];
  if (its.lines.take(on_.now())) return true;
  ++its.suppressed;
  counted_.suppressed.add(cause);
  return false;
}

void logger::say(log_level level, log_cause cause, const std::string& text) {
  log_line line;
  line.level = level;
  line.cause = cause;
  line.text = printable(text);
  line.suppressed = std::exchange(allowances_[static_cast<std::size_t>(cause)].suppressed, 0);
  counted_.lines.add(cause);
  sink_(line);
}

}  // namespace pappus::peer
