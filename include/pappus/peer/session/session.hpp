// Session with a peer after the handshake: reads and dispatches messages, sends pings, and disconnects with a reason.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/exceptions.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/accounts/account.hpp>
#include <pappus/peer/decaying_score.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/messages.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/address_message_handler.hpp>
#include <pappus/peer/session/chain_message_handler.hpp>
#include <pappus/peer/session/connection.hpp>
#include <pappus/peer/session/custom_message_limits.hpp>
#include <pappus/peer/session/custom_messages.hpp>
#include <pappus/peer/session/headers_receiver.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/message_limiter.hpp>
#include <pappus/peer/session/pending_requests.hpp>
#include <pappus/peer/session/ping_tracker.hpp>
#include <pappus/peer/session/postponed_responses.hpp>
#include <pappus/peer/session/receive_deadline.hpp>
#include <pappus/peer/session/traffic.hpp>
#include <pappus/peer/session/transaction_message_handler.hpp>

namespace pappus::peer {

/// Handlers of the messages that a session does not process itself. They outlive it.
struct message_handlers {
  transaction_message_handler& transactions;
  address_message_handler& addresses;
  chain_message_handler& chain;
};

class session;

/// Is told when a session's peer has another tip, and when it begins to disconnect.
class session_listener {
public:
  virtual void session_tip_changed(const session& which) noexcept = 0;
  virtual void session_ending(const session& which) noexcept = 0;

protected:
  ~session_listener() = default;
};

/// Lives on the stack of the coroutine that runs it. An exception inside it, or while other code sends through it,
/// disconnects it with `disconnect_reason::internal_error` and does not propagate.
class session final : private coro::supervisor {
public:
  /// `peer`: what is known of it; its tip is kept up to date. `nonce`: of the Hand. `account`: the account that is
  /// responsible for the peer. All references outlive the session.
  session(io::runtime& runtime, connection& connection, const local_node& local, peer_info& peer, std::uint64_t nonce,
          account& account, message_handlers handlers);

  /// Runs until either side has ended the session. After a stop it completes within `local_node::disconnect_timeout`.
  /// Does not throw once it has begun. To be called once.
  [[nodiscard]] task<void> run();
  /// Why it has ended, after `run`, or if that has thrown.
  [[nodiscard]] disconnect_info finish() noexcept;

  /// Disconnects the session; the first reason counts. Queued frames that need not wait for the rate limit are still
  /// written, a reason for the peer first, if the connection allows it, within `local_node::disconnect_timeout`.
  void end(disconnect_info reason) noexcept;
  /// Disconnects the session at once: queued frames are lost.
  void drop(disconnect_info reason) noexcept;
  [[nodiscard]] bool is_ending() const noexcept { return disconnect_.has_value(); }
  /// Null for none. It outlives the session, or is replaced before.
  void set_listener(session_listener* listener) noexcept { listener_ = listener; }

  /// Queues a message: a request, a ping or pong, or the ban reason before a disconnect that follows at once.
  /// Disconnects the session if the message cannot be encoded.
  template <wire::message Message>
  void send(const Message& message) noexcept {
    constexpr bool is_last = std::same_as<Message, wire::messages::ban_reason>;
    constexpr bool is_response = std::same_as<Message, wire::messages::pong>;
    contain([&] {
      const auto queued = enqueue(message, is_last       ? send_priority::disconnect
                                           : is_response ? send_priority::responses
                                                         : send_priority::control);
      if (!queued) end({disconnect_reason::internal_error, to_string(queued.error())});
    });
  }

  /// Queues a message and returns its size in bytes, or fails if it cannot be encoded for this peer. Disconnects the
  /// session if its send queue overflows. `source`: of an announcement. Throws if there is no memory to encode.
  template <wire::message Message>
  wire::encode_result<std::size_t> enqueue(const Message& message, send_priority priority,
                                           announcement_source source = {}) {
    PAPPUS_TRY(encoded, connection_.encode(message));
    const std::size_t size = encoded.size();
    send_frame(std::move(encoded), priority, source);
    return size;
  }

  /// Sends a request. `done` is called once, on the loop, perhaps before this returns, at the latest when the session
  /// ends. Only one archive can be requested at a time; a further one fails with `request_error::too_many`.
  template <peer_request Request>
  void request(Request request, response_handler<Request> done) noexcept {
    if (is_ending()) return requests_.fail_unsent<Request>(done, request_error::disconnected);
    constexpr bool one_at_a_time = std::same_as<Request, archive_request>;
    const bool is_taken = one_at_a_time && requests_.first<Request>() != nullptr;
    if (requests_.full() || is_taken) return requests_.fail_unsent<Request>(done, request_error::too_many);
    bool is_pending = false;
    request_error error = request_error::disconnected;  // if this throws
    contain([&] {
      const io::duration queued = longest_wait();
      if (!enqueue(message_of(request), send_priority::control)) {
        error = request_error::unwritable;
        return;
      }
      requests_.add(std::move(request), std::move(done), queued);
      is_pending = true;
      if (receive_deadline_ != nullptr) receive_deadline_->extend();
    });
    if (!is_pending) requests_.fail_unsent<Request>(done, error);
  }

