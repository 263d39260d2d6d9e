// A node of a Grin network on one event loop: the main class of the library.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pappus/coro/event.hpp>
#include <pappus/coro/oneshot.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/integration/threads/blocking_receiver.hpp>
#include <pappus/integration/threads/call_queue.hpp>
#include <pappus/integration/threads/loop_dispatcher.hpp>
#include <pappus/integration/threads/shared_chain_tip.hpp>
#include <pappus/io/backoff.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/limit_watch.hpp>
#include <pappus/node_handle.hpp>
#include <pappus/peer/access/ban_manager.hpp>
#include <pappus/peer/access/connection_gater.hpp>
#include <pappus/peer/accounts/accounts.hpp>
#include <pappus/peer/accounts/upload_quota.hpp>
#include <pappus/peer/adapter/adapter.hpp>
#include <pappus/peer/bridge/adapter_calls.hpp>
#include <pappus/peer/bridge/validator.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/peer/connections/connection_limits.hpp>
#include <pappus/peer/connections/connection_manager.hpp>
#include <pappus/peer/connections/memory_watch.hpp>
#include <pappus/peer/connections/peer_maintenance.hpp>
#include <pappus/peer/dandelion/dandelion.hpp>
#include <pappus/peer/dandelion/diffusion.hpp>
#include <pappus/peer/dandelion/options.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/discovery/discovery.hpp>
#include <pappus/peer/discovery/seed_resolver.hpp>
#include <pappus/peer/filter/bloom_parameters.hpp>
#include <pappus/peer/handlers/address_relay.hpp>
#include <pappus/peer/handlers/chain_handler.hpp>
#include <pappus/peer/handlers/transaction_relay.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/rate_limit.hpp>
#include <pappus/peer/relay/broadcast.hpp>
#include <pappus/peer/session/containment.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/message_monitor.hpp>
#include <pappus/peer/session/peer_request.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/peer/store/peer_store.hpp>
#include <pappus/result.hpp>
#include <pappus/statistics.hpp>
#include <pappus/version.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace pappus {

/// Settings of a node. The defaults are for a private usernet without seeds.
struct node_config {
  wire::chain_parameters chain = wire::parameters_of(wire::chain_type::usernet);
  wire::protocol_version protocol_version = wire::latest_version;  // the highest that the node supports
  std::optional<wire::capabilities> capabilities;  // if absent: derived from the functions of the adapter
  std::string user_agent = "MW/pappus " + std::string{library_version};

  /// Endpoint to listen on; with port 0 the system chooses the port.
  io::endpoint listen{{}, chain.default_port};
  /// Endpoint advertised to peers; if absent, the one on which the node listens.
  std::optional<io::endpoint> advertise;
  /// Peers to stay connected to, one session each. They are exempt from the rules for addresses, and preferred like
  /// those of `peer_lists.prefer`.
  std::vector<io::endpoint> preferred_peers;
  /// Peers to stay connected to, by host name. A name is looked up before each attempt; a failed look-up is retried.
  std::vector<peer::seed> preferred_hosts;
  /// Pauses between the end of a connection to a preferred peer and the next attempt.
  io::backoff_options reconnect;
  /// Seeds, used while no peers are known; if absent, the default seeds of the chain.
  std::optional<std::vector<peer::seed>> seeds;
  /// Numbers of connections. Without outbound slots the node dials only endpoints that the application names. Reduced
  /// to the number of files that the process may open.
  peer::connection_limits connection_limits;
  /// Memory that peers can make the node hold, bytes. Above it no adapter call with a later result is made for data of
  /// a peer, and sessions are disconnected, first those of the inbound netgroup that holds most.
  std::size_t max_memory = peer::limits::memory;
  /// Endpoints that are denied, allowed exclusively, or preferred.
  peer::peer_lists peer_lists;
  /// Whether the limits of an address apply to 127.0.0.0/8, too, on a chain that is not on the Internet. If not, each
  /// session from there has limits of its own, so that processes on this computer do not share them.
  bool limit_loopback = false;
  /// Limits of the responses (chain data and transactions) to each address that dials the node, and to each endpoint
  /// that the node dials.
  peer::upload_limits upload_limits;
  /// Rate limit of the messages sent to each peer. Grin bans a peer that sends it more than the default.
  peer::rate_limit send_limit;
  /// Rate limit of the messages received from each peer. A peer that exceeds it is disconnected as `too_many_messages`.
  /// An address whose peers together exceed `connection_limits.inbound_per_address` times that is read less often.
  peer::rate_limit receive_limit{peer::limits::messages_per_second, peer::limits::messages_at_once};
  /// Size of the filters that remember what each peer has, so that it is not sent again.
  peer::filter_size known_filter;
  /// Dandelion: how the origin of a transaction is kept private.
  peer::dandelion_options dandelion;
  /// File of the store, created if it does not exist. It keeps addresses, bans and the node's own private transactions
  /// across runs. With `sqlite_store::in_memory` nothing is kept.
  std::string store_path = peer::sqlite_store::in_memory;
  /// The operator vouches for the wall clock, however far it is from the last time in the store; bans and everything
  /// else that has expired by that clock is expired.
  bool trust_clock = false;
  /// Time for an orderly shutdown after a stop. Half of it, at most `limits::farewell`, is for the last messages to
  /// peers, the rest for the store. With zero or less both are abandoned at once.
  io::duration shutdown_timeout = peer::limits::stop;
  /// Least severe level that is passed to the adapter's `log`.
  peer::log_level log_level = peer::log_level::info;
};

