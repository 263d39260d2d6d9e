// A node in a simulated world that records its events, and helpers for it.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <support/grin_data.hpp>
#include <support/scripted_peer.hpp>

#include <pappus/node.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/sim/world.hpp>

namespace support {

inline constexpr std::uint16_t port = 23414;

/// For a node that connects to no peer by itself, and accepts any number of peers from one address.
[[nodiscard]] inline node_config simulated_config() {
  node_config config;
  config.listen = io::endpoint{ip_address::v6({}), port};  // of both families
  config.connection_limits.outbound = 0;
  config.connection_limits.inbound_per_address = config.connection_limits.inbound;
  return config;
}

/// Runs from construction to destruction. Its adapter accepts every transaction that is not public yet, unless `more`
/// validates them; `more` has all other functions.
class simulated_node {
public:
  explicit simulated_node(sim::machine& at, node_config config = simulated_config(), integration::adapter more = {})
      : at_(at),
        life_(at.runtime()),
        node_(life_, with_address(std::move(config), at), recording_adapter(std::move(more))) {
    life_.spawn(run());
  }
  simulated_node(const simulated_node&) = delete;
  simulated_node& operator=(const simulated_node&) = delete;
  /// Runs the world until the node has ended.
  ~simulated_node() {
    life_.request_stop();
    at_.in().run_for(peer::limits::disconnect_timeout + std::chrono::seconds{1});
  }

  [[nodiscard]] io::endpoint endpoint() const noexcept { return {at_.address(), port}; }
  [[nodiscard]] io::runtime& net() noexcept { return life_; }
  [[nodiscard]] pappus::node* operator->() noexcept { return &node_; }
  [[nodiscard]] pappus::node& get() noexcept { return node_; }

  /// Adds a transaction and broadcasts it.
  peer::broadcast_report submit(const wire::transaction_ptr& tx) {
    keep(tx);
    return node_.fluff(tx);
  }
  void keep(const wire::transaction_ptr& tx) {
    for (const wire::hash& kernel : tx->kernel_hashes()) pool_[kernel] = tx;
  }
  /// Public transactions.
  [[nodiscard]] bool has(const wire::transaction_ptr& tx) const { return pool_.contains(tx->kernel_hash(0)); }

  std::vector<std::string> connected;     // user agents
  std::vector<std::string> disconnected;  // reasons
  std::vector<peer::phase> received;      // new transactions
  std::vector<io::time_point> received_at;
  std::vector<peer::fluff_reason> fluffed;
  std::vector<io::endpoint> stemmed_to;

private:
  static node_config with_address(node_config config, const sim::machine& at) {
    config.advertise = io::endpoint{at.address(), config.listen->port};
    return config;
  }

  integration::adapter recording_adapter(integration::adapter adapter) {
    adapter.peer_connected = [this](const peer::peer_info& peer) { connected.push_back(peer.user_agent); };
    adapter.peer_disconnected = [this](const peer::peer_info&, const peer::disconnect_info& why) {
      disconnected.push_back(to_string(why));
    };
    if (!adapter.transaction_received)
      adapter.transaction_received = [this](const auto& tx, auto at, const auto&) {
        if (has(tx)) return peer::validation_result::ignore;
        if (at == peer::phase::fluff) keep(tx);
        received.push_back(at);
        received_at.push_back(life_.now());
        return peer::validation_result::accept;
      };
    adapter.transaction_fluffed = [this](const wire::transaction_ptr& tx, peer::fluff_reason why,
                                         const peer::broadcast_report&) {
      keep(tx);
      fluffed.push_back(why);
    };
    adapter.transaction_stemmed = [this](const wire::transaction_ptr&, const peer::peer_info& to) {
      stemmed_to.push_back(to.endpoint);
    };
    if (!adapter.get_transaction)
      adapter.get_transaction = [this](const wire::hash& kernel) {
        const auto found = pool_.find(kernel);
        return found == pool_.end() ? nullptr : found->second;
      };
    return adapter;
  }

  task<void> run() {
    const auto ended = co_await node_.run();
    if (!ended) throw std::runtime_error("node: " + ended.error().message());
  }

  sim::machine& at_;
  sim::runtime& life_;
  std::map<wire::hash, wire::transaction_ptr> pool_;
  pappus::node node_;
};

}  // namespace support
