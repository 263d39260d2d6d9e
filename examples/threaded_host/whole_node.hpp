// A node of three threads: chain, pool and network. Data passed between threads is copied, or immutable and shared.
#pragma once

#include <cstddef>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/node.hpp>
#include <pappus/statistics.hpp>
#include <pappus/wire/transaction.hpp>

#include "chain.hpp"
#include "module_thread.hpp"
#include "network_thread.hpp"
#include "pool.hpp"

namespace threaded_host {

/// Progress counters, counted down on the threads where the events happen.
struct milestones {
  std::latch& transactions;  // transactions that arrived in a pool
  std::latch& blocks;        // blocks whose transactions were removed from a pool
};

/// All functions must be called on the thread that constructed the object.
class whole_node {
public:
  whole_node(std::string name, const milestones& reached);
  whole_node(const whole_node&) = delete;
  whole_node& operator=(const whole_node&) = delete;
  ~whole_node();

  [[nodiscard]] pappus::io::endpoint listening_at() const noexcept { return network_->listening_at(); }

  /// Returns when connected; throws on failure.
  void connect(pappus::io::endpoint to);

  /// Sends an own transaction, as a stem.
  void send(const pappus::wire::transaction_ptr& tx);

  /// Mines a block of at most `transactions` transactions of the pool, and broadcasts it.
  void mine(std::size_t transactions);

  [[nodiscard]] std::size_t transactions_waiting();
  [[nodiscard]] std::uint64_t height();
  [[nodiscard]] pappus::node_statistics statistics();

private:
  [[nodiscard]] pappus::integration::adapter as_host();
  void ask_for(std::uint64_t peer, const pappus::wire::hash& block);
  void tell_of(const pappus::wire::block_ptr& grown_by);
  void say(const char* who, const std::string& what) const;

  const std::string name_;
  milestones reached_;
  pool pool_;    // pool's thread only
  chain chain_;  // chain's thread only
  module_thread pool_thread_;
  module_thread chain_thread_;
  std::unique_ptr<network_thread> network_;
};

}  // namespace threaded_host
