// Events of the node itself: peers, bans, and its log.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <system_error>

#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/node.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/uv/loop.hpp>

#include "console.hpp"
#include "event_limit.hpp"

namespace mini_node {

/// Used on the loop's thread. The constructor's arguments must outlive this object.
class node_events {
public:
  node_events(pappus::uv::loop& on, const pappus::node& node, console& to);

  /// Sets the notifications that are written: those of peers, bans and stems; the log, with `trace` each message, too.
  /// This object must outlive the adapter. `listening`: called when the node listens.
  void add_to(pappus::integration::adapter& host, bool trace, std::function<void()> listening);

  [[nodiscard]] const event_limit& strangers() const noexcept { return strangers_; }

private:
  void tell_of_end(const pappus::peer::peer_info& who, const pappus::peer::disconnect_info& why);

  pappus::uv::loop& on_;
  const pappus::node& node_;
  console& console_;
  event_limit strangers_;              // for events of connections without a completed handshake
  std::set<std::uint64_t> connected_;  // ids of peers with a completed handshake
};

/// Why `node::run` has failed, for a person.
[[nodiscard]] std::string failure_of(const pappus::node& node, std::error_code why);

}  // namespace mini_node
