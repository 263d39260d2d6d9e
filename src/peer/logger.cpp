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

std::string_view to_string(log_category cause) noexcept {
  switch (cause) {
    case log_category::internal_error: return "internal_error";
    case log_category::store: return "store";
    case log_category::clock: return "clock";
    case log_category::network: return "network";
    case log_category::dial: return "dial";
    case log_category::accept: return "accept";
    case log_category::seed: return "seed";
    case log_category::preferred_peer: return "preferred_peer";
    case log_category::eviction: return "eviction";
    case log_category::discouragement: return "discouragement";
    case log_category::ban: return "ban";
    case log_category::limit: return "limit";
    case log_category::turned_away: return "turned_away";
    case log_category::handshake: return "handshake";
    case log_category::session: return "session";
  }
  return "unknown";
}

logger::logger(io::runtime& on, sink to, log_level most)
    : on_(on),
      sink_(std::move(to)),
      levels_(sink_ ? static_cast<std::size_t>(most) + 1 : 0),
      allowances_(enum_counters<log_category::session>::size,
                  {{limits::log_lines_per_second, limits::log_lines_at_once, on.now()}, 0}) {}

bool logger::admits(log_category cause) noexcept {
  allowance& its = allowances_[static_cast<std::size_t>(cause)];
  if (its.lines.try_consume(on_.now())) return true;
  ++its.suppressed;
  counted_.suppressed.add(cause);
  return false;
}

void logger::say(log_level level, log_category cause, const std::string& text) {
  log_line line;
  line.level = level;
  line.category = cause;
  line.text = printable(text);
  line.suppressed = std::exchange(allowances_[static_cast<std::size_t>(cause)].suppressed, 0);
  counted_.lines.add(cause);
  sink_(line);
}

}  // namespace pappus::peer
