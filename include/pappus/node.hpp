// A node of a Grin network on one event loop: the main class of the library.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <vector>

#include <pappus/coro/task.hpp>
#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/integration/threads/executor.hpp>
#include <pappus/node_config.hpp>
#include <pappus/peer/relay/peer_filter.hpp>
#include <pappus/peer/session/peer_request.hpp>
#include <pappus/peer/session/send_priority.hpp>
#include <pappus/peer/store/address_info.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/grin_messages.hpp>

namespace pappus::peer {
struct custom_message;
struct dandelion_status;     // <pappus/peer/dandelion/status.hpp>
struct reachability_status;  // <pappus/peer/reachability/status.hpp>
}  // namespace pappus::peer

namespace pappus {

class node_handle;
struct node_statistics;  // <pappus/statistics.hpp>

/// A node: listens, dials, performs handshakes, keeps sessions, relays transactions and blocks, manages addresses and
/// bans. All members must be called on the loop's thread; `handle` is for other threads.
///
/// Operations that complete later have two forms: one returns an awaitable, the other takes a callback, which is called
/// once, on the loop, never before the call has returned, at the latest when the node is destroyed. It may be empty; it
/// must not destroy the node, nor call it while the node is destroyed. An exception of a callback is handled like one
/// of the adapter's functions: it is logged, not propagated, and disconnects the session concerned, if there is one. An
/// operation that was lost to an exception fails with `errc::internal_error`, one that the node has not begun when it
/// stops with `errc::closed`.
class node {
public:
  // Lifecycle.

  /// The runtime provides clock, timers, sockets, random numbers and workers, and outlives the node. The adapter's
  /// functions are called on the loop. Throws `std::invalid_argument` if a setting is out of its range
  /// (`node_config::check`), or the filters of `known_filter` would be too large.
  node(io::runtime& runtime, node_config config, integration::adapter functions);
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  /// `run` must have completed, or must never have been called.
  ~node();

  /// Runs the node until it is stopped, by `stop` or by the stop token of the task. Fails at once if the node cannot
  /// listen, or with a `peer::store_errc` if the store cannot be used. May be called only once.
  ///
  /// Completes within `node_config::shutdown_timeout` of the stop. Then all sessions have ended, pending changes have
  /// been written to the store, and another node can open it. If the store does not finish in time, `run` fails with
  /// `peer::store_errc::unresponsive`: a worker thread keeps the store until it is done, and only changes that were
  /// reported as stored are certain to be.
  [[nodiscard]] task<result<void>> run();

  /// Stops `run`, also if it has not been called yet; in that case it completes at once.
  void stop() noexcept;

  /// The settings that the node was made with.
  [[nodiscard]] const node_config& config() const noexcept;

  /// Endpoint on which the node listens. Meaningful after the adapter's `listening` was called.
  [[nodiscard]] io::endpoint local_endpoint() const noexcept;

  /// Sets the capabilities sent in Hand and Shake from now on.
  void set_capabilities(wire::capabilities ours) noexcept;

  /// Trusts the wall clock from now on, at the operator's request. Otherwise a node that does not trust it waits until
  /// the headers of peers agree with it.
  void trust_clock();

  /// Returns a handle for other threads. Its completion handlers run through the executor, or on the loop without one.
  /// Call it on the loop's thread, before `run` completes, any number of times.
  [[nodiscard]] node_handle handle(integration::executor executor = {});

  /// Handlers of messages are set on a `node_with`, which has messages of the application.
  template <class Message>
  void handle(std::function<void(const peer::peer_info& from, Message said)>, const peer::rate_limit& = {}) {
    static_assert(sizeof(Message*) == 0, "a node has no messages of the application: use node_with<...>");
  }

  // Peers.

  /// Dials a peer, before `run` as soon as the node listens. Completes after the handshake, or fails with a
  /// `peer::disconnect_reason`: `shutting_down` if the node stops, or is destroyed, before. The detail of a failure is
  /// in the log.
  [[nodiscard]] task<result<peer::peer_info>> connect(io::endpoint endpoint);
  void connect(io::endpoint endpoint, std::function<void(result<peer::peer_info>)> done);
  /// The same of a host by its name, at the first of its addresses that answers, at most
  /// `limits::max_addresses_per_name`. `node_config::transport` says whether it is looked up here.
  [[nodiscard]] task<result<peer::peer_info>> connect(peer::seed host);
  void connect(peer::seed host, std::function<void(result<peer::peer_info>)> done);
  /// The name for which an address stands that `is_named`; nothing of another one. O(length).
  [[nodiscard]] std::optional<std::string> name_of(const ip_address& address) const;

