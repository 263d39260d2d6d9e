// What a node says to its operator: lines with a level and a cause, and of one cause only so many.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pappus/io/network.hpp>
#include <pappus/io/rate.hpp>
#include <pappus/peer/counts.hpp>

namespace pappus::peer {

/// Each includes those before it.
enum class log_level : std::uint8_t {
  error,    // a fault of ours
  warning,  // the node runs on, but somebody should look
  info,     // what happens seldom
  debug,    // what happens with every peer
};

/// What a line is about.
enum class log_category : std::uint8_t {
  internal_error,  // a fault of ours or of the application's has ended a session, or gone no further than this line
  store,           // peers and bans cannot be stored, or can again
  clock,           // this machine's is wrong, or has been
  network,         // nobody answers, or somebody does again
  dial,            // nobody can be dialled, for want of descriptors or a route perhaps
  accept,          // connections cannot be taken, for want of descriptors perhaps
  seed,            // its name cannot be resolved
  preferred_peer,  // it cannot be reached
  eviction,        // an inbound peer had to make room
  discouragement,  // a peer has misbehaved
  ban,             // one was banned by the node itself
  limit,           // something was turned away because there is too much of it
  turned_away,     // a connection was closed before a byte was read
  handshake,       // it failed, or the peer was not taken after it
  session,         // it has ended
};

/// Their names as in the enumerations.
[[nodiscard]] std::string_view to_string(log_level level) noexcept;
[[nodiscard]] std::string_view to_string(log_category cause) noexcept;

struct log_line {
  log_level level = log_level::error;
  log_category category = log_category::internal_error;
  std::string text;              // fit to be shown, as `printable` makes it: it may quote a peer
  std::uint64_t suppressed = 0;  // lines of that cause since the last one that was let through
};

struct log_statistics {
  enum_counters<log_category::session> lines;       // let through
  enum_counters<log_category::session> suppressed;  // beyond what a cause may say
  std::uint64_t failures = 0;                       // could not be made, or the log threw
};

/// Each cause has a token bucket of its own, `limits::log_lines_at_once` and `limits::log_lines_per_second`, so that
/// whoever makes us complain neither fills a disk nor hides what else there is to say. A line that nobody will see is
/// not even made.
class logger {
public:
  using sink = std::function<void(const log_line&)>;

  /// `most` is the last level that is wanted. Without a sink nothing is.
  logger(io::runtime& on, sink to, log_level most);

  /// `text()` gives the line, and is called only if it will be seen. What it throws, or the sink, is counted.
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
  std::size_t levels_;                 // wanted, from the first
  std::vector<allowance> allowances_;  // by cause
  log_statistics counted_;
};

}  // namespace pappus::peer
