// Session with a peer after the handshake: reads and dispatches messages, sends pings, and disconnects with a reason.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/exceptions.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/accounts/account.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/decaying_score.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/messages.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/rate_limit.hpp>
#include <pappus/peer/session/address_listener.hpp>
#include <pappus/peer/session/chain_listener.hpp>
#include <pappus/peer/session/connection.hpp>
#include <pappus/peer/session/custom_messages.hpp>
#include <pappus/peer/session/handshake.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/pending_requests.hpp>
#include <pappus/peer/session/traffic.hpp>
#include <pappus/peer/session/transaction_listener.hpp>
#include <pappus/wire/headers_decoder.hpp>

namespace pappus::peer {

/// Handlers of the messages that a session does not process itself. They outlive it.
struct listeners {
  transaction_listener& transactions;
  address_listener& addresses;
  chain_listener& chain;
};

/// Lives on the stack of the coroutine that runs it. An exception inside it, or while other code sends through it,
/// disconnects it with `disconnect_reason::internal_error` and does not propagate.
class session final : private coro::supervisor {
public:
  /// `account`: the account that is responsible for the peer. All references outlive the session.
  session(io::runtime& runtime, connection& over, const local_node& local, handshake_result shaken, account& account,
          listeners above);

  /// Runs until either side has ended the session, and returns why. After a stop it completes within
  /// `local_node::disconnect_timeout`. Does not throw once it has begun. To be called once.
  [[nodiscard]] task<disconnect_info> run();

  /// Disconnects the session; the first reason counts. Queued frames that need not wait for the rate limit are still
  /// written, a reason for the peer first, if the connection allows it, within `local_node::disconnect_timeout`.
  void end(disconnect_info why) noexcept;
  /// Disconnects the session at once: queued frames are lost.
  void drop(disconnect_info why) noexcept;
  [[nodiscard]] bool is_ending() const noexcept { return ended_.has_value(); }

  /// Queues a message: a request, a ping or pong, or the ban reason before a disconnect that follows at once.
  /// Disconnects the session if the message cannot be encoded.
  template <wire::message Message>
  void send(const Message& message) noexcept {
    constexpr bool last = std::same_as<Message, wire::messages::ban_reason>;
    constexpr bool answers = std::same_as<Message, wire::messages::pong>;
    contain([&] {
      const auto sent = offer(message, last      ? send_priority::disconnect
                                       : answers ? send_priority::responses
                                                 : send_priority::control);
      if (!sent) end({disconnect_reason::internal_error, to_string(sent.error())});
    });
  }

  /// Queues a message and returns its size in bytes, or fails if it cannot be encoded for this peer. Disconnects the
  /// session if its send queue overflows. `of`: the source of an announcement. Throws if there is no memory to encode.
  template <wire::message Message>
  wire::encode_result<std::size_t> offer(const Message& message, send_priority in, news_source of = {}) {
    PAPPUS_TRY(encoded, over_.encode(message));
    const std::size_t size = encoded.size();
    send_frame(std::move(encoded), in, of);
    return size;
  }

  /// Sends a request. `done` is called once, on the loop, perhaps before this returns, at the latest when the session
  /// ends. Only one archive can be requested at a time; a further one fails with `request_error::too_many`.
  template <question Question>
  void request(Question asked, response_handler<Question> done) noexcept {
    if (ended_) return asked_.refuse<Question>(done, request_error::disconnected);
    constexpr bool alone = std::same_as<Question, archive_request>;
    const bool taken = alone && asked_.first<Question>() != nullptr;
    if (asked_.full() || taken) return asked_.refuse<Question>(done, request_error::too_many);
    bool is_open = false;
    request_error why = request_error::disconnected;  // if this throws
    contain([&] {
      const io::duration queued = longest_wait();
      if (!offer(message_of(asked), send_priority::control)) {
        why = request_error::unwritable;
        return;
      }
      asked_.put(std::move(asked), std::move(done), queued);
      is_open = true;
      be_patient();
    });
    if (!is_open) asked_.refuse<Question>(done, why);
  }

  /// Requests the transaction with that kernel. The response goes to the `transaction_listener`.
  void request_transaction(const wire::hash& kernel) noexcept;

  /// Queues an archive, which is read and sent piece by piece. Requires `!is_sending_archive()`.
  void send_archive(const wire::messages::txhashset_archive& message, io::stream_ptr content) noexcept;
  [[nodiscard]] bool is_sending_archive() const noexcept { return over_.outgoing().is_streaming(); }

