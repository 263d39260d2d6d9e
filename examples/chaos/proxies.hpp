// Proxies: in some runs a part of the nodes connects through SOCKS5 proxies alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <support/socks_proxy.hpp>

#include <pappus/sim/world.hpp>

#include "rules.hpp"

namespace chaos {

/// Machines of proxies in a run with so many nodes; 0 in three runs of four.
[[nodiscard]] std::size_t proxies_of(std::uint64_t seed, std::size_t nodes) noexcept;
/// Whether a node is behind one, in a run that has them.
[[nodiscard]] bool is_proxied(std::uint64_t seed, std::size_t node) noexcept;

/// The proxies of a run. Outlives the world, in which they run.
class proxies {
public:
  /// Adds their machines, and watches that each of the nodes behind them, the first machines of the world, connects to
  /// its proxy alone.
  void start(pappus::sim::world& world, std::size_t nodes, rules& watch);

  /// The proxy of a node that is behind one, at an address that it reaches.
  [[nodiscard]] pappus::io::socks5_proxy proxy_of(const pappus::sim::machine& node) const;

private:
  [[nodiscard]] pappus::sim::machine& machine_of(std::size_t node) const;

  std::vector<std::unique_ptr<support::socks_proxy>> running_;
  std::vector<pappus::sim::machine*> machines_;
};

}  // namespace chaos
