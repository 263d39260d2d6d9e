// The messages that a scripted peer receives, by their codes.
#pragma once

#include <chrono>
#include <vector>

#include <support/scripted_peer.hpp>

namespace support {

/// The codes of received frames until a second passes without one; without pings and pongs.
[[nodiscard]] inline task<std::vector<int>> heard(scripted_peer* by) {
  std::vector<int> codes;
  for (;;) {
    auto got = co_await by->receive(std::chrono::seconds{1});
    if (!got) co_return codes;
    const bool alive = got->code == wire::messages::ping::code || got->code == wire::messages::pong::code;
    if (!alive) codes.push_back(got->code);
  }
}

}  // namespace support
