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
#include <pappus/peer/logger.hpp>
#include <pappus/peer/store/address_book.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/chain_parameters.hpp>

namespace pappus::peer {

/// A host name, each address of which is a peer at that port. It may be an IP address itself.
struct seed {
  std::string host;
  std::uint16_t port = 0;

  /// Parses `HOST:PORT`; nullopt otherwise. HOST is an IPv4 address, or a name of letters, digits, dots, hyphens and
  /// underscores that cannot be taken for an address; PORT is not 0.
  [[nodiscard]] static std::optional<seed> parse(std::string_view text);

  friend bool operator==(const seed&, const seed&) = default;
};

[[nodiscard]] std::string to_string(const seed& of);

/// Looks up the addresses of a seed; completes at once if its host is an address. Fails with the resolver's error, with
/// `std::errc::timed_out` after `limits::lookup`, or with `errc::canceled`.
[[nodiscard]] task<result<std::vector<io::ipv4_address>>> resolve(io::runtime& on, seed whom);

/// The default seeds of a chain.
[[nodiscard]] std::vector<seed> seeds_of(const wire::chain_parameters& network);

struct seed_statistics {
  std::uint64_t asked = 0;         // look-ups of seeds
  std::uint64_t failures = 0;      // of these
  std::uint64_t ignored = 0;       // addresses of one seed beyond `limits::addresses_per_seed`
  std::uint64_t names_failed = 0;  // failed look-ups of preferred hosts
};

/// Adds the addresses of the seeds to the address book. Failed look-ups are only logged and counted.
class seed_resolver {
public:
  seed_resolver(io::runtime& on, std::vector<seed> seeds, address_book& into, const node_clock& clock, logger& say)
      : on_(on), seeds_(std::move(seeds)), book_(into), clock_(clock), say_(say) {}

  [[nodiscard]] bool possible() const noexcept { return !seeds_.empty(); }

  /// Looks up all seeds concurrently; completes when each has been resolved, has failed, or had `limits::lookup`.
  [[nodiscard]] task<void> ask();

  [[nodiscard]] const seed_statistics& statistics() const noexcept { return counted_; }

private:
  task<void> spawn_all(scope& beside);
  task<void> ask_one(const seed& whom);

  io::runtime& on_;
  std::vector<seed> seeds_;
  address_book& book_;
  const node_clock& clock_;
  logger& say_;
  seed_statistics counted_;
};

}  // namespace pappus::peer
