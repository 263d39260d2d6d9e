#include <algorithm>
#include <utility>

#include <pappus/io/timeout.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/discovery/limits.hpp>
#include <pappus/peer/discovery/seed_resolver.hpp>

namespace pappus::peer {
namespace {

/// Source address of all seeds: together they reach only the buckets of one source. It is not a peer.
constexpr wire::peer_address the_seeds = wire::peer_address::v4({0, 0, 0, 0}, 0);

}  // namespace

task<result<std::vector<io::ipv4_address>>> resolve(io::runtime& runtime, seed seed) {
  if (const auto itself = io::ipv4_address::parse(seed.host)) co_return std::vector{*itself};
  co_return co_await io::with_timeout(runtime, limits::resolve_timeout, runtime.resolve(std::move(seed.host)));
}

task<void> seed_resolver::query() {
  co_await with_scope([this](scope& lookups) {
    for (const seed& each : seeds_) lookups.spawn(ask_one(each));
  });
}

task<void> seed_resolver::ask_one(const seed& seed) {
  ++counted_.queried;
  auto found = co_await resolve(runtime_, seed);
  if (!found) {
    if (found.error() == make_error_code(errc::canceled)) co_return;
    ++counted_.failures;
    log_(log_level::warning, log_category::seed,
         [&] { return "seed " + to_string(seed) + ": " + found.error().message(); });
    co_return;
  }
  std::vector<io::ipv4_address> addresses = *std::move(found);
  const std::size_t believed = std::min(addresses.size(), limits::max_addresses_per_seed);
  counted_.ignored += addresses.size() - believed;
  addresses.resize(believed);
  for (const io::ipv4_address each : addresses) {
    book_.add(to_wire({each, seed.port}), the_seeds, clock_.now());
  }
}

}  // namespace pappus::peer