  /// Disconnects all peers in `range`; returns their number. The port of an inbound peer is the one that it advertises.
  std::size_t disconnect(const io::endpoint_range& range);
  /// Disconnects the peer with that id; false if there is none.
  bool disconnect(std::uint64_t peer);

  /// Reports misbehavior that is certainly the peer's own, such as a block with an invalid proof of work. The peer is
  /// sent the reason and disconnected. An outbound peer is banned for `limits::default_ban_time` unless it is
  /// preferred; an inbound peer's address is discouraged, and so is an endpoint that was dialed through a proxy and is
  /// no onion service. False if there is no such peer.
  bool report_misbehavior(std::uint64_t peer, wire::reason_for_ban reason);

  /// State and counters of all sessions. O(peers).
  [[nodiscard]] std::vector<peer::peer_stats> peers() const;

  /// Peers that are known to have a transaction (by a kernel hash) or a block (by its hash), because they announced or
  /// sent it or were sent it lately. A filter of fingerprints decides, so a peer that does not have it is rarely
  /// listed, too. O(peers).
  [[nodiscard]] std::vector<peer::peer_info> peers_with(const wire::hash& hash) const;

  /// Content of the address book. O(n log n).
  [[nodiscard]] std::vector<peer::address_info> known_addresses() const;
  /// State of an address, `banned` included.
  [[nodiscard]] peer::address_state address_state(const peer::address_info& which) const;

  // Relay.

  /// Sends a transaction, header or block to every peer that `filter` selects (empty: all peers) and that is not known
  /// to have it, as `peer::broadcaster` defines. Returns at once, with the complete report: frames wait in the peers'
  /// send queues. The adapter must already find a transaction by its kernels and a block by its hash, since peers
  /// request them at once. O(peers); encodes once for each form of the protocol versions.
  peer::broadcast_report broadcast(const wire::transaction_ptr& tx, const peer::peer_filter& filter = {},
                                   peer::transaction_form form = peer::transaction_form::announced);
  peer::broadcast_report broadcast(const wire::header& header, const peer::peer_filter& filter = {});
  peer::broadcast_report broadcast(const wire::compact_block_ptr& block, const peer::peer_filter& filter = {});
  peer::broadcast_report broadcast(const wire::block_ptr& block, const peer::peer_filter& filter = {});

  /// Notifies the node that the application has accepted a public transaction, or a block of the main chain, that it
  /// did not get from this node. The transactions leave the stempool and are not requested from peers any more.
  void tx_accepted(const wire::transaction& tx);
  void block_accepted(const wire::block& block);

  /// Queues any message of the protocol for one peer. Use `request` for messages that have a response. False if there
  /// is no such peer, or the negotiated version has no form for the message.
  template <wire::message Message>
  bool send(std::uint64_t peer, const Message& message, peer::send_priority in = peer::send_priority::announcements) {
    static_assert(wire::grin_messages::lists<Message>, "not a message of Grin's protocol: see node_with");
    return send_frame(peer, encoder_of(message), in);
  }

  // Dandelion, and private broadcast.

  /// Sends a transaction of the node's own so that its origin is hidden: through the Dandelion stem, or by private
  /// broadcast, as `node_config::own_transactions` says. Completes when it is on its way and on the disk, from which
  /// the next run of the node resumes it. Until it is public the application must not reveal it. Fails with a
  /// `peer::stem_errc` if it is not taken; or with a `peer::store_errc` if it is on its way but not stored yet, which
  /// is retried.
  [[nodiscard]] task<result<void>> stem(wire::transaction_ptr tx);
  void stem(const wire::transaction_ptr& tx, std::function<void(result<void>)> done);

  /// Makes a transaction public now, whether it was private or is new: sends it to every peer that is not known to have
  /// it. From then on the adapter's `get_transaction` must find it by its kernels.
  peer::broadcast_report fluff(const wire::transaction_ptr& tx);

