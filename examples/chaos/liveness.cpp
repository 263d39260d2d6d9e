#include "liveness.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>

#include <fmt/format.h>

#include <pappus/statistics.hpp>

#include "address_families.hpp"
#include "network.hpp"
#include "proxies.hpp"

namespace chaos {
namespace {

using namespace std::chrono_literals;

/// Younger blocks are still on their way.
constexpr io::duration on_the_way = 90s;

std::optional<std::string> not_running(const recovering& which) {
  for (std::size_t i = 0; i != which.nodes.size(); ++i) {
    if (which.nodes[i]->running() == nullptr) return fmt::format("node {}", i);
  }
  return std::nullopt;
}

std::optional<std::string> not_answering(const recovering& which) {
  for (std::size_t i = 0; i != which.nodes.size(); ++i) {
    if (!which.stranger.has_met(i)) return fmt::format("node {}", i);
  }
  return std::nullopt;
}

/// Whether a node can dial another one: those behind proxies tell nobody their addresses.
bool can_dial(const sim::machine& from, const sim::machine& to) {
  const std::uint64_t seed = from.in().seed();
  return &from != &to && !is_proxied(seed, to.index()) && (is_proxied(seed, from.index()) || reaches(from, to));
}

/// Who is connected with all others that it can dial has no one else to dial.
bool has_no_one_to_dial(const recovering& which, std::size_t number) {
  const sim::machine& from = which.nodes[number]->machine();
  std::set<const sim::machine*> connected;
  for (const auto& each : which.nodes[number]->running()->node().peers()) {
    connected.insert(from.in().find(each.endpoint.address));
  }
  return std::ranges::none_of(which.nodes, [&](const auto& each) {
    return can_dial(from, each->machine()) && !connected.contains(&each->machine());
  });
}

std::optional<std::string> without_peers(const recovering& which) {
  const auto& all = which.nodes;
  for (std::size_t i = 0; i != all.size(); ++i) {
    const auto now = all[i]->running()->node().statistics();
    if (now.outbound >= network::outbound_of(all.size())) continue;
    if (has_no_one_to_dial(which, i)) continue;
    return fmt::format("node {} has {} outbound peers and {} inbound ones", i, now.outbound, now.inbound);
  }
  return std::nullopt;
}

/// In runs that have them.
std::optional<std::string> without_links(const recovering& which) {
  for (std::size_t i = 0; i != which.nodes.size(); ++i) {
    pappus::node& node = which.nodes[i]->running()->node();
    const auto peers = node.peers();
    const bool has_one = std::ranges::any_of(
        peers, [](const auto& each) { return each.tls_key && each.direction == pappus::peer::direction::outbound; });
    if (!node.config().tls.peers.empty() && !has_one) return fmt::format("node {}", i);
  }
  return std::nullopt;
}

/// The best chain that a node has, up to its last block that is not young.
const ledger::block& common_block(const recovering& which) {
  const ledger::block* best = &which.nodes.front()->host().kept.blocks.best();
  for (const auto& each : which.nodes) {
    const ledger::block& other = each->host().kept.blocks.best();
    if (other.work > best->work) best = &other;
  }
  while (best->previous != nullptr && which.now - best->mined < on_the_way) best = best->previous;
  return *best;
}

std::optional<std::string> chains_apart(const recovering& which) {
  const ledger::block& common = common_block(which);
  for (std::size_t i = 0; i != which.nodes.size(); ++i) {
    const chain& blocks = which.nodes[i]->host().kept.blocks;
    if (blocks.is_on_best(common)) continue;
    return fmt::format("node {} is at height {}, and does not have block {} of the best chain", i, blocks.best().height,
                       common.height);
  }
  return std::nullopt;
}

/// A transaction is live that its maker's node has acknowledged, or that a node has among the public ones. (What a host
/// has forgotten with an old store, before another had it in public, is dead.)
bool is_live(const recovering& which, std::size_t number) {
  const auto& own = which.nodes[which.all.transactions()[number].maker]->host().kept.own;
  const auto acknowledged = [number](const own_transaction& each) {
    return each.number == number && each.acknowledged;
  };
  const auto has_it = [number](const auto& each) { return each->host().has(number); };
  return std::ranges::any_of(own, acknowledged) || std::ranges::any_of(which.nodes, has_it);
}

/// Of those that were made while things went wrong.
std::optional<std::string> transactions_missing(const recovering& which) {
  const auto& all = which.all.transactions();
  for (std::size_t number = 0; number != all.size() && all[number].made <= which.since; ++number) {
    if (!is_live(which, number)) continue;
    for (std::size_t i = 0; i != which.nodes.size(); ++i) {
      if (which.nodes[i]->host().has(number)) continue;
      const auto age = std::chrono::floor<std::chrono::seconds>(which.now - all[number].made);
      return fmt::format("node {} does not have transaction {} of node {}, made {} s ago", i, number, all[number].maker,
                         age.count());
    }
  }
  return std::nullopt;
}

}  // namespace

const std::vector<liveness_rule>& liveness_rules() {
  static const std::vector<liveness_rule> all{
      {"every node runs", 1min, not_running},
      {"every node answers a new peer", 5min, not_answering},
      {"every node has its outbound peers", 10min, without_peers},
      {"every private link is made", 10min, without_links},
      {"the chains agree", 20min, chains_apart},
      {"every live transaction is everywhere", 20min, transactions_missing},
  };
  return all;
}

}  // namespace chaos
