#include <algorithm>
#include <utility>

#include <pappus/io/timeout.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/discovery/seed_resolver.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {
namespace {

/// Source address of all seeds: together they reach only the buckets of one source. It is not a peer.
constexpr wire::peer_address the_seeds = wire::peer_address::v4({0, 0, 0, 0}, 0);

task<result<std::vector<io::ipv4_address>>> look_up(io::runtime& on, std::string name) {
  co_return co_await on.resolve(std::move(name));
}

/// Refuses names that end in a number: resolvers take numbers with fewer dots, or in other bases, for addresses.
bool is_host(std::string_view text) {
  if (io::ipv4_address::parse(text)) return true;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto fits = [is_digit](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
  };
  constexpr std::size_t longest = 253;  // characters of a name, RFC 1035
  if (text.ends_with('.')) text.remove_suffix(1);
  const std::string_view last = text.substr(text.rfind('.') + 1);
  const bool is_number = std::ranges::all_of(last, is_digit) || last.starts_with("0x") || last.starts_with("0X");
  return text.size() <= longest && std::ranges::all_of(text, fits) && !is_number;
}

}  // namespace

std::optional<seed> seed::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_host(text.substr(0, colon))) return std::nullopt;
  // The port has the format of that of an endpoint.
  const auto where = io::endpoint::parse("0.0.0.0" + std::string{text.substr(colon)});
  if (!where || where->port == 0) return std::nullopt;
  seed made;
  made.host = text.substr(0, colon);
  made.port = where->port;
  return made;
}

std::string to_string(const seed& of) { return of.host + ':' + std::to_string(of.port); }

task<result<std::vector<io::ipv4_address>>> resolve(io::runtime& on, seed whom) {
  if (const auto itself = io::ipv4_address::parse(whom.host)) co_return std::vector{*itself};
  co_return co_await io::with_timeout(on, limits::lookup, look_up(on, std::move(whom.host)));
}

std::vector<seed> seeds_of(const wire::chain_parameters& network) {
  std::vector<seed> known;
  for (const std::string_view host : network.seeds) {
    seed& each = known.emplace_back();
    each.host = host;
    each.port = network.default_port;
  }
  return known;
}

task<void> seed_resolver::ask() {
  co_await with_scope([](scope& beside, seed_resolver* self) { return self->spawn_all(beside); }, this);
}

task<void> seed_resolver::spawn_all(scope& beside) {
  for (const seed& each : seeds_) beside.spawn(ask_one(each));
  co_return;
}

task<void> seed_resolver::ask_one(const seed& whom) {
  ++counted_.asked;
  auto found = co_await resolve(on_, whom);
  if (!found) {
    if (found.error() == make_error_code(errc::canceled)) co_return;
    ++counted_.failures;
    say_(log_level::warning, log_category::seed,
         [&] { return "seed " + to_string(whom) + ": " + found.error().message(); });
    co_return;
  }
  std::vector<io::ipv4_address> addresses = *std::move(found);
  const std::size_t believed = std::min(addresses.size(), limits::addresses_per_seed);
  counted_.ignored += addresses.size() - believed;
  addresses.resize(believed);
  for (const io::ipv4_address each : addresses) {
    book_.add(to_wire({each, whom.port}), the_seeds, clock_.now());
  }
}

}  // namespace pappus::peer
