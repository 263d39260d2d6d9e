// Thread-safe handle of a node.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <pappus/integration/threads/call_errc.hpp>
#include <pappus/integration/threads/executor.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/broadcast_report.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/peer_request.hpp>
#include <pappus/peer/store/ban.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/messages/ban_reason.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::integration {
class call_queue;
class shared_chain_tip;
}  // namespace pappus::integration

namespace pappus {

class node;
struct node_statistics;

/// Handle of a node for other threads, obtained from `node::handle`. It may be copied, used from any thread, and
/// outlive the node. Calls return at once; the operation of the same name of `node` is executed on the loop once the
/// node runs. Calls of one thread are executed in order.
///
/// The completion handler of each call is invoked exactly once: through the executor, or on the loop without one. If
/// the node cannot be reached it is invoked on any thread, possibly before the call returns. Errors are those of the
/// operation, or an `integration::call_errc`: `queue_full` if more than `limits::max_queued_calls` calls wait, or
/// `stopped`. An exception of the handler or the executor is written to the node's log and not propagated.
class node_handle {
public:
  /// State shared by the node and its handles, which may outlive the node.
  struct shared {
    std::shared_ptr<integration::call_queue> calls;             // to the loop
    std::shared_ptr<integration::shared_chain_tip> tip;         // of the application's chain of blocks
    std::shared_ptr<integration::shared_chain_tip> header_tip;  // of its chain of headers
  };

  /// For `node::handle`.
  node_handle(shared with, node* to, integration::executor executor) noexcept
      : shared_(std::move(with)), node_(to), executor_(std::move(executor)) {}

  /// The operations of `node`.
  void broadcast(wire::transaction_ptr tx, std::function<void(result<peer::broadcast_report>)> completed) const;
  void broadcast(wire::header header, std::function<void(result<peer::broadcast_report>)> completed) const;
  void broadcast(wire::compact_block_ptr block, std::function<void(result<peer::broadcast_report>)> completed) const;
  void broadcast(wire::block_ptr block, std::function<void(result<peer::broadcast_report>)> completed) const;

  /// The operations of `node`.
  void stem(wire::transaction_ptr tx, std::function<void(result<void>)> completed) const;
  void fluff(wire::transaction_ptr tx, std::function<void(result<peer::broadcast_report>)> completed) const;
  void tx_accepted(wire::transaction_ptr tx, std::function<void(result<void>)> completed) const;
  void block_accepted(wire::block_ptr block, std::function<void(result<void>)> completed) const;

  /// Calls a function on the loop with the node: for what has no call here, such as filters of peers and priorities, or
  /// several operations without another between them. A `node_with` is captured by the function.
  void post(std::function<void(node&)> operation, std::function<void(result<void>)> completed) const;

  /// The operations of `node`, which name their errors.
  void connect(io::endpoint endpoint, std::function<void(result<peer::peer_info>)> completed) const;
  void disconnect(io::endpoint_range range, std::function<void(result<std::size_t>)> completed) const;
  /// Fails with `peer::request_error::no_such_peer` if there is none.
  void disconnect(std::uint64_t peer, std::function<void(result<void>)> completed) const;
  /// The operations of `node`; complete when the change is on the disk.
  void ban(io::endpoint_range range, io::duration length, wire::reason_for_ban reason,
           std::function<void(result<void>)> completed) const;
  void unban(io::endpoint_range range, std::function<void(result<std::size_t>)> completed) const;
  /// Fails with `peer::request_error::no_such_peer` if there is none.
  void report_misbehavior(std::uint64_t peer, wire::reason_for_ban reason,
                          std::function<void(result<void>)> completed) const;

  /// Copies of what `node` has at one time.
  void peers_with(wire::hash hash, std::function<void(result<std::vector<peer::peer_info>>)> completed) const;
  void peers(std::function<void(result<std::vector<peer::peer_stats>>)> completed) const;
  void bans(std::function<void(result<std::vector<peer::ban>>)> completed) const;
  void statistics(std::function<void(result<node_statistics>)> completed) const;

  /// Like `node::request`. A function inside a request is called on the loop. Not for archives: their stream belongs to
  /// the loop, so they are requested there.
  template <peer::peer_request Request>
  requires std::copy_constructible<Request>
  void request(std::uint64_t peer, Request request,
               std::function<void(result<peer::response_to<Request>>)> completed) const;

  /// Completes when it has been done.
  void trust_clock(std::function<void(result<void>)> completed) const;

  /// Like the functions of `node`. They take effect before they return, and need no completion handler.
  void set_chain_tip(peer::chain_tip tip) const noexcept;
  void set_header_tip(peer::chain_tip tip) const;

  /// Completes when the stop has been requested; `node::run` completes later.
  void stop(std::function<void(result<void>)> completed) const;

private:
  template <class T, class Operation>
  void call(std::function<void(result<T>)> completed, Operation operation) const;
  template <class News>
  void broadcast_item(News news, std::function<void(result<peer::broadcast_report>)> completed) const;
  [[nodiscard]] std::function<void(std::exception_ptr)> telling_log() const;

  shared shared_;
  node* node_;  // dereferenced only on the loop, while the call queue is open
  integration::executor executor_;
};

}  // namespace pappus
