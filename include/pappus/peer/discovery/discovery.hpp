// Peer discovery: connects to preferred peers, to stored ones, and, when these are not enough, queries seeds.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/backoff.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/discovery/dialer.hpp>
#include <pappus/peer/discovery/seed_resolver.hpp>
#include <pappus/peer/handlers/address_relay.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/store/peer_store.hpp>

namespace pappus::peer {

/// Peer discovery of a node. Once started, it lasts as long as the node.
class discovery {
public:
  struct plan {
    std::vector<io::endpoint> preferred;  // peers to stay connected to, for ever
    io::backoff_options reconnect;        // between the disconnect of one of them and the next dial
    std::vector<seed> seeds;
    std::vector<seed> preferred_hosts;  // hosts to stay connected to, for ever, at any address of the name
  };

  /// All references outlive it. `prefer` is called with each preferred peer's endpoint before that is dialed.
  discovery(const dialer::dependencies& deps, plan settings, const peer_store& store, address_relay& relay, logger& log,
            std::function<void(io::endpoint)> prefer);

  /// Starts its tasks in `tasks`, which also runs the connections. To be called when the address book has been read.
  void start(scope& tasks);

  [[nodiscard]] const dialer_statistics& dials() const noexcept { return dialer_.statistics(); }
  [[nodiscard]] seed_statistics seeds() const noexcept {
    seed_statistics now = seed_resolver_.statistics();
    now.names_failed = names_failed_;
    return now;
  }

private:
  task<void> keep_connected_to(seed seed);
  [[nodiscard]] bool is_here(const seed& seed, const std::vector<ip_address>& addresses) const;
  task<bool> stay_connected(io::endpoint endpoint, const seed& known_as);
  void prefer(io::endpoint endpoint, std::vector<io::endpoint>& preferred);
  task<void> ask_for_addresses();
  task<void> ask_seeds();
  void dial_seed(io::endpoint seed);
  task<void> leave_seeds();
  [[nodiscard]] bool is_alone() const;

  dialer::dependencies deps_;
  plan plan_;
  const peer_store& store_;
  address_relay& address_relay_;
  logger& log_;
  dialer dialer_;
  seed_resolver seed_resolver_;
  std::function<void(io::endpoint)> prefer_;
  std::vector<io::endpoint> seeds_by_name_;  // that a proxy looks up
  std::uint64_t names_failed_ = 0;
};

}  // namespace pappus::peer