  /// Queues a frame, which other sessions may share, encoded in a form that this peer reads. Does nothing once the
  /// session `is_ending`.
  void send_frame(wire::shared_bytes frame, send_priority in, news_source of = {}) noexcept;

  /// The number of the frame that was queued last; and whether a frame has been written completely, O(queued frames).
  [[nodiscard]] std::uint64_t last_frame() const noexcept { return over_.outgoing().pushed(); }
  [[nodiscard]] bool has_written(std::uint64_t frame) const noexcept { return !over_.outgoing().contains(frame); }

  /// Whether so much is queued, since the peer reads slowly or much was sent at once, that nothing more of that source
  /// is relayed to the peer.
  [[nodiscard]] bool is_congested(news_source of = {}) const noexcept { return over_.outgoing().full_of_news(of); }
  /// Number of announcements of the node itself for which the send queue has room now.
  [[nodiscard]] std::size_t news_room() const noexcept { return over_.outgoing().news_room(); }

  /// Whether the peer has read enough of its responses to be sent more.
  [[nodiscard]] bool accepts_responses() const noexcept { return !over_.outgoing().full(); }

  /// Whether a request of the peer may be answered now and need not be postponed.
  [[nodiscard]] bool may_respond() const noexcept { return postponed_.empty() && account_.has_answer(runtime_.now()); }
  /// Counts a response of so many bytes, for the account and for the session.
  void note_response(std::size_t bytes) noexcept;
  /// Calls `answer`, which answers a request of the peer, when the account's upload quota allows it and the requests
  /// before it have been answered; never once the session has ended. False if too many requests wait already; then the
  /// session is disconnected, too, if it has used up the quota by itself.
  bool postpone(std::function<void()> answer);

  /// Longest time that a request sent now waits for the rate limit.
  [[nodiscard]] io::duration longest_wait() const noexcept { return over_.outgoing().longest_wait(); }

  [[nodiscard]] const peer_info& peer() const noexcept { return peer_; }
  [[nodiscard]] peer_stats status() const;
  /// Nonce of the Hand.
  [[nodiscard]] std::uint64_t nonce() const noexcept { return nonce_; }
  [[nodiscard]] io::time_point since() const noexcept { return since_; }
  [[nodiscard]] io::time_point last_received_at() const noexcept { return over_.last_received_at(); }
  /// When the total difficulty that the peer reports last rose; if it has not, when the session began.
  [[nodiscard]] io::time_point progressed_at() const noexcept { return progressed_at_; }
  [[nodiscard]] std::optional<io::duration> best_ping() const noexcept { return best_ping_; }

  /// When the peer's last ping arrived; `io::time_point{}` if none has.
  [[nodiscard]] io::time_point last_ping_received_at() const noexcept { return heard_ping_at_; }
  /// Whether the peer may be unable to ping, or its pings may be unread: because a frame or a long response is under
  /// way, or because the node does not read from the peer until the peer has read its responses.
  [[nodiscard]] bool is_busy() const noexcept {
    return asked_.bulky() || is_sending_archive() || bytes_buffered() != 0 || !accepts_responses();
  }
  /// Suppresses the node's pings over this session, for `limits::max_ping_suppression` at most. Counted: they resume
  /// when every `suppress_pings(true)` has its `suppress_pings(false)`.
  void suppress_pings(bool hushed) noexcept { hushed_ += hushed ? 1 : -1; }

  /// Whether this peer is verified to be the one at its endpoint and does not merely claim it: because the node has
  /// dialed it there, or because the peer that the node had dialed there has abandoned that connection for this one.
  [[nodiscard]] bool is_endpoint_verified() const noexcept { return proven_; }
  void mark_endpoint_verified() noexcept { proven_ = true; }

  /// The account that is responsible for the peer.
  [[nodiscard]] account& charged_account() noexcept { return account_; }
  /// Adds points to the session's own misbehavior score. True if the score suffices to disconnect the session
  /// (`limits::discouragement_score`).
  [[nodiscard]] bool add_misbehavior(double points) noexcept;
  [[nodiscard]] std::uint64_t bytes_received() const noexcept { return over_.bytes_received(); }
  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return over_.outgoing().bytes_sent(); }
  /// Number of times that sending has waited for the rate limit.
  [[nodiscard]] std::uint64_t throttled() const noexcept { return over_.outgoing().throttled(); }

