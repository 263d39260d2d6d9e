// The composition root: a node of the network on one loop, the one class most programs touch.
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

struct node_config {
  wire::chain_parameters chain = wire::parameters_of(wire::chain_type::usernet);
  wire::protocol_version protocol_version = wire::latest_version;  // the highest we speak
  std::optional<wire::capabilities> capabilities;                  // if absent, what follows from what the host answers
  std::string user_agent = "MW/pappus " + std::string{library_version};

  /// Where to listen; port 0 lets the system choose.
  io::endpoint listen{{}, chain.default_port};
  /// Where we say we can be dialled; if absent, where we listen.
  std::optional<io::endpoint> advertise;
  /// Peers to stay connected to. They are exempt from the rules for addresses, and preferred like those of
  /// `lists.prefer`, one session each.
  std::vector<io::endpoint> preferred_peers;
  /// The same, by names, which are looked up before each attempt. One that cannot be is tried again.
  std::vector<peer::seed> preferred_hosts;
  /// Between the end of a connection to one of them and the next attempt.
  io::backoff_options reconnect;
  /// Where to ask for peers if none are known; if absent, where everybody on the network does.
  std::optional<std::vector<peer::seed>> seeds;
  /// How many connections to keep. Without outbound slots nobody is dialled but whom the host names. Fewer, where the
  /// process may not open so many files.
  peer::connection_limits connection_limits;
  /// All that peers may make the node hold, in bytes. Beyond that it takes no more stems and questions, and ends
  /// sessions: those of the inbound netgroup that holds most first.
  std::size_t max_memory = peer::limits::memory;
  /// Whom not to talk to, whom alone, and whom above all.
  peer::peer_lists peer_lists;
  /// Whether the limits of an address hold for 127.0.0.0/8, too, on a network that is not on the Internet. There the
  /// machine's own processes are told apart by their sessions alone if not.
  bool limit_loopback = false;
  /// How much of the chain and of transactions is told to each address that dials us, and to each peer that we dial.
  peer::upload_limits upload_limits;
  /// At most so many messages are sent to each peer. Grin bans those from whom it gets more than the default.
  peer::rate_limit send_limit;
  /// Whoever sends more messages than that is at fault; the peers behind an address that send more than
  /// `slots.inbound_per_address` may are listened to less often.
  peer::rate_limit receive_limit{peer::limits::messages_per_second, peer::limits::messages_at_once};
  /// How much is remembered of what each peer has, so that it is not sent again.
  peer::filter_size known_filter;
  /// How transactions are kept private at first.
  peer::dandelion_options dandelion;
  /// The file in which addresses, bans, and what of our own is still private outlast the node; it is made if it is not
  /// there. Only with `store::in_memory` nothing does.
  std::string store_path = peer::sqlite_store::in_memory;
  /// The operator says that the clock of this machine is right, however far it is from what the store has seen last;
  /// what has run out by it meanwhile has run out.
  bool trust_clock = false;
  /// How long it may take to end in order after a stop: half of it, and `limits::farewell` at most, for the last words
  /// to peers, the rest for the store. No time, or less, gives up at once.
  io::duration shutdown_timeout = peer::limits::stop;
  /// What the host's log is told, and whatever is worse.
  peer::log_level log_level = peer::log_level::info;
};

/// Listens, dials, shakes hands, keeps sessions and relays transactions. All members are for the loop's thread. What it
/// was made with outlives it; it must have been stopped, by the end of `run`, when it is destroyed.
///
/// Where an operation has two forms, one gives an awaitable and the other takes a callback, which is called once, on
/// the loop, perhaps before the call returns. What such a callback throws is treated as what the host's functions
/// throw.
class node {
public:
  node(io::runtime& on, node_config config, peer::adapter host);
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node();

  /// Runs the node until it is stopped, by `stop` or by the token it runs under. Fails at once if it cannot listen, or,
  /// with a `peer::store_fault`, if it must not go on with its store. Once only.
  ///
  /// It completes within `node_config::stop_within` of the stop. Then all sessions have ended, what was left for the
  /// store has been written, and another node can open it; or it fails with `peer::store_fault::unresponsive`, and a
  /// worker thread has the store until it is done: only what was said to be stored is sure to be.
  [[nodiscard]] task<result<void>> run();

  /// Asks `run` to end, also when it has not begun yet.
  void stop() noexcept;

  /// Where it listens, once it does.
  [[nodiscard]] io::endpoint local_endpoint() const noexcept { return listening_at_; }

  /// Dials a peer. Completes with the peer after the handshake, or with why there is none.
  [[nodiscard]] task<result<peer::peer_info, peer::disconnect_info>> connect(io::endpoint where);
  void connect(io::endpoint where, std::function<void(result<peer::peer_info, peer::disconnect_info>)> done);

  /// Ends the sessions with all peers in `where`, as they say themselves where they have dialled us; gives how many
  /// there were.
  std::size_t disconnect(const io::endpoint_range& where);
  /// Ends that of the peer with that id; false if there is none.
  bool disconnect(std::uint64_t peer);

  /// Bans an endpoint, all ports of an address, or a block, for `length` from now, 0 to `limits::longest_ban`: in force
  /// at once, also against those who are connected, who are told `cause`. Completes when the ban is on the disk; fails
  /// if it is not stored yet, and then it is tried again, or if it is of port 0, where nobody is.
  [[nodiscard]] task<result<void, std::string>> ban(io::endpoint_range whom, io::duration length,
                                                    wire::reason_for_ban cause = wire::reason_for_ban::manual);
  void ban(io::endpoint_range whom, io::duration length, wire::reason_for_ban cause, peer::peer_store::stored done);

