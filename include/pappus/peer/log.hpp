// Lines of the log of a node: levels, categories and the sink that writes them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

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
  private_link,    // by which key and at which endpoint this node is known
  eviction,        // a session was ended to make room or to free memory
  discouragement,  // a peer has misbehaved
  ban,             // an endpoint was banned by the node itself
  limit,           // something was refused because a limit is reached
  turned_away,     // a connection was closed before a byte was read
  handshake,       // it failed, or the peer was not accepted after it
  session,         // it has ended
  sync,            // the chain cannot be synchronized, for example for lack of room on the disk
  reachability,    // where peers reach this node, or that they do not; the port that a gateway maps
};

/// Their names, for output.
[[nodiscard]] std::string_view to_string(log_level level) noexcept;
[[nodiscard]] std::string_view to_string(log_category cause) noexcept;

/// A line of the log, as the adapter's `log` gets it.
struct log_line {
  log_level level = log_level::error;                    // its severity
  log_category category = log_category::internal_error;  // its subject
  std::string text;                                      // safe to display, by `printable`: it may quote a peer
  std::uint64_t suppressed = 0;                          // lines of that category since the last one that was written
};

/// Writes a line. Called on the loop; must not block.
using log_sink = std::function<void(const log_line&)>;

/// Counters of the lines of a node.
struct log_statistics {
  enum_counters<log_category::reachability> lines;       // written
  enum_counters<log_category::reachability> suppressed;  // above the rate limit of their category
  std::uint64_t failures = 0;                            // lines that could not be made, or for which the sink threw
};

}  // namespace pappus::peer
