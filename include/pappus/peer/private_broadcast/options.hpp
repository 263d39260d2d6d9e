// Options of private broadcast.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <pappus/io/backoff.hpp>
#include <pappus/io/time.hpp>
#include <pappus/wire/capabilities.hpp>

namespace pappus::peer {

/// How the node's own transactions leave it. Those of other nodes go by Dandelion in any case.
enum class own_broadcast : std::uint8_t {
  dandelion,          // along the stem
  private_broadcast,  // over connections of their own through a proxy
};

/// Name for options and output.
[[nodiscard]] constexpr const char* to_string(own_broadcast which) noexcept {
  return which == own_broadcast::dandelion ? "dandelion" : "private";
}

/// Settings of private broadcast.
struct private_broadcast_options {
  private_broadcast_options();

  /// Connections of a round, each to another peer, from 1 to `limits::max_round_connections`. Bitcoin Core
  /// NUM_PRIVATE_BROADCAST_PER_TX.
  std::size_t connections = 3;
  /// Mean of the exponentially distributed time before each connection, which it has for itself; positive.
  io::duration mean_delay = std::chrono::seconds{10};
  /// Pauses from one round to the next while the transaction is not public. Both times must be positive.
  io::backoff_options retry{std::chrono::minutes{5}, std::chrono::hours{1}, 2.0, 0.5};
  /// What the node is called on these connections, at most `limits::max_user_agent` bytes of UTF-8: the newest of those
  /// that most nodes have (Grin 5.5, p2p/src/msg.rs, USER_AGENT). Nodes that use one of their own can be told from all
  /// others.
  std::string user_agent = "MW/Grin 5.5.0";
  /// Capabilities on these connections: those of most nodes (Grin 5.5, Capabilities::default).
  wire::capabilities capabilities = wire::default_capabilities;

  /// Throws `std::invalid_argument` if a number or time is out of its range, or the user agent is; `name` is the
  /// setting's, for its text.
  void check(const std::string& name = "private_broadcast_options") const;
};

}  // namespace pappus::peer
