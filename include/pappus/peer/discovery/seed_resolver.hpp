// Seeds: host names that resolve to peers, for a node without known addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/peer/discovery/seed.hpp>
#include <pappus/peer/discovery/statistics.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/store/address_book.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/chain_parameters.hpp>

namespace pappus::peer {

/// Looks up the addresses of a seed, in an order in which the families take turns; completes at once if its host is an
/// address. Fails with the resolver's error, with `std::errc::timed_out` after `limits::resolve_timeout`, or with
/// `errc::canceled`.
[[nodiscard]] task<result<std::vector<ip_address>>> resolve(io::runtime& runtime, seed seed);

/// Adds the addresses of the seeds to the address book. Failed look-ups are only logged and counted.
class seed_resolver {
public:
  seed_resolver(io::runtime& runtime, std::vector<seed> seeds, address_book& into, const node_clock& clock, logger& log)
      : runtime_(runtime), seeds_(std::move(seeds)), book_(into), clock_(clock), log_(log) {}

  [[nodiscard]] bool possible() const noexcept { return !seeds_.empty(); }

  /// Looks up all seeds concurrently; completes when each has been resolved, has failed, or had
  /// `limits::resolve_timeout`.
  [[nodiscard]] task<void> query();

  [[nodiscard]] const seed_statistics& statistics() const noexcept { return counted_; }

private:
  task<void> ask_one(const seed& seed);

  io::runtime& runtime_;
  std::vector<seed> seeds_;
  address_book& book_;
  const node_clock& clock_;
  logger& log_;
  seed_statistics counted_;
};

}  // namespace pappus::peer
