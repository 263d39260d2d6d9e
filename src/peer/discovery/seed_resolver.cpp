#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <pappus/io/timeout.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/discovery/limits.hpp>
#include <pappus/peer/discovery/seed_resolver.hpp>

namespace pappus::peer {
namespace {

/// Source address of all seeds: together they reach only the buckets of one source. It is not a peer.
constexpr wire::peer_address the_seeds;

/// The addresses in an order in which the families take turns, beginning with that of the first one: a resolver may
/// name many of one family first, to which there may be no route here (RFC 8305).
std::vector<ip_address> alternate_families(const std::vector<ip_address>& addresses) {
  std::array<std::vector<ip_address>, 2> families;
  for (const ip_address& each : addresses) families[each.is_v4() == addresses.front().is_v4() ? 0 : 1].push_back(each);
  std::vector<ip_address> ordered;
  ordered.reserve(addresses.size());
  for (std::size_t i = 0; ordered.size() != addresses.size(); ++i) {
    for (const auto& family : families) {
      if (i < family.size()) ordered.push_back(family[i]);
    }
  }
  return ordered;
}

}  // namespace

task<result<std::vector<ip_address>>> resolve(io::runtime& runtime, seed seed) {
  if (const auto itself = ip_address::parse(seed.host)) co_return std::vector{*itself};
  PAPPUS_CO_TRY(addresses,
                co_await io::with_timeout(runtime, limits::resolve_timeout, runtime.resolve(std::move(seed.host))));
  co_return alternate_families(addresses);
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
  std::vector<ip_address> addresses = *std::move(found);
  const std::size_t believed = std::min(addresses.size(), limits::max_addresses_per_seed);
  counted_.ignored += addresses.size() - believed;
  addresses.resize(believed);
  for (const ip_address each : addresses) {
    book_.add(to_wire({each, seed.port}), the_seeds, clock_.now());
  }
}

}  // namespace pappus::peer