  /// Frames and bytes that wait to be sent, received bytes that wait to be complete or processed, and open requests of
  /// the node.
  [[nodiscard]] std::size_t frames_waiting() const noexcept { return over_.outgoing().frames(); }
  [[nodiscard]] std::size_t bytes_waiting() const noexcept { return over_.outgoing().bytes_waiting(); }
  [[nodiscard]] std::size_t bytes_buffered() const noexcept { return over_.bytes_buffered(); }
  /// See `connection`.
  [[nodiscard]] std::size_t memory() const noexcept { return over_.memory(); }
  [[nodiscard]] io::time_point stalled_since() const noexcept { return over_.stalled_since(); }
  [[nodiscard]] std::size_t questions_open() const noexcept { return asked_.open(); }
  [[nodiscard]] bool awaits_pong() const noexcept { return pinged_at_.has_value(); }

private:
  class dispatcher;
  class patience;

  /// A batch of headers that is arriving.
  struct arriving_headers {
    wire::headers_decoder reader;
    std::size_t taken = 0;  // headers handed on so far
    bool cut = false;       // a header was from the future: all that follow it are dropped
  };
  /// Calls `code`; an exception disconnects the session.
  template <class Code>
  void contain(Code code) noexcept {
    PAPPUS_EXCEPTIONS_TRY { code(); }
    PAPPUS_EXCEPTIONS_CATCH { over_.watch().exceptions.caught(*this, {}); }
  }
  void child_threw(std::exception_ptr thrown) noexcept override;

  void converse(scope& side_by_side);
  task<void> listen();
  task<void> receive(io::deadline& alive);
  task<void> take_archive(io::deadline& alive);
  task<void> write();
  task<void> keep_pinging();
  [[nodiscard]] bool awaits_archive() noexcept;
  [[nodiscard]] bool takes_messages() noexcept;
  [[nodiscard]] bool turn_is_over() noexcept;
  task<result<void>> next_turn();
  void send_ping();
  task<void> answer_postponed();
  [[nodiscard]] bool dispatch_arrived();
  void note_message() noexcept;
  void take_custom(const custom_message& type, const wire::frame& received);
  template <question Question>
  void take_block(const response_to<Question>& said);
  void take_headers(wire::bytes_view arrived, bool whole);
  void hand_on(std::span<const wire::header> batch);
  void check_lists(const wire::frame& arriving);
  void note_tip(chain_tip tip) noexcept;
  void note_pong() noexcept;
  void be_patient() noexcept;
  [[nodiscard]] io::time_point silent_at() const noexcept;
  [[nodiscard]] bool may_ping() const noexcept;
  void lost(std::error_code failed);

  io::runtime& runtime_;
  connection& over_;
  const local_node& local_;
  peer_info peer_;
  std::uint64_t nonce_;
  io::time_point since_;
  io::time_point progressed_at_;
  listeners above_;
  account& account_;
  decaying_score score_{limits::misbehavior_half_life};
  io::token_bucket accepted_;                     // messages
  upload_quota answered_;                         // upload quota of this session alone
  std::vector<std::function<void()>> postponed_;  // requests of the peer that wait for the quota of `account_`
  struct custom_allowance {
    std::uint8_t code;
    rate_limit limit;
    io::token_bucket tokens;
  };
  std::vector<custom_allowance> custom_allowances_;  // of each custom message, from the first that was received
  pending_requests asked_;
  arriving_headers headers_;
  wire::order_progress lists_;                                // of the arriving message
  std::optional<wire::messages::txhashset_archive> archive_;  // its description has arrived, and its bytes come next
  std::optional<disconnect_info> ended_;
  std::optional<io::time_point> pinged_at_;  // the oldest ping without a pong
  std::optional<io::duration> best_ping_;
  io::time_point last_pinged_at_;
  io::time_point heard_ping_at_{};
  int hushed_ = 0;
  bool proven_;
  std::uint64_t messages_received_ = 0;
  bool has_taken_message_ = false;  // the next one was accepted by `account_` already
  traffic_rate receives_;
  traffic_rate sends_;
  scope* side_by_side_ = nullptr;         // of the reader, the pinger and the writer, while they run
  io::deadline* alive_ = nullptr;         // of the reader, while it runs
  io::time_point frame_due_ = io::never;  // when the arriving frame must be complete
  io::deadline writing_;                  // of the writer
};

}  // namespace pappus::peer
