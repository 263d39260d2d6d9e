#include <pappus/peer/limits.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/printable.hpp>

namespace pappus::peer {

logger::logger(io::runtime& runtime, log_sink to, log_level max)
    : runtime_(runtime),
      sink_(std::move(to)),
      levels_(sink_ ? static_cast<std::size_t>(max) + 1 : 0),
      allowances_(enum_counters<log_category::reachability>::size,
                  {{limits::log_rate, limits::log_burst, runtime.now()}, 0}) {}

bool logger::admits(log_category cause) noexcept {
  allowance& limit = allowances_[static_cast<std::size_t>(cause)];
  if (limit.lines.try_consume(runtime_.now())) return true;
  ++limit.suppressed;
  counted_.suppressed.add(cause);
  return false;
}

void logger::write(log_level level, log_category cause, const std::string& text) {
  log_line line;
  line.level = level;
  line.category = cause;
  line.text = printable(text);
  line.suppressed = std::exchange(allowances_[static_cast<std::size_t>(cause)].suppressed, 0);
  counted_.lines.add(cause);
  sink_(line);
}

}  // namespace pappus::peer