  /// Requests the transaction with that kernel. The response goes to the `transaction_message_handler`.
  void request_transaction(const wire::hash& kernel) noexcept;

  /// Queues an archive, which is read and sent piece by piece. Requires `!is_sending_archive()`.
  void send_archive(const wire::messages::txhashset_archive& message, io::stream_ptr content) noexcept;
  [[nodiscard]] bool is_sending_archive() const noexcept { return connection_.outgoing().is_streaming(); }

  /// Queues a frame, which other sessions may share, encoded in a form that this peer reads. Does nothing once the
  /// session `is_ending`.
  void send_frame(wire::shared_bytes frame, send_priority priority, announcement_source source = {}) noexcept;

  /// The number of the frame that was queued last; and whether a frame has been written completely, O(queued frames).
  [[nodiscard]] std::uint64_t last_frame() const noexcept { return connection_.outgoing().pushed(); }
  [[nodiscard]] bool has_written(std::uint64_t frame) const noexcept { return !connection_.outgoing().contains(frame); }

  /// Whether so much is queued, since the peer reads slowly or much was sent at once, that nothing more of that source
  /// is relayed to the peer.
  [[nodiscard]] bool is_congested(announcement_source source = {}) const noexcept {
    return connection_.outgoing().announcements_full(source);
  }
  /// Number of announcements of the node itself for which the send queue has room now.
  [[nodiscard]] std::size_t announcement_room() const noexcept { return connection_.outgoing().announcement_room(); }

  /// Whether the peer has read enough of its responses to be sent more.
  [[nodiscard]] bool accepts_responses() const noexcept { return !connection_.outgoing().full(); }

  /// Whether a request of the peer may be answered now and need not be postponed.
  [[nodiscard]] bool may_respond() const noexcept { return responses_.may_respond(); }
  /// Counts a response of so many bytes, for the account and for the session, and charges its cost to the turn.
  void note_response(std::size_t bytes) noexcept;
  /// Calls `respond`, which answers a request of the peer, when the account's upload quota allows it and the requests
  /// before it have been answered; never once the session has ended. False if too many requests wait already; then the
  /// session is disconnected, too, if it has used up the quota by itself.
  bool postpone(std::function<void()> respond);

  /// Longest time that a request sent now waits for the rate limit.
  [[nodiscard]] io::duration longest_wait() const noexcept { return connection_.outgoing().longest_wait(); }

  [[nodiscard]] const peer_info& peer() const noexcept { return peer_; }
  [[nodiscard]] peer_stats status() const;
  /// Nonce of the Hand.
  [[nodiscard]] std::uint64_t nonce() const noexcept { return nonce_; }
  [[nodiscard]] io::time_point since() const noexcept { return since_; }
  [[nodiscard]] io::time_point last_received_at() const noexcept { return connection_.last_received_at(); }
  /// When the total difficulty that the peer reports last rose; if it has not, when the session began.
  [[nodiscard]] io::time_point progressed_at() const noexcept { return progressed_at_; }
  [[nodiscard]] std::optional<io::duration> best_ping() const noexcept { return pings_.best_round_trip(); }

  /// The peer has announced a block: its chain has at least that much work. Like the tip of a ping this is a claim.
  void tip_announced(chain_tip tip) noexcept {
    if (tip.total_difficulty > peer_.tip.total_difficulty) handle_tip(tip);
  }

  /// When the peer's last ping arrived; `io::time_point{}` if none has.
  [[nodiscard]] io::time_point last_ping_received_at() const noexcept { return pings_.last_received_at(); }
  /// Whether the peer may be unable to ping, or its pings may be unread: because a frame or a long response is under
  /// way, or because the node does not read from the peer until the peer has read its responses.
  [[nodiscard]] bool is_busy() const noexcept {
    return requests_.has_bulky() || is_sending_archive() || bytes_buffered() != 0 || !accepts_responses();
  }
  /// Suppresses the node's pings over this session, for `limits::max_ping_suppression` at most. Counted: they resume
  /// when every `suppress_pings(true)` has its `suppress_pings(false)`.
  void suppress_pings(bool on) noexcept { pings_.suppress(on); }

