// How a node finds its peers: those it was told to keep, stored ones, and, when these are not enough, seeds.
#pragma once

#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/backoff.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/network.hpp>
#include <pappus/peer/book/keeper.hpp>
#include <pappus/peer/discovery/dialler.hpp>
#include <pappus/peer/discovery/seeds.hpp>
#include <pappus/peer/gossip.hpp>
#include <pappus/peer/logger.hpp>

namespace pappus::peer {

/// Once it runs, lasts as long as the node.
class discovery {
public:
  struct plan {
    std::vector<io::endpoint> preferred;  // to stay connected to, for ever
    io::backoff_options redial;           // between the end of a connection to one of them and the next attempt
    std::vector<seed> seeds;
  };

  /// All that `around` and the rest refer to outlives it.
  discovery(const dialler::surroundings& around, plan intended, const keeper& kept, gossip& talk, logger& say);

  /// Starts all of it in `into`, which is also where connections live. Call it when the book has been read.
  void start(scope& into);

  [[nodiscard]] const dialler_statistics& dialling() const noexcept { return dialler_.statistics(); }
  [[nodiscard]] const seed_statistics& seeds() const noexcept { return seeding_.statistics(); }

private:
  task<void> keep_connected_to(io::endpoint where);
  task<void> ask_for_addresses();
  task<void> ask_seeds();
  [[nodiscard]] bool is_alone() const;

  dialler::surroundings around_;
  plan plan_;
  const keeper& kept_;
  gossip& gossip_;
  logger& say_;
  dialler dialler_;
  seeding seeding_;
};

}  // namespace pappus::peer
