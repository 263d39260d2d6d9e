// Seeds: host names that resolve to peers, for a node without known addresses.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/peer/discovery/seed.hpp>
#include <pappus/peer/discovery/statistics.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/store/address_book.hpp>
#include <pappus/peer/transport/connector.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/chain_parameters.hpp>

namespace pappus::peer {

/// Adds the addresses of the seeds to the address book. Failed look-ups are only logged and counted. A seed that a
/// proxy looks up is itself a peer to connect to, which can be asked for addresses.
class seed_resolver {
public:
  /// `found_by_name` is called with each seed that a proxy looks up. All references outlive the resolver.
  seed_resolver(connector& paths, std::vector<seed> seeds, address_book& into, const node_clock& clock, logger& log,
                std::function<void(io::endpoint)> found_by_name)
      : found_by_name_(std::move(found_by_name)),
        paths_(paths),
        seeds_(std::move(seeds)),
        book_(into),
        clock_(clock),
        log_(log) {}

  [[nodiscard]] bool possible() const noexcept { return !seeds_.empty(); }

  /// Looks up all seeds concurrently; completes when each has been resolved, has failed, or had
  /// `limits::resolve_timeout`.
  [[nodiscard]] task<void> query();

  [[nodiscard]] const seed_statistics& statistics() const noexcept { return counted_; }

private:
  task<void> ask_one(const seed& seed);

  std::function<void(io::endpoint)> found_by_name_;
  connector& paths_;
  std::vector<seed> seeds_;
  address_book& book_;
  const node_clock& clock_;
  logger& log_;
  seed_statistics counted_;
};

}  // namespace pappus::peer
