#include <algorithm>
#include <utility>

#include <pappus/io/timeout.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/discovery/seeds.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {
namespace {

/// All seeds are one source, which reaches only its share of the book; they are no peers themselves.
constexpr wire::peer_address the_seeds = wire::peer_address::v4({0, 0, 0, 0}, 0);

task<result<std::vector<io::ipv4_address>>> look_up(io::network& on, std::string name) {
  co_return co_await on.resolve(std::move(name));
}

}  // namespace

std::optional<seed> seed::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
  // The port is read as that of an endpoint is.
  const auto where = io::endpoint::parse("0.0.0.0" + std::string{text.substr(colon)});
  if (!where || where->port == 0) return std::nullopt;
  seed made;
  made.host = text.substr(0, colon);
  made.port = where->port;
  return made;
}

std::string to_string(const seed& of) { return of.host + ':' + std::to_string(of.port); }

std::vector<seed> seeds_of(const wire::chain_parameters& network) {
  std::vector<seed> known;
  for (const std::string_view host : network.seeds) {
    seed& each = known.emplace_back();
    each.host = host;
    each.port = network.default_port;
  }
  return known;
}

task<void> seeding::ask() {
  co_await with_scope([](scope& beside, seeding* self) { return self->spawn_all(beside); }, this);
}

task<void> seeding::spawn_all(scope& beside) {
  for (const seed& each : seeds_) beside.spawn(ask_one(each));
  co_return;
}

task<void> seeding::ask_one(const seed& whom) {
  ++counted_.asked;
  std::vector<io::ipv4_address> addresses;
  if (const auto itself = io::ipv4_address::parse(whom.host)) {
    addresses.push_back(*itself);
  } else {
    auto found = co_await io::with_timeout(on_, limits::lookup, look_up(on_, whom.host));
    if (!found) {
      ++counted_.failures;
      say_(log_level::info, log_cause::seed,
           [&] { return "seed " + to_string(whom) + ": " + found.error().message(); });
      co_return;
    }
    addresses = std::move(*found);
  }
  const std::size_t believed = std::min(addresses.size(), limits::addresses_per_seed);
  counted_.ignored += addresses.size() - believed;
  addresses.resize(believed);
  for (const io::ipv4_address each : addresses) {
    book_.add(to_wire({each, whom.port}), the_seeds, clock_.now());
  }
}

}  // namespace pappus::peer
