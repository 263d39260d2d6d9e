// Simulated nodes with private links, the keys by which they know each other, and what they log.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <support/simulated_node.hpp>

#include <pappus/statistics.hpp>

#include "tls/certificates.hpp"

namespace linked_nodes {

using namespace pappus;
using support::simulated_node;
using tls_test::identity;

inline constexpr std::uint16_t tls_port = 23415;

/// A machine, a key, and, once it runs, a node.
struct member {
  member(sim::machine& machine, tls_test::pem_folder& files, const tls_test::certificate_fields& fields)
      : at(machine), own(machine.runtime().wall_clock(), fields), own_files(files.files({&own})) {}

  [[nodiscard]] peer::tls_peer as_peer() const { return as_peer(to_string(at.address())); }
  [[nodiscard]] peer::tls_peer as_peer(std::string host) const { return {std::move(host), tls_port, own.key_hash()}; }
  [[nodiscard]] io::endpoint tls_endpoint() const noexcept { return {at.address(), tls_port}; }

  /// Starts the node, with links to these.
  void run(const std::vector<peer::tls_peer>& to = {}) {
    config.tls.own = own_files;
    config.tls.peers = to;
    config.log_level = peer::log_level::debug;
    integration::adapter adapter;
    adapter.log = [this](const peer::log_line& line) { log.push_back(line.text); };
    node = std::make_unique<simulated_node>(at, config, std::move(adapter));
  }
  /// Before `run`: links of these are accepted.
  void accept(const std::vector<const member*>& from) {
    config.tls.listen = io::endpoint{{}, tls_port};
    for (const member* const each : from) config.tls.allowed_keys.push_back(each->own.key_hash());
  }

  /// The peers with private links.
  [[nodiscard]] std::vector<peer::peer_stats> links() const {
    std::vector<peer::peer_stats> all = node->get().peers();
    std::erase_if(all, [](const peer::peer_stats& each) { return !each.tls_key; });
    return all;
  }
  [[nodiscard]] bool is_linked_with(const member& other) const {
    const auto all = links();
    return all.size() == 1 && all.front().tls_key == other.own.key_hash();
  }
  [[nodiscard]] std::size_t lines_with(std::string_view text) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(log, [text](const std::string& line) { return line.find(text) != line.npos; }));
  }

  sim::machine& at;
  identity own;
  tls::certificate_files own_files;
  node_config config = support::simulated_config();
  std::vector<std::string> log;
  std::unique_ptr<simulated_node> node;
};

struct network {
  explicit network(std::size_t count = 0) {
    for (std::size_t i = 0; i != count; ++i) add();
  }

  member& add(const tls_test::certificate_fields& fields = {"node"}) {
    return members.emplace_back(world.add_machine(), files, fields);
  }
  /// The second accepts the links of the first.
  void link_two() {
    members[1].accept({&members[0]});
    members[1].run();
    members[0].run({members[1].as_peer()});
  }

  tls_test::pem_folder files;
  sim::world world{1};
  std::deque<member> members;
};

}  // namespace linked_nodes