/// A node: listens, dials, performs handshakes, keeps sessions, relays transactions and blocks, manages addresses and
/// bans. All members must be called on the loop's thread; `handle` is for other threads. The runtime outlives the node.
/// When the node is destroyed, `run` must have completed or must never have been called.
///
/// Operations in two forms: one returns an awaitable, the other takes a callback, which is called once, on the loop,
/// possibly before the call returns. An exception of such a callback is handled like one of the adapter's functions: it
/// is logged, not propagated, and disconnects the session concerned, if there is one.
class node {
public:
  /// The runtime provides clock, timers, sockets, random numbers and workers. The adapter's functions are called on the
  /// loop.
  node(io::runtime& on, node_config config, peer::adapter host);
  node(const node&) = delete;
  node& operator=(const node&) = delete;
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

  /// Endpoint on which the node listens. Meaningful after the adapter's `listening` was called.
  [[nodiscard]] io::endpoint local_endpoint() const noexcept { return listening_at_; }

  /// Dials a peer. Completes after the handshake, with the peer or with the reason for the failure, which is
  /// `shutting_down` if `run` has not been called or is stopping.
  [[nodiscard]] task<result<peer::peer_info, peer::disconnect_info>> connect(io::endpoint where);
  void connect(io::endpoint where, std::function<void(result<peer::peer_info, peer::disconnect_info>)> done);

  /// Disconnects all peers in `where`; returns their number. The port of an inbound peer is the one that it advertises.
  std::size_t disconnect(const io::endpoint_range& where);
  /// Disconnects the peer with that id; false if there is none.
  bool disconnect(std::uint64_t peer);

  /// Bans an endpoint, all ports of an address, or a block of addresses, for `length` from now, clamped to 0 to
  /// `limits::longest_ban`. In force at once: sessions concerned are disconnected, and their peers are sent `cause` as
  /// the reason. Completes when the ban is on the disk. Fails if it is not stored yet, although it is in force and
  /// storing is retried; or if the port is 0, which is no peer's.
  [[nodiscard]] task<result<void, std::string>> ban(io::endpoint_range whom, io::duration length,
                                                    wire::reason_for_ban cause = wire::reason_for_ban::manual);
  void ban(io::endpoint_range whom, io::duration length, wire::reason_for_ban cause, peer::peer_store::stored done);

  /// Lifts every ban of a range within `whom`, at once; returns their number. Completes like `ban`.
  [[nodiscard]] task<result<std::size_t, std::string>> unban(io::endpoint_range whom);
  std::size_t unban(io::endpoint_range whom, peer::peer_store::stored done);

  /// Reports misbehavior that is certainly the peer's own, such as a block with an invalid proof of work. The peer is
  /// sent the reason and disconnected. An outbound peer is banned for `limits::usual_ban` unless it is preferred; an
  /// inbound peer's address is discouraged. False if there is no such peer.
  bool report_misbehavior(std::uint64_t peer, wire::reason_for_ban fault);

  /// Bans in force, ordered by range. O(n).
  [[nodiscard]] std::vector<peer::ban> bans() const { return peer_store_.banned().list(clock_.now()); }

