// How a node finds its peers: those it was told to keep, stored ones, and, when these are not enough, seeds.
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

/// Once it runs, lasts as long as the node.
class discovery {
public:
  struct plan {
    std::vector<io::endpoint> preferred;  // to stay connected to, for ever
    io::backoff_options redial;           // between the end of a connection to one of them and the next attempt
    std::vector<seed> seeds;
    std::vector<seed> named;  // to stay connected to, for ever, wherever the name leads
  };

  /// All that `around` and the rest refer to outlives it. `prefer` is told where a named peer is, before it is dialled.
  discovery(const dialer::dependencies& around, plan intended, const peer_store& kept, address_relay& talk, logger& say,
            std::function<void(io::endpoint)> prefer);

  /// Starts all of it in `into`, which is also where connections live. Call it when the book has been read.
  void start(scope& into);

  [[nodiscard]] const dialer_statistics& dialling() const noexcept { return dialer_.statistics(); }
  [[nodiscard]] seed_statistics seeds() const noexcept {
    seed_statistics now = seed_resolver_.statistics();
    now.names_failed = names_failed_;
    return now;
  }

private:
  task<void> keep_connected_to(seed whom);
  [[nodiscard]] bool is_here(const seed& whom, const std::vector<io::ipv4_address>& addresses) const;
  task<bool> stay_connected_to(io::endpoint where);
  void prefer(io::endpoint where, std::vector<io::endpoint>& so_far);
  task<void> ask_for_addresses();
  task<void> ask_seeds();
  [[nodiscard]] bool is_alone() const;

  dialer::dependencies deps_;
  plan plan_;
  const peer_store& kept_;
  address_relay& address_relay_;
  logger& say_;
  dialer dialer_;
  seed_resolver seed_resolver_;
  std::function<void(io::endpoint)> prefer_;
  std::uint64_t names_failed_ = 0;
};

}  // namespace pappus::peer
