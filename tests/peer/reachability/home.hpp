// A node on a simulated Internet, behind a gateway of its own, and peers of which a test says what their Hands are.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/addresses.hpp>
#include <support/gateway.hpp>
#include <support/scripted_peer.hpp>

#include <pappus/node.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/reachability/status.hpp>
#include <pappus/sim/world.hpp>
#include <pappus/statistics.hpp>

namespace reachability_support {

using namespace pappus;
using namespace std::chrono_literals;
using peer::reachability_state;
using portmap_support::gateway;
using support::at;
using support::ip;
using support::scripted_peer;

inline constexpr std::uint16_t port = 23414;

/// What peers are told: no address, and a port.
inline io::endpoint told_with(std::uint16_t told_port) { return {ip_address::v6({}), told_port}; }

/// For a node on the Internet that dials nobody, and does not say where it is.
inline node_config public_config() {
  node_config config;
  config.listen = io::endpoint{ip_address::v6({}), port};  // of both families
  config.chain.on_internet = true;
  config.seeds.emplace();
  config.connection_limits.outbound = 0;
  config.connection_limits.inbound_per_address = config.connection_limits.inbound;
  return config;
}

inline node_config mapping_config() {
  node_config config = public_config();
  config.map_port = true;
  return config;
}

/// Runs until its end.
class home {
public:
  explicit home(node_config config = public_config(), bool has_gateway = true) : node_(host, std::move(config), log()) {
    if (has_gateway) {
      router = std::make_unique<gateway>(router_machine, ip("81.2.3.9"));
      host.set_default_gateways({router_machine.address()});
    }
    host.spawn(run());
  }
  home(const home&) = delete;
  home& operator=(const home&) = delete;
  ~home() {
    stop();
    world.run_for(10s);
    router_machine.runtime().request_stop();
    world.run_for(0s);
  }

  /// The node's `run` completes some time later.
  void stop() { node_.stop(); }
  [[nodiscard]] pappus::node* operator->() noexcept { return &node_; }
  [[nodiscard]] bool says(std::string_view text) const { return lines_with(text) != 0; }
  [[nodiscard]] std::size_t lines_with(std::string_view text) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(lines, [text](const std::string& each) { return each.find(text) != each.npos; }));
  }

  [[nodiscard]] peer::reachability_status status() const { return node_.reachability(); }
  /// What peers of IPv4 are told.
  [[nodiscard]] io::endpoint advertised() const { return status().v4.advertised; }

  /// A machine dials the node and says in its Hand that it has dialed `dialed`; the session stays open if it is to.
  void greet_from(sim::machine& from, const io::endpoint& dialed, bool stays = false) {
    const ip_address family = from.address();
    const auto to = std::ranges::find(host.addresses(), family.is_v4(), &ip_address::is_v4);
    auto join = [](home& self, sim::machine& machine, io::endpoint where, io::endpoint said, bool keep) -> task<void> {
      auto dialed_peer = co_await scripted_peer::dial(machine.runtime(), where);
      auto hand = dialed_peer.good_hand(self.next_port_++);
      hand.receiver = peer::to_wire(said);
      static_cast<void>(co_await dialed_peer.greet(std::move(hand)));
      if (keep) self.peers_.push_back(std::move(dialed_peer));
    };
    world.run(join(*this, from, {*to, port}, dialed, stays));
  }
  /// The same by as many new machines, each in a netgroup of its own.
  void greet(std::size_t times, const io::endpoint& dialed) {
    for (std::size_t i = 0; i != times; ++i) greet_from(world.add_machine(), dialed);
  }

  sim::world world{11};
  sim::machine& router_machine = world.add_machine(ip("192.168.1.1"));
  sim::machine& host = world.add_machine({ip("192.168.1.2"), ip("2a00:1::2")});
  std::unique_ptr<gateway> router;
  std::vector<std::string> lines;          // of the log, about reachability
  std::vector<peer::log_level> levels;     // of these
  std::optional<io::time_point> ended_at;  // the node's run
  std::optional<result<void>> outcome;

private:
  integration::adapter log() {
    integration::adapter adapter;
    adapter.log = [this](const peer::log_line& line) {
      if (line.category != peer::log_category::reachability) return;
      lines.push_back(line.text);
      levels.push_back(line.level);
    };
    return adapter;
  }
  task<void> run() {
    outcome = co_await node_.run();
    ended_at = world.now();
  }

  std::deque<scripted_peer> peers_;
  std::uint16_t next_port_ = 9999;
  pappus::node node_;
};

}  // namespace reachability_support
