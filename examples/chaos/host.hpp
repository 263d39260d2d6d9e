// The application behind a node: its chain, its pool, its own transactions and bans. It outlives the node, as what is
// on a disk does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include <pappus/io/endpoint_range.hpp>

#include "chain.hpp"
#include "host_faults.hpp"
#include "ledger.hpp"

namespace chaos {

/// A transaction of the host's own.
struct own_transaction {
  std::size_t number = 0;     // in the ledger
  bool acknowledged = false;  // `node::stem` has completed with success
  bool told_public = false;   // the host knows that it is public
};

/// What a host keeps on its own disk.
struct records {
  explicit records(const ledger& all) : blocks(all) {}

  chain blocks;
  std::vector<own_transaction> own;
  std::set<pappus::ip_address> bans;  // acknowledged by the node
};

struct host {
  host(const ledger& all, std::uint64_t seed) : kept(all), faults(seed) {}

  records kept;
  std::set<std::size_t> pool;  // public transactions that it has seen, confirmed or not; in memory
  host_faults faults;

  [[nodiscard]] bool has(std::size_t transaction) const {
    return pool.contains(transaction) || kept.blocks.confirms(transaction);
  }
  void keep(std::size_t transaction) {
    pool.insert(transaction);
    for (own_transaction& each : kept.own) each.told_public = each.told_public || each.number == transaction;
  }
};

}  // namespace chaos
