// Log of a node: lines with a level and a category, rate-limited by category.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pappus/exceptions.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/enum_counters.hpp>
#include <pappus/peer/log.hpp>

namespace pappus::peer {

/// Each category has its own token bucket, `limits::log_burst` and `limits::log_rate`, so that a
/// peer that causes log lines can neither fill a disk nor suppress lines of other categories. A line that is not
/// written is not even made.
class logger {
public:
  /// `max` is the last level that is written. Without a sink nothing is.
  logger(io::runtime& runtime, log_sink to, log_level max);

  /// `text()` makes the line, and is called only if it is written. Exceptions of `text` and of the sink are counted.
  template <std::invocable Text>
  void operator()(log_level level, log_category cause, Text&& text) noexcept {
    if (!wants(level) || !admits(cause)) return;
    PAPPUS_EXCEPTIONS_TRY { write(level, cause, std::forward<Text>(text)()); }
    PAPPUS_EXCEPTIONS_CATCH { ++counted_.failures; }
  }

  [[nodiscard]] bool wants(log_level level) const noexcept { return static_cast<std::size_t>(level) < levels_; }
  [[nodiscard]] const log_statistics& statistics() const noexcept { return counted_; }

private:
  struct allowance {
    io::token_bucket lines;
    std::uint64_t suppressed;  // since the last line
  };

  [[nodiscard]] bool admits(log_category cause) noexcept;
  void write(log_level level, log_category cause, const std::string& text);

  io::runtime& runtime_;
  log_sink sink_;
  std::size_t levels_;                 // levels that are written, from the first
  std::vector<allowance> allowances_;  // by category
  log_statistics counted_;
};

}  // namespace pappus::peer
