#include "proxies.hpp"

#include <fmt/format.h>

#include <pappus/io/socks5.hpp>
#include <pappus/mix64.hpp>

#include "address_families.hpp"

namespace chaos {
namespace {

namespace sim = pappus::sim;

constexpr std::size_t group = 4;    // nodes of which one is behind a proxy
constexpr std::size_t sharers = 4;  // nodes behind one proxy, which have the limits of one address at others
constexpr std::uint16_t first_dynamic_port = 49'152;  // of connections that a simulated machine makes (RFC 6335)

bool has_proxies(std::uint64_t seed) noexcept { return pappus::mix64(seed ^ 0x736f636b) % 4 == 0; }

}  // namespace

bool is_proxied(std::uint64_t seed, std::size_t node) noexcept {
  return has_proxies(seed) && node % group == group - 1;
}

std::size_t proxies_of(std::uint64_t seed, std::size_t nodes) noexcept {
  return has_proxies(seed) ? (nodes / group + sharers - 1) / sharers : 0;
}

void proxies::start(sim::world& world, std::size_t nodes, rules& watch) {
  for (std::size_t i = 0; i != proxies_of(world.seed(), nodes); ++i) {
    machines_.push_back(&add_other_machine(world));
    running_.push_back(std::make_unique<support::socks_proxy>(*machines_.back()));
  }
  if (machines_.empty()) return;
  world.capture([this, &world, nodes, &watch](io::endpoint from, io::endpoint to, io::const_buffer) {
    const sim::machine* const sender = world.find(from.address);
    if (from.port < first_dynamic_port || sender == nullptr || sender->index() >= nodes) return;
    if (!is_proxied(world.seed(), sender->index())) return;
    const bool is_to_proxy = world.find(to.address) == &machine_of(sender->index());
    if (!is_to_proxy || to.port != running_.front()->endpoint().port) {
      watch.broken("a node behind a proxy connects to it alone",
                   fmt::format("node {}: {}", sender->index(), to_string(to)), world.now());
    }
  });
}

sim::machine& proxies::machine_of(std::size_t node) const { return *machines_[node / group / sharers]; }

io::socks5_proxy proxies::proxy_of(const sim::machine& node) const {
  const io::endpoint listening = running_.front()->endpoint();
  return io::socks5_proxy{{address_for(node, machine_of(node.index())), listening.port}};
}

}  // namespace chaos