  /// Content of the address book. O(n log n).
  [[nodiscard]] std::vector<peer::address_info> known_addresses() const { return peer_store_.book().list(); }
  /// State of an address, `banned` included.
  [[nodiscard]] peer::address_state address_state(const peer::address_info& which) const;

  /// Sends a transaction of the node's own through the Dandelion stem, which hides its origin. Completes when it is on
  /// its way and on the disk, from which the next run of the node resumes it. Until it is public the application must
  /// not reveal it. Fails if it is not valid, is already private or public here, or there is no room. Also fails if it
  /// is on its way but not stored yet; storing is retried.
  [[nodiscard]] task<result<void, std::string>> stem(wire::transaction_ptr tx);
  void stem(const wire::transaction_ptr& tx, peer::dandelion::stemmed done);

  /// Makes a transaction public now, whether it was in the stempool or is new: sends it to every peer that is not known
  /// to have it. From then on the adapter's `get_transaction` must find it by its kernels.
  peer::broadcast_report fluff(const wire::transaction_ptr& tx) { return dandelion_.fluff(tx); }

  /// Waits for the outcome of a private transaction. Empty if the transaction is not in the stempool.
  [[nodiscard]] task<std::optional<peer::stem_result>> stem_result(wire::transaction_ptr tx);
  /// `done` is called only if this returns true.
  bool stem_result(const wire::transaction_ptr& tx, peer::dandelion::ended done) {
    return dandelion_.when_over(*tx, faults_.contained(std::move(done), "stem_result"));
  }

  /// Notifies the node that the application has accepted a public transaction, or a block of the main chain, that it
  /// did not get from this node. The transactions leave the stempool and are not requested from peers any more.
  void tx_accepted(const wire::transaction& tx) {
    transaction_relay_.settled(tx.kernel_hashes());
    dandelion_.seen(tx);
  }
  void block_accepted(const wire::block& block) {
    transaction_relay_.settled(block.kernel_hashes());
    dandelion_.confirmed(block);
  }

  /// State of Dandelion. For the node's operator only: it reveals which transactions are private.
  [[nodiscard]] peer::dandelion_status dandelion() const { return dandelion_.status(); }

  /// Sends a transaction, header or block to every peer that `to` selects (empty: all peers) and that is not known to
  /// have it, as `peer::broadcaster` defines. Returns at once, with the complete report: frames wait in the peers' send
  /// queues. The adapter must already find a transaction by its kernels and a block by its hash, since peers request
  /// them at once. O(peers); encodes once for each form of the protocol versions.
  peer::broadcast_report broadcast(const wire::transaction_ptr& tx, const peer::peer_filter& to = {},
                                   peer::transaction_form as = peer::transaction_form::announced) {
    return transaction_relay_.broadcast(tx, to, as);
  }
  peer::broadcast_report broadcast(const wire::header& header, const peer::peer_filter& to = {}) {
    return chain_.broadcast(header, to);
  }
  peer::broadcast_report broadcast(const wire::compact_block_ptr& block, const peer::peer_filter& to = {}) {
    return chain_.broadcast(block, to);
  }
  peer::broadcast_report broadcast(const wire::block_ptr& block, const peer::peer_filter& to = {}) {
    return chain_.broadcast(block, to);
  }

  /// Sends a request to the peer with that id. Completes with the response, or with the reason for having none, within
  /// `limits::answer` after the request is sent, which is at once unless many frames wait before it. An archive must
  /// begin to arrive within `limits::archive_answer`.
  template <peer::question Question>
  void request(std::uint64_t peer, Question question, peer::response_handler<Question> done) {
    done = faults_.contained(std::move(done), "request", peer);
    peer::session* const asked = session_registry_.find(peer);
    if (asked == nullptr) {
      monitor_.counted.questions.unanswered.add(peer::request_error::no_such_peer);
      return done(failure{peer::request_error::no_such_peer});
    }
    asked->ask(std::move(question), std::move(done));
  }
  template <peer::question Question>
  [[nodiscard]] task<result<peer::response_to<Question>, peer::request_error>> request(std::uint64_t peer,
                                                                                       Question question) {
    using outcome = result<peer::response_to<Question>, peer::request_error>;
    oneshot<outcome> answer;
    request(peer, std::move(question), peer::response_handler<Question>{answer});
    const auto given = co_await answer.wait();
    if (!given) co_return failure{peer::request_error::disconnected};
    co_return std::move(*answer);
  }

