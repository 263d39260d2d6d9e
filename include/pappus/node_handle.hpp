// A node as other threads see it.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <pappus/integration/threads/call_queue.hpp>
#include <pappus/integration/threads/completion_handler.hpp>
#include <pappus/integration/threads/shared_chain_tip.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/broadcast_report.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/peer_request.hpp>
#include <pappus/peer/store/ban_list.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/messages/ban_reason.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus {

class node;
struct node_statistics;

/// Got from `node::remote`, and free to be copied, moved to any thread, and kept when the node is gone. Its calls
/// return at once, and what they ask for is done on the loop, in the order of one thread's calls, from when the node
/// runs.
///
/// Each call's `done` is called exactly once: through the executor, or, without one, on the loop; if the node cannot be
/// reached, wherever it is found out, perhaps before the call returns. It fails with `call_failure`: `busy` if more
/// than `limits::remote_calls` calls wait, `stopped`, or the reason that the operation of the same name of `node`
/// gives. What it or the executor throws is said in the node's log, and goes no further.
class node_handle {
public:
  template <class T>
  using done = std::function<void(integration::call_result<T>)>;

  /// What all threads share with the node, and what outlives it.
  struct shared {
    std::shared_ptr<integration::call_queue> calls;
    std::shared_ptr<integration::shared_chain_tip> tip;
  };

  node_handle(shared with, node* to, integration::executor by) noexcept
      : shared_(std::move(with)), node_(to), executor_(std::move(by)) {}

  void broadcast(wire::transaction_ptr tx, done<peer::broadcast_report> completed) const;
  void broadcast(wire::header header, done<peer::broadcast_report> completed) const;
  void broadcast(wire::compact_block_ptr block, done<peer::broadcast_report> completed) const;
  void broadcast(wire::block_ptr block, done<peer::broadcast_report> completed) const;

  void stem(wire::transaction_ptr tx, done<void> completed) const;
  void fluff(wire::transaction_ptr tx, done<peer::broadcast_report> completed) const;
  void tx_accepted(wire::transaction_ptr tx, done<void> completed) const;
  void block_accepted(wire::block_ptr block, done<void> completed) const;

  void connect(io::endpoint where, done<peer::peer_info> completed) const;
  void disconnect(io::endpoint_range where, done<std::size_t> completed) const;
  void ban(io::endpoint_range whom, io::duration length, wire::reason_for_ban cause, done<void> completed) const;
  void unban(io::endpoint_range whom, done<std::size_t> completed) const;
  /// Fails if there is no such peer.
  void report_misbehavior(std::uint64_t peer, wire::reason_for_ban fault, done<void> completed) const;

  void peers_with(wire::hash what, done<std::vector<peer::peer_info>> completed) const;
  void peers(done<std::vector<peer::peer_stats>> completed) const;
  void bans(done<std::vector<peer::ban>> completed) const;
  void statistics(done<node_statistics> completed) const;

  /// Asks the peer with that id, as `node::ask` does; a function that a question carries is called on the loop. An
  /// archive is asked for there, where its stream belongs.
  template <peer::question Question>
  requires std::copy_constructible<Question>
  void request(std::uint64_t peer, Question question, done<peer::response_to<Question>> completed) const;

  void trust_clock(done<void> completed) const;

  /// What pings say of our chain from now on. No call: it is there when this returns.
  void set_chain_tip(peer::chain_tip tip) const noexcept { shared_.tip->set(tip); }

  /// Completes when the node has been asked to; `node::run` ends soon after.
  void stop(done<void> completed) const;

private:
  template <class T, class Operation>
  void call(done<T> completed, Operation operation) const;
  template <class News>
  void spread(News news, done<peer::broadcast_report> completed) const;
  [[nodiscard]] std::function<void(std::exception_ptr)> telling_log() const;

  shared shared_;
  node* node_;  // to be used only by what the loop calls
  integration::executor executor_;
};

}  // namespace pappus
