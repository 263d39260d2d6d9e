// A world with a node, and a machine on which a test plays its peers.
#pragma once

#include <cstdint>
#include <utility>

#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>

namespace support {

struct stage {
  explicit stage(integration::adapter adapter = {}, sim::world_options options = {},
                 node_config config = simulated_config())
      : world{1, options}, node{world.add_machine(), std::move(config), std::move(adapter)} {}
  explicit stage(sim::world_options options) : stage(integration::adapter{}, options) {}

  sim::world world;
  simulated_node node;
  sim::machine& peer_host = world.add_machine();
  std::uint16_t next_port = 9999;  // the listening port that the next peer announces; all are different

  [[nodiscard]] io::runtime& net() { return peer_host.runtime(); }

  /// A peer after its handshake with the node.
  [[nodiscard]] task<scripted_peer> shaken(std::uint32_t version = 1000, bool by_kernel = true) {
    co_return co_await shaken_from(net(), version, by_kernel);
  }
  [[nodiscard]] task<scripted_peer> shaken_from(io::runtime& where, std::uint32_t version = 1000,
                                                bool by_kernel = true) {
    auto peer = co_await scripted_peer::dial(where, node.endpoint());
    wire::messages::hand ours = peer.good_hand(next_port++);
    ours.version = {version};
    if (!by_kernel) ours.capabilities = {};
    static_cast<void>(co_await peer.greet(std::move(ours)));
    co_return std::move(peer);
  }

  /// The same, after the node's first ping.
  [[nodiscard]] task<scripted_peer> greeted(std::uint32_t version = 1000, bool by_kernel = true) {
    auto peer = co_await shaken(version, by_kernel);
    static_cast<void>(co_await peer.expect<wire::messages::ping>());
    co_return std::move(peer);
  }

  /// The same, at an address of its own.
  [[nodiscard]] task<scripted_peer> stranger() {
    auto peer = co_await shaken_from(world.add_machine().runtime());
    static_cast<void>(co_await peer.expect<wire::messages::ping>());
    co_return std::move(peer);
  }

  /// Runs the script, and the world for five seconds more.
  void play(task<void> script) {
    world.run(std::move(script));
    world.run_for(std::chrono::seconds{5});
  }
};

/// A stage whose connections have small windows and whose node has no send limit: unread messages wait in the node.
struct narrow_stage : stage {
  narrow_stage() : stage{integration::adapter{}, narrow(), unpaced()} {}

private:
  static sim::world_options narrow() {
    sim::world_options options;
    options.default_link.window = 4096;
    return options;
  }
  static node_config unpaced() {
    node_config config = simulated_config();
    config.send_limit = peer::rate_limit::unlimited();
    return config;
  }
};

}  // namespace support
