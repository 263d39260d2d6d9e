// Simulated nodes that a test stops, and the time they take to end.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>

#include <pappus/sim/world.hpp>

namespace support {

/// Time for the store and a few turns of the loop.
inline constexpr io::duration soon = std::chrono::milliseconds{10};

/// A simulated node; records when and how its `run` ended.
class stoppable_node {
public:
  explicit stoppable_node(sim::machine& at, node_config config = simulated_config(), integration::adapter adapter = {})
      : at_(at), node_(at.runtime(), std::move(config), recording(std::move(adapter))) {}
  stoppable_node(const stoppable_node&) = delete;
  stoppable_node& operator=(const stoppable_node&) = delete;
  ~stoppable_node() {
    node_.stop();
    at_.in().run_for(std::chrono::minutes{1});
  }

  void start() { at_.spawn(live()); }
  [[nodiscard]] pappus::node* operator->() noexcept { return &node_; }
  [[nodiscard]] io::endpoint endpoint() const noexcept { return {at_.address(), node_.config().listen->port}; }

  /// Stops the node; returns the time until its `run` ended.
  io::duration stop() {
    const io::time_point stopped = at_.in().now();
    node_.stop();
    at_.in().run_for(std::chrono::minutes{1});
    REQUIRE(outcome.has_value());
    return ended_at - stopped;
  }

  [[nodiscard]] bool ended_well() const { return outcome && outcome->has_value(); }
  /// `run` ended while the store did not respond.
  [[nodiscard]] bool left_its_store() const {
    return outcome && !outcome->has_value() && outcome->error() == make_error_code(peer::store_errc::unresponsive);
  }

  std::optional<result<void>> outcome;
  io::time_point ended_at{};
  bool listened = false;
  std::vector<std::string> warnings;

private:
  integration::adapter recording(integration::adapter adapter) {
    adapter.listening = [this](io::endpoint) { listened = true; };
    adapter.log = [this](const peer::log_line& line) {
      if (line.level <= peer::log_level::warning) warnings.push_back(line.text);
    };
    return adapter;
  }

  task<void> live() {
    auto ended = co_await node_.run();
    ended_at = at_.in().now();
    outcome.emplace(std::move(ended));
  }

  sim::machine& at_;
  pappus::node node_;
};

[[nodiscard]] inline node_config stored_in(const std::string& file) {
  node_config config = simulated_config();
  config.store_path = file;
  return config;
}

[[nodiscard]] inline io::endpoint_range some_address(std::uint32_t number) {
  return io::endpoint_range{pappus::ip_address::v4(0x05060700 + number)};
}

/// Connects a peer that reads nothing after the handshake.
inline task<void> connect_silent_peer(io::runtime* on, io::endpoint where, std::optional<scripted_peer>* kept) {
  auto peer = co_await scripted_peer::dial(*on, where);
  static_cast<void>(co_await peer.greet(peer.good_hand()));
  kept->emplace(std::move(peer));
}

}  // namespace support
