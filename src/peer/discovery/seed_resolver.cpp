#include <algorithm>
#include <utility>
#include <vector>

#include <pappus/peer/address.hpp>
#include <pappus/peer/discovery/limits.hpp>
#include <pappus/peer/discovery/seed_resolver.hpp>

namespace pappus::peer {
namespace {

/// Source address of all seeds: together they reach only the buckets of one source. It is not a peer.
constexpr wire::peer_address the_seeds;

}  // namespace

task<void> seed_resolver::query() {
  co_await with_scope([this](scope& lookups) {
    for (const seed& each : seeds_) lookups.spawn(ask_one(each));
  });
}

task<void> seed_resolver::ask_one(const seed& seed) {
  ++counted_.queried;
  auto found = co_await paths_.resolve(seed.host);
  if (!found) {
    if (found.error() == make_error_code(errc::canceled)) co_return;
    ++counted_.failures;
    log_(log_level::warning, log_category::seed,
         [&] { return "seed " + to_string(seed) + ": " + found.error().message(); });
    co_return;
  }
  std::vector<ip_address> addresses = *std::move(found);
  const std::size_t believed = std::min(addresses.size(), limits::max_addresses_per_seed);
  counted_.ignored += addresses.size() - believed;
  addresses.resize(believed);
  for (const ip_address each : addresses) {
    if (each.is_named()) found_by_name_({each, seed.port});
    else book_.add(to_wire({each, seed.port}), the_seeds, clock_.now());
  }
}

}  // namespace pappus::peer