  /// Completes with the outcome of a private transaction, or fails with `errc::closed` when the node stops before.
  /// Fails at once with `peer::stem_errc::not_private` if the transaction is not private.
  [[nodiscard]] task<result<peer::stem_result>> stem_result(wire::transaction_ptr tx);
  void stem_result(const wire::transaction_ptr& tx, std::function<void(result<peer::stem_result>)> done);

  /// State of Dandelion and of private broadcast. For the node's operator only: it reveals which transactions are
  /// private.
  [[nodiscard]] peer::dandelion_status dandelion() const;

  // Chain.

  /// Sets the tip of the application's chain. Ping and Pong carry its total difficulty and height from now on, Hand and
  /// Shake its total difficulty; Dandelion and peer maintenance compare those of peers with it.
  void set_chain_tip(peer::chain_tip tip) noexcept;
  [[nodiscard]] peer::chain_tip chain_tip() const noexcept;

  /// Sets the tip of the application's chain of headers, which may be ahead of its blocks. Synchronization begins when
  /// it has been called, if the adapter has the functions for it.
  void set_header_tip(peer::chain_tip tip) noexcept;
  /// State of the synchronization. O(peers).
  [[nodiscard]] integration::sync_status sync_status() const;

  /// Sends a request to the peer with that id. Completes with the response, or fails with a `peer::request_error`,
  /// within `limits::response_timeout` after the request is sent, which is at once unless many frames wait before it.
  /// An archive must begin to arrive within `limits::archive_response_timeout`.
  template <peer::peer_request Request>
  [[nodiscard]] task<result<peer::response_to<Request>>> request(std::uint64_t peer, Request request);
  template <peer::peer_request Request>
  void request(std::uint64_t peer, Request request, std::function<void(result<peer::response_to<Request>>)> done);

  // Bans.

  /// Bans an endpoint, all ports of an address, or a block of addresses, for `length` from now, clamped to 0 to
  /// `limits::max_ban_time`. In force at once: sessions concerned are disconnected, and their peers are sent `reason`.
  /// Replaces a ban of the same range, also if `length` is 0, so that none is left.
  /// Completes when the ban is on the disk. Fails with a `peer::store_errc` if it is not stored yet, although it is in
  /// force and storing is retried; or with `std::errc::invalid_argument` if the port is 0, which is no peer's.
  [[nodiscard]] task<result<void>> ban(io::endpoint_range range, io::duration length,
                                       wire::reason_for_ban reason = wire::reason_for_ban::manual);
  void ban(const io::endpoint_range& range, io::duration length, wire::reason_for_ban reason,
           std::function<void(result<void>)> done);

  /// Lifts every ban of a range within `range`, at once; returns their number. Completes like `ban`.
  [[nodiscard]] task<result<std::size_t>> unban(io::endpoint_range range);
  std::size_t unban(const io::endpoint_range& range, std::function<void(result<void>)> done);

  /// Bans in force, ordered by range. O(n).
  [[nodiscard]] std::vector<peer::ban> bans() const;

  // Statistics.

  /// Counters and gauges of the node, which `metrics_of` names. O(peers).
  [[nodiscard]] node_statistics statistics() const;
  /// Whether and where peers reach the node.
  [[nodiscard]] peer::reachability_status reachability() const;

private:
  friend node_handle;
  template <wire::message... Messages>
  friend class node_with;
  class services;
  /// How frames for a peer are encoded.
  struct frame_form {
    const wire::chain_parameters& chain;
    wire::protocol_version version;
    std::pmr::memory_resource& memory;
  };
  using frame_encoder = std::function<wire::encode_result<wire::shared_bytes>(const frame_form& form)>;

  template <wire::message Message>
  [[nodiscard]] static frame_encoder encoder_of(const Message& message) {
    return [&message](const frame_form& form) {
      return wire::encode_shared_frame(message, form.chain, form.version, form.memory);
    };
  }
  bool send_frame(std::uint64_t peer, const frame_encoder& encode, peer::send_priority in);
  peer::broadcast_report broadcast_frame(const peer::peer_filter& filter, const frame_encoder& encode,
                                         peer::send_priority in);
  void set_message(peer::custom_message what);

  std::unique_ptr<services> services_;
};

}  // namespace pappus
