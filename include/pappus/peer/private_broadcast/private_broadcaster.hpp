// Private broadcast: the node's own transactions, each over a few connections of its own through a proxy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/backoff.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/timer_queue.hpp>
#include <pappus/peer/access/connection_gater.hpp>
#include <pappus/peer/accounts/accounts.hpp>
#include <pappus/peer/adapter/application_inventory.hpp>
#include <pappus/peer/adapter/node_events.hpp>
#include <pappus/peer/adapter/pool_adapter.hpp>
#include <pappus/peer/adapter/public_lookups.hpp>
#include <pappus/peer/broadcast_report.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/private_broadcast/options.hpp>
#include <pappus/peer/private_broadcast/status.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/peer/stem_result.hpp>
#include <pappus/peer/store/peer_store.hpp>
#include <pappus/peer/transport/connector.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Broadcasts the node's own transactions so that those who get them do not learn whose they are (Bitcoin Core 31,
/// -privatebroadcast). docs/guides/private_broadcast.md says what it does not hide.
///
/// A transaction is sent in rounds. In a round it goes to `private_broadcast_options::connections` peers of the address
/// book, which this node has not connected to: to each after a random time, through the proxy with credentials of its
/// own, over a connection that is no session. It carries this transaction alone, takes no slot, and changes neither the
/// book nor what is known of peers. Rounds are repeated, with growing pauses and other peers, until the transaction is
/// public: a peer that was not told sends it, the application reports it, or it is in a block. What a told peer sends
/// back is no proof: the peer may have sent it here alone. It is relayed, as by any node, and the next round comes much
/// later.
///
/// A round that has begun is completed, whatever happens, since a peer that has been told could otherwise learn whose
/// the transaction is: it would send it to one node, and see whether that ends the connections to others.
///
/// What peers send or request is answered without a look into this object: as if no transaction were here. All
/// dependencies outlive it.
class private_broadcaster {
public:
  // Called once, on the loop, unless `close` is called before. Must not throw.
  using sent = std::function<void(result<void>)>;
  using ended = std::function<void(result<stem_result>)>;

  struct dependencies {
    io::runtime& runtime;
    const local_node& local;
    const session_registry& peers;
    peer_store& store;
    const connection_gater& gater;
    const accounts& account;
    connector& paths;
    pool_adapter& pool;
    application_inventory& inventory;
    node_events& events;
    exception_boundary& exceptions;
    logger& log;
  };

  /// Throws `std::invalid_argument` for invalid options (`private_broadcast_options::check`).
  private_broadcaster(const dependencies& deps, const private_broadcast_options& options);
  private_broadcaster(const private_broadcaster&) = delete;
  private_broadcaster& operator=(const private_broadcaster&) = delete;

  /// To be called when the store has been read: resumes the private transactions of the last run, each when its next
  /// round is due, but at least `limits::min_resume_delay` later; what was on the stem, when its embargo is over.
  /// Connections run in `tasks`.
  void open(scope& tasks);
  /// To be called when the node stops, and connections with it: nothing more is sent. Callbacks of `send` are destroyed
  /// without being called, those of `on_finished` are called with `errc::closed`.
  void close();

  /// Broadcasts a transaction of the node's own. `done` is called with success when it is on the disk and on its way;
  /// or with the reason why it is not taken: it is invalid, here already or public, or there is no room; or, when it is
  /// on its way but not stored yet, with the store's reason.
  void send(const wire::transaction_ptr& tx, sent done);

  /// To be called when the node has made a transaction public at the application's request: tells the application so if
  /// it is here, and ends its broadcast.
  void fluffed(const wire::transaction_ptr& tx, const broadcast_report& report);

  /// Calls `done` with the outcome of a transaction that is here, or with `errc::closed` when the node stops before;
  /// false if it is not here.
  bool on_finished(const wire::transaction& tx, ended done);

  /// To be called when a peer has sent a public transaction that the application has accepted.
  void received(const peer_info& from, const wire::transaction& tx);
  /// To be called when a peer sends or announces the public transaction with that first kernel, whether the application
  /// has it or not.
  void announced(const peer_info& from, const wire::hash& kernel);
  /// To be called when the application reports that a transaction is public, or in a block.
  void seen(const wire::transaction& tx);
  void confirmed(const wire::block& in);

  [[nodiscard]] private_broadcast_status status() const noexcept;

private:
  enum class stage : std::uint8_t {
    validating,    // the adapter has not found it valid yet
    broadcasting,  // it has
  };

  /// A transaction that is not public yet.
  struct own_transaction final : io::timer_node {
    own_transaction(private_broadcaster& owner, wire::transaction_ptr whole, const io::backoff_options& retry)
        : tx(std::move(whole)), pauses(retry), owner_(owner) {}

    const wire::transaction_ptr tx;
    stage at = stage::validating;
    bool is_checking = false;        // the adapter has been asked whether it is valid
    bool in_round = false;           // connections are being made
    bool was_echoed = false;         // a told peer has sent it, and the application has accepted it
    io::backoff pauses;              // between rounds
    std::uint32_t rounds = 0;        // begun, by this run and those before
    std::vector<io::endpoint> told;  // the latest of them
    sent waiting;                    // for the validation
    std::vector<ended> finish_handlers;

  private:
    void on_timer() noexcept override { owner_.due(*this); }

    private_broadcaster& owner_;
  };

  /// What a round has come to.
  struct round_record {
    std::vector<io::endpoint> dialed;
    std::size_t told = 0;
    std::string obstacle;     // the last one
    bool is_stopped = false;  // with the node
  };
  class round_end;

  [[nodiscard]] own_transaction* find(const wire::transaction& tx);
  own_transaction& add(const wire::transaction_ptr& tx);
  void submit(const wire::transaction_ptr& tx, const sent& done);
  void restore(const stem_transaction& stored);
  void persist(own_transaction& which);
  void arm(own_transaction& which, io::duration after);
  void schedule(own_transaction& which, io::duration after);
  void due(own_transaction& which) noexcept;
  void look_up(own_transaction& which);
  void validate(own_transaction& which);
  void validated(own_transaction& which, std::optional<bool> valid);
  void begin_round(own_transaction& which);
  task<void> round(wire::transaction_ptr tx);
  task<void> make_connection(const wire::transaction_ptr& tx, round_record& in);
  task<bool> tell(const wire::transaction_ptr& tx, io::endpoint where, round_record& in);
  [[nodiscard]] std::optional<io::endpoint> draw(const wire::transaction& tx, const round_record& in);
  [[nodiscard]] std::optional<io::endpoint> select(const address_filter& fits);
  [[nodiscard]] bool may_tell(io::endpoint where, const round_record& in) const;
  [[nodiscard]] bool has_session_with(io::endpoint where) const;
  [[nodiscard]] bool was_told(const own_transaction& which, const peer_info& peer) const;
  bool note_told(const wire::transaction& tx, io::endpoint where);
  void note_not_told(const wire::transaction& tx, io::endpoint where);
  void note_round(const round_record& record);
  void made_public(std::span<const wire::hash> kernels, stem_outcome outcome);
  void finish(own_transaction& which, stem_result outcome);

  dependencies deps_;
  private_broadcast_options options_;
  public_lookups lookups_;
  std::map<wire::hash, own_transaction> own_;  // by first kernel
  std::size_t bytes_ = 0;                      // of these
  std::size_t connections_ = 0;                // open or being made
  scope* tasks_ = nullptr;                     // null before `open` and after `close`
  bool stalled_ = false;                       // the last round has reached no peer
  bool closed_ = false;
  private_broadcast_statistics counted_;
};

}  // namespace pappus::peer