  /// Queues any message of the protocol for one peer, with the priority of announcements. Use `request` for messages
  /// that have a response. False if there is no such peer, or the negotiated version has no form for the message.
  template <wire::message Message>
  bool send(std::uint64_t peer, const Message& message) {
    peer::session* const to = session_registry_.find(peer);
    return to != nullptr && to->offer(message, peer::send_priority::announcements).has_value();
  }

  /// Sets the capabilities sent in Hand and Shake from now on.
  void set_capabilities(wire::capabilities ours) noexcept { us_.capabilities = ours; }
  /// Trusts the wall clock from now on, at the operator's request. Otherwise a node that does not trust it waits until
  /// the headers of peers agree with it.
  void trust_clock() { clock_.trust(); }

  /// Sets the tip of the application's chain. Ping and Pong carry its total difficulty and height from now on, Hand and
  /// Shake its total difficulty; Dandelion and peer maintenance compare those of peers with it.
  void set_chain_tip(peer::chain_tip tip) noexcept { tip_->set(tip); }
  [[nodiscard]] peer::chain_tip tip() const noexcept { return us_.tip(); }

  /// Returns a handle for other threads. Its completion handlers run through the executor, or on the loop without one.
  /// Call it on the loop's thread, before `run` completes, any number of times.
  [[nodiscard]] pappus::node_handle handle(integration::executor by = {});

  /// Peers that are known to have a transaction (by a kernel hash) or a block (by its hash), because they announced or
  /// sent it or were sent it lately. A Bloom filter decides, so a peer that does not have it is rarely listed, too.
  /// O(peers).
  [[nodiscard]] std::vector<peer::peer_info> peers_with(const wire::hash& what) const;

  /// State and counters of all sessions. O(peers).
  [[nodiscard]] std::vector<peer::peer_stats> peers() const { return session_registry_.snapshot(); }
  /// Counters and gauges of the node, which `metrics_of` names. O(peers).
  [[nodiscard]] node_statistics statistics() const;
  [[nodiscard]] const node_config& config() const noexcept { return config_; }

private:
  friend pappus::node_handle;
  using connected = peer::connection_manager::connected;

  [[nodiscard]] queue_statistics queues() const;
  [[nodiscard]] const std::shared_ptr<integration::loop_dispatcher>& dispatcher();
  void close_doors();
  task<result<void>> live(scope& sessions, io::grace_period& last_words);
  task<result<void>> open(scope& sessions, coro::stop_token give_up);
  task<void> accept();
  task<void> dial_when_open(io::endpoint where, connected done);

  io::runtime& network_;
  std::size_t slots_wanted_;
  node_config config_;
  peer::session_registry session_registry_;
  peer::logger logger_;
  peer::containment faults_;
  peer::adapter host_;
  std::shared_ptr<integration::shared_chain_tip> tip_ = std::make_shared<integration::shared_chain_tip>();
  peer::local_node us_;
  peer::message_monitor monitor_;
  peer::node_clock clock_;
  peer::broadcaster broadcaster_;
  peer::peer_store peer_store_;
  peer::connection_gater admission_;
  peer::accounts accounts_;
  peer::ban_manager ban_manager_;
  std::shared_ptr<integration::loop_dispatcher>
      dispatcher_;  // for adapter results from other threads; null until one may come
  peer::adapter_calls adapter_calls_;
  peer::validator validator_;
  peer::diffusion diffusion_;
  peer::dandelion dandelion_;
  peer::transaction_relay transaction_relay_;
  peer::chain_service chain_;
  peer::address_relay address_relay_;
  peer::connection_manager connection_manager_;
  peer::discovery discovery_;
  peer::peer_maintenance peer_maintenance_;
  peer::memory_watch memory_;
  limit_watch limits_;
  io::listener_ptr listener_;
  io::endpoint listening_at_;
  event opened_;               // set when the bans have been read and the node listens
  scope* sessions_ = nullptr;  // null unless the node runs
  bool stop_requested_ = false;
  std::shared_ptr<integration::call_queue> calls_;  // from other threads; null until `handle` is called
};

}  // namespace pappus