  /// Lifts every ban of a range within `whom`, at once; gives how many there were. Completes, with `done`, as `ban`
  /// does.
  [[nodiscard]] task<result<std::size_t, std::string>> unban(io::endpoint_range whom);
  std::size_t unban(io::endpoint_range whom, peer::peer_store::stored done);

  /// The host has found a fault that only that peer can be blamed for, such as a block that nobody could have mined:
  /// its session ends, and it is told why. If we have dialled it, and it is not preferred, it is banned for
  /// `limits::usual_ban`; if it has dialled us, its address is discouraged. False if there is no such peer.
  bool report_misbehavior(std::uint64_t peer, wire::reason_for_ban fault);

  /// The bans in force, in the order of their ranges. O(n).
  [[nodiscard]] std::vector<peer::ban> bans() const { return peer_store_.banned().list(clock_.now()); }

  /// The address book. O(n log n).
  [[nodiscard]] std::vector<peer::address_info> known_addresses() const { return peer_store_.book().list(); }
  /// Its state with regard to bans, too.
  [[nodiscard]] peer::address_state address_state(const peer::address_info& which) const;

  /// Sends a transaction of our own out so that nobody can tell whose it is: along the stem first. Completes when it is
  /// on its way and on the disk, from where the next run of the node takes it up again; until it is public the host
  /// must not show it to anybody. Fails if it is not valid, is private or public already, or there is no room; or, on
  /// its way all the same, if it is not stored yet, and then that is tried again.
  [[nodiscard]] task<result<void, std::string>> stem(wire::transaction_ptr tx);
  void stem(const wire::transaction_ptr& tx, peer::dandelion::stemmed done);

  /// Makes a transaction public now, be it private until then or new: sends it to every peer that is not known to have
  /// it. The host must find it by its kernels from then on.
  peer::broadcast_report fluff(const wire::transaction_ptr& tx) { return dandelion_.fluff(tx); }

  /// What becomes of a private transaction, once that is known; nothing if it is not private.
  [[nodiscard]] task<std::optional<peer::stem_result>> stem_result(wire::transaction_ptr tx);
  /// `done` is called if this gives true.
  bool stem_result(const wire::transaction_ptr& tx, peer::dandelion::ended done) {
    return dandelion_.when_over(*tx, faults_.contained(std::move(done), "end_of"));
  }

  /// The host has learnt otherwise than from this node that a valid transaction is public, or in a block of the main
  /// chain: what is private no more is given up, and nobody is asked for it any more.
  void tx_accepted(const wire::transaction& tx) {
    transaction_relay_.settled(tx.kernel_hashes());
    dandelion_.seen(tx);
  }
  void block_accepted(const wire::block& block) {
    transaction_relay_.settled(block.kernel_hashes());
    dandelion_.confirmed(block);
  }

  /// For nobody's eyes but the operator's.
  [[nodiscard]] peer::dandelion_status dandelion() const { return dandelion_.status(); }

  /// Sends news to every peer of an audience, empty for everybody, that is not known to have them; `peer::broadcaster`
  /// says what counts as known. What they give is complete when they return, so they have no form to wait for: what is
  /// sent waits in the peers' outboxes. The host must already find a transaction by its kernels, and a block by its id,
  /// for peers ask at once. O(peers); encodes once.
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

  /// Asks the peer with that id. Completes with its answer, or with why there is none, within `limits::answer` (an
  /// archive must have begun within `limits::archive_answer`) from when the question is sent, which is at once unless
  /// many wait before it.
  template <peer::question Question>
  void request(std::uint64_t peer, Question question, peer::response_handler<Question> done) {
    done = faults_.contained(std::move(done), "ask", peer);
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

  /// Sends one peer a message of the protocol as it is: news, above all; whoever asks uses `ask`. False if there is no
  /// such peer, or the message cannot be written at its version.
  template <wire::message Message>
  bool send(std::uint64_t peer, const Message& message) {
    peer::session* const to = session_registry_.find(peer);
    return to != nullptr && to->offer(message, peer::send_priority::announcements).has_value();
  }

  /// What Hand and Shake say that we serve, from now on.
  void set_capabilities(wire::capabilities ours) noexcept { us_.capabilities = ours; }
  /// The operator says that the clock of this machine is right now, so that a node that does not trust it need not wait
  /// until the headers of peers agree with it.
  void trust_clock() { clock_.trust(); }

  /// What pings say of our chain from now on.
  void set_chain_tip(peer::chain_tip tip) noexcept { tip_->set(tip); }
  [[nodiscard]] peer::chain_tip tip() const noexcept { return us_.tip(); }

  /// This node as other threads see it; their callbacks run through the executor, or, without one, on the loop. To be
  /// called on the loop's thread before the end of `run`, and then as often as one likes.
  [[nodiscard]] pappus::node_handle handle(integration::executor by = {});

  /// The peers that are known to have a transaction, by a kernel, or a block, by its id, since they have told of it or
  /// were sent it lately: whom to ask for the rest. By a filter, so seldom one too many. O(peers).
  [[nodiscard]] std::vector<peer::peer_info> peers_with(const wire::hash& what) const;

  /// O(peers).
  [[nodiscard]] std::vector<peer::peer_stats> peers() const { return session_registry_.snapshot(); }
  /// O(peers). `metrics_of` lists what is in it.
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
  std::shared_ptr<integration::loop_dispatcher> dispatcher_;  // for answers from other threads, once there may be some
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
  event opened_;               // the bans are known and we listen
  scope* sessions_ = nullptr;  // while the node runs
  bool stop_requested_ = false;
  std::shared_ptr<integration::call_queue> calls_;  // from other threads, once there may be some
};

}  // namespace pappus
