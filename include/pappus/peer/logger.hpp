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

#include <pappus/io/runtime.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/enum_counters.hpp>

namespace pappus::peer {

/// Each level includes those before it.
enum class log_level : std::uint8_t {
  error,    // a fault of the node or the application
  warning,  // the node continues, but the operator should look
  info,     // rare events
  debug,    // events of every peer
};

/// Subject of a line.
enum class log_category : std::uint8_t {
  internal_error,  // a fault of the node or the application has ended a session, or has had no other effect
  store,           // peers and bans cannot be stored, or can be again
  clock,           // the machine's clock is wrong, or was
  network,         // no dialed peer answers, or one does again
  dial,            // no peer can be dialed, for example for lack of descriptors or a route
  accept,          // connections cannot be accepted, for example for lack of descriptors
  seed,            // its name cannot be resolved
  preferred_peer,  // it cannot be reached
  eviction,        // a session was ended to make room or to free memory
  discouragement,  // a peer has misbehaved
  ban,             // an endpoint was banned by the node itself
  limit,           // something was refused because a limit is reached
  turned_away,     // a connection was closed before a byte was read
  handshake,       // it failed, or the peer was not accepted after it
  session,         // it has ended
};

/// Their names, for output.
[[nodiscard]] std::string_view to_string(log_level level) noexcept;
[[nodiscard]] std::string_view to_string(log_category cause) noexcept;

struct log_line {
  log_level level = log_level::error;
  log_category category = log_category::internal_error;
  std::string text;              // safe to display, by `printable`: it may quote a peer
  std::uint64_t suppressed = 0;  // lines of that category since the last one that was written
};

struct log_statistics {
  enum_counters<log_category::session> lines;       // written
  enum_counters<log_category::session> suppressed;  // above the rate limit of their category
  std::uint64_t failures = 0;                       // lines that could not be made, or for which the sink threw
};

/// Each category has its own token bucket, `limits::log_lines_at_once` and `limits::log_lines_per_second`, so that a
/// peer that causes log lines can neither fill a disk nor suppress lines of other categories. A line that is not
/// written is not even made.
class logger {
public:
  using sink = std::function<void(const log_line&)>;

  /// `most` is the last level that is written. Without a sink nothing is.
  logger(io::runtime& on, sink to, log_level most);

  /// `text()` makes the line, and is called only if it is written. Exceptions of `text` and of the sink are counted.
  template <std::invocable Text>
  void operator()(log_level level, log_category cause, Text&& text) noexcept {
    if (!wants(level) || !admits(cause)) return;
    try {
      say(level, cause, std::forward<Text>(text)());
    } catch (...) {
      ++counted_.failures;
    }
  }

  [[nodiscard]] bool wants(log_level level) const noexcept { return static_cast<std::size_t>(level) < levels_; }
  [[nodiscard]] const log_statistics& statistics() const noexcept { return counted_; }

private:
  struct allowance {
    io::token_bucket lines;
    std::uint64_t suppressed;  // since the last line
  };

  [[nodiscard]] bool admits(log_category cause) noexcept;
  void say(log_level level, log_category cause, const std::string& text);

  io::runtime& on_;
  sink sink_;
  std::size_t levels_;                 // levels that are written, from the first
  std::vector<allowance> allowances_;  // by category
  log_statistics counted_;
};

}  // namespace pappus::peer
