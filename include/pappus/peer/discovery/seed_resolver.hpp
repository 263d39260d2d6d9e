// Where a node that knows nobody begins: hosts whose names stand for peers.
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

/// A name, each address of which is a peer at that port. It may be an address itself.
struct seed {
  std::string host;
  std::uint16_t port = 0;

  /// From `HOST:PORT`. A host is an address, or a name of letters, digits, dots, hyphens and underscores that cannot be
  /// taken for one.
  [[nodiscard]] static std::optional<seed> parse(std::string_view text);

  friend bool operator==(const seed&, const seed&) = default;
};

[[nodiscard]] std::string to_string(const seed& of);

/// Its addresses: at once if it is one itself. Fails with the resolver's reason, with `std::errc::timed_out` after
/// `limits::lookup`, or with `errc::canceled`.
[[nodiscard]] task<result<std::vector<io::ipv4_address>>> resolve(io::runtime& on, seed whom);

/// Those that everybody on the network begins with.
[[nodiscard]] std::vector<seed> seeds_of(const wire::chain_parameters& network);

struct seed_statistics {
  std::uint64_t asked = 0;         // seeds
  std::uint64_t failures = 0;      // of these
  std::uint64_t ignored = 0;       // addresses of one seed beyond `limits::addresses_per_seed`
  std::uint64_t names_failed = 0;  // look-ups of peers to stay connected to
};

/// Puts into the book what the seeds say. Several that fail are no more than lines in the log.
class seed_resolver {
public:
  seed_resolver(io::runtime& on, std::vector<seed> seeds, address_book& into, const node_clock& clock, logger& say)
      : on_(on), seeds_(std::move(seeds)), book_(into), clock_(clock), say_(say) {}

  [[nodiscard]] bool possible() const noexcept { return !seeds_.empty(); }

  /// Asks all of them beside each other; completes when each has answered or had `limits::lookup`.
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