  /// Whether this peer is verified to be the one at its endpoint and does not merely claim it: because the node has
  /// dialed it there, or because the peer that the node had dialed there has abandoned that connection for this one.
  [[nodiscard]] bool is_endpoint_verified() const noexcept { return endpoint_verified_; }
  void mark_endpoint_verified() noexcept { endpoint_verified_ = true; }

  /// The account that is responsible for the peer.
  [[nodiscard]] account& charged_account() noexcept { return account_; }
  /// Adds points to the session's own misbehavior score. True if the score suffices to disconnect the session
  /// (`limits::discouragement_score`).
  [[nodiscard]] bool add_misbehavior(double points) noexcept;
  [[nodiscard]] std::uint64_t bytes_received() const noexcept { return connection_.bytes_received(); }
  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return connection_.outgoing().bytes_sent(); }
  /// Number of times that sending has waited for the rate limit.
  [[nodiscard]] std::uint64_t throttled() const noexcept { return connection_.outgoing().throttled(); }

  /// Frames and bytes that wait to be sent, received bytes that wait to be complete or processed, and open requests of
  /// the node.
  [[nodiscard]] std::size_t frames_waiting() const noexcept { return connection_.outgoing().frames(); }
  [[nodiscard]] std::size_t bytes_waiting() const noexcept { return connection_.outgoing().bytes_waiting(); }
  [[nodiscard]] std::size_t bytes_buffered() const noexcept { return connection_.bytes_buffered(); }
  /// See `connection`.
  [[nodiscard]] std::size_t memory() const noexcept { return connection_.memory(); }
  [[nodiscard]] io::time_point stalled_since() const noexcept { return connection_.stalled_since(); }
  [[nodiscard]] std::size_t requests_pending() const noexcept { return requests_.size(); }
  [[nodiscard]] bool awaits_pong() const noexcept { return pings_.awaits_pong(); }

private:
  class dispatcher;

  /// Calls `code`; an exception disconnects the session.
  template <class Code>
  void contain(Code code) noexcept {
    PAPPUS_EXCEPTIONS_TRY { code(); }
    PAPPUS_EXCEPTIONS_CATCH { connection_.monitor().exceptions.caught(*this, {}); }
  }
  void start(scope& tasks);
  void task_failed(std::exception_ptr exception) noexcept override;

  // Receiving: in session_receive.cpp.
  task<void> run_reader();
  void check_partial_frame();
  task<bool> read_no_frames(receive_deadline& deadline);
  task<result<void>> pause_reading();
  task<void> reading_failed(receive_deadline& deadline, std::error_code error);
  [[nodiscard]] bool dispatch_received();
  [[nodiscard]] bool may_process() noexcept;
  [[nodiscard]] bool turn_is_over() noexcept;
  [[nodiscard]] bool awaits_archive() noexcept;
  task<result<void>> next_turn();
  void handle_custom(const custom_message& type, const wire::frame& frame);
  template <peer_request Request>
  void handle_block(const response_to<Request>& message);
  void handle_tip(chain_tip tip) noexcept;

  // Messages that are processed while they arrive: in session_downloads.cpp.
  void handle_headers(wire::bytes_view body, bool is_complete);
  void check_lists(const wire::frame& partial);
  task<void> receive_archive(receive_deadline& deadline);

  // Sending.
  task<void> run_writer();
  void writing_failed(std::error_code error);
  void begin_ping_interval();
  void end_ping_interval();
  void send_ping_if_due();
  void connection_failed(std::error_code error);

  io::runtime& runtime_;
  connection& connection_;
  const local_node& local_;
  message_handlers handlers_;
  account& account_;
  decaying_score misbehavior_score_{limits::misbehavior_half_life};

  peer_info& peer_;
  std::uint64_t nonce_;
  io::time_point since_;
  io::time_point progressed_at_;
  bool endpoint_verified_;

  scope* tasks_ = nullptr;                     // of the reader and the writer, while they run
  std::optional<disconnect_info> disconnect_;  // once the session is ending
  session_listener* listener_ = nullptr;

  message_limiter message_limiter_;
  custom_message_limits custom_limits_;
  pending_requests requests_;
  headers_receiver headers_;
  wire::order_progress list_progress_;                        // of the arriving message
  std::optional<wire::messages::txhashset_archive> archive_;  // its description has arrived, and its bytes come next
  receive_deadline* receive_deadline_ = nullptr;              // of the reader, while it runs
  traffic_rate receive_rate_;

  postponed_responses responses_;
  ping_tracker pings_;
  io::timer pinger_;
  io::deadline write_deadline_;
  traffic_rate send_rate_;
};

}  // namespace pappus::peer
