// A node of three threads: chain, pool and network. What crosses from one to another is a copy, or constant and shared.
#pragma once

#include <cstddef>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/node.hpp>
#include <pappus/wire/transaction.hpp>

#include "chain.hpp"
#include "module_thread.hpp"
#include "network_thread.hpp"
#include "pool.hpp"

namespace threaded_host {

/// What is waited for: counted down by the threads on which it happens.
struct milestones {
  std::latch& transactions;  // that a pool has got
  std::latch& blocks;        // that a pool has forgotten the transactions of
};

/// All members are for the thread that made it.
class whole_node {
public:
  whole_node(std::string name, const milestones& reached);
  whole_node(const whole_node&) = delete;
  whole_node& operator=(const whole_node&) = delete;
  ~whole_node();

  [[nodiscard]] pappus::io::endpoint listening_at() const noexcept { return network_->listening_at(); }

  /// Completes when there is a session; throws if there is none.
  void connect(pappus::io::endpoint to);

  /// A transaction of its own, out along the stem.
  void send(const pappus::wire::transaction_ptr& tx);

  /// Puts so many of the pool's transactions into a block of its own, and tells everybody.
  void mine(std::size_t transactions);

  [[nodiscard]] std::size_t transactions_waiting();
  [[nodiscard]] std::uint64_t height();
  [[nodiscard]] pappus::node_statistics statistics();

private:
  [[nodiscard]] pappus::peer::adapter as_host();
  void ask_for(std::uint64_t peer, const pappus::wire::hash& block);
  void tell_of(const pappus::wire::block_ptr& grown_by);
  void say(const char* who, const std::string& what) const;

  const std::string name_;
  milestones reached_;
  pool pool_;    // of its thread
  chain chain_;  // likewise
  module_thread pool_thread_;
  module_thread chain_thread_;
  std::unique_ptr<network_thread> network_;
};

}  // namespace threaded_host
