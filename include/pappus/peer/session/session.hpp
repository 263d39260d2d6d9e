// A connection after its handshake: reads and dispatches what comes, keeps the peer alive, and ends with a reason.
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
#include <pappus/io/runtime.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/accounts/account.hpp>
#include <pappus/peer/decaying_score.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/filter/rolling_bloom_filter.hpp>
#include <pappus/peer/messages.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/address_listener.hpp>
#include <pappus/peer/session/chain_listener.hpp>
#include <pappus/peer/session/connection.hpp>
#include <pappus/peer/session/handshake.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/pending_requests.hpp>
#include <pappus/peer/session/traffic.hpp>
#include <pappus/peer/session/transaction_listener.hpp>
#include <pappus/wire/headers_decoder.hpp>

namespace pappus::peer {

/// Who decides what a session does not decide itself. They outlive it.
struct listeners {
  transaction_listener& transactions;
  address_listener& addresses;
  chain_listener& chain;
};

/// Lives on the stack of the coroutine that runs it. Whatever is thrown in it, or while somebody else has it send
/// something, ends it as `end_cause::internal_error` and goes no further.
class session final : private coro::supervisor {
public:
  /// `charged` is who answers for it.
  session(io::runtime& on, connection& over, const local_node& us, handshake_result shaken, account& charged,
          listeners above);

  /// Runs until the session has ended, by whatever side; gives why. Completes within `identity::farewell` of a stop,
  /// and does not throw once it has begun. Once only.
  [[nodiscard]] task<disconnect_info> run();

  /// Ends it; the first reason counts. What is queued and need not wait for its pace is still written if the connection
  /// and the time allow; a reason for the peer goes first.
  void end(disconnect_info why) noexcept;
  /// Ends it at once: what is queued is lost.
  void drop(disconnect_info why) noexcept;
  [[nodiscard]] bool is_ending() const noexcept { return ended_.has_value(); }

  /// Queues a message of the session's own: a request, a sign of life, or the reason of an end that follows at once.
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

  /// Queues a message and gives its size in bytes, or fails if it cannot be written for this peer. Ends the session if
  /// the peer is too far behind. News have a source. Throws if there is no memory to write it.
  template <wire::message Message>
  wire::encode_result<std::size_t> offer(const Message& message, send_priority in, news_source of = {}) {
    PAPPUS_TRY(encoded, over_.encode(message));
    const std::size_t size = encoded.size();
    send_frame(std::move(encoded), in, of);
    return size;
  }

  /// Asks the peer. `done` is called once, on the loop, perhaps before this returns, at the latest when the session
  /// ends. An archive is the only one of its kind at a time.
  template <question Question>
  void ask(Question asked, response_handler<Question> done) noexcept {
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

  /// Asks for the transaction with that kernel. The answer comes to the listener for transactions.
  void ask_for_transaction(const wire::hash& kernel) noexcept;

  /// Queues an archive, which is read and sent piece by piece. Only while none `is_sending_archive`.
  void send_archive(const wire::messages::txhashset_archive& said, io::stream_ptr content) noexcept;
  [[nodiscard]] bool is_sending_archive() const noexcept { return over_.outgoing().is_streaming(); }

  /// Queues a frame that many may share, encoded for a form this peer reads; nothing once the session `is_ending`.
  void send_frame(wire::shared_bytes frame, send_priority in, news_source of = {}) noexcept;

  /// The number of the frame that was queued last, and whether one has been written.
  [[nodiscard]] std::uint64_t last_frame() const noexcept { return over_.outgoing().pushed(); }
  [[nodiscard]] bool has_written(std::uint64_t frame) const noexcept { return !over_.outgoing().holds(frame); }

  /// Whether the peer takes so slowly, or has been told so much at once, that it is relayed nothing of that source.
  [[nodiscard]] bool is_congested(news_source of = {}) const noexcept { return over_.outgoing().full_of_news(of); }
  /// How many news of the node itself it can be told of now.
  [[nodiscard]] std::size_t news_room() const noexcept { return over_.outgoing().news_room(); }

  /// Whether the peer has taken enough of what it asked for to be given more.
  [[nodiscard]] bool takes_answers() const noexcept { return !over_.outgoing().full(); }

  /// Whether a question of the peer's is answered now, and not postponed.
  [[nodiscard]] bool may_be_answered() const noexcept { return postponed_.empty() && charged_.has_answer(on_.now()); }
  /// It was, with so many bytes.
  void was_answered(std::size_t bytes) noexcept;
  /// Calls `answer`, which answers one of its questions, when its account allows for one and those before it have had
  /// their turn; never once the session has ended. False if too many wait already: then it ends, too, if it has had all
  /// that its account may have itself.
  bool postpone(std::function<void()> answer);

  /// How long a request that is sent now waits at most until its pace lets it go.
  [[nodiscard]] io::duration longest_wait() const noexcept { return over_.outgoing().longest_wait(); }

  [[nodiscard]] const peer_info& peer() const noexcept { return peer_; }
  [[nodiscard]] peer_stats status() const;
  /// Of the Hand that opened it.
  [[nodiscard]] std::uint64_t nonce() const noexcept { return nonce_; }
  [[nodiscard]] io::time_point since() const noexcept { return since_; }
  [[nodiscard]] io::time_point heard_at() const noexcept { return over_.heard_at(); }
  /// When what it says of its chain's difficulty last rose; when it began, if it has not.
  [[nodiscard]] io::time_point progressed_at() const noexcept { return progressed_at_; }
  [[nodiscard]] std::optional<io::duration> best_ping() const noexcept { return best_ping_; }

  /// When the peer last pinged; the beginning of time, if it has not.
  [[nodiscard]] io::time_point heard_ping_at() const noexcept { return heard_ping_at_; }
  /// Whether the peer may be unable to ping, or its pings unread: because of a frame or a long answer that is on its
  /// way, or because it is not read until it has taken what waits for it.
  [[nodiscard]] bool keeps_peer_busy() const noexcept {
    return asked_.bulky() || is_sending_archive() || bytes_held() != 0 || !takes_answers();
  }
  /// Whether it is not pinged, for `limits::longest_hush` at most; ends when all who wanted so do not want it any more.
  void hush(bool hushed) noexcept { hushed_ += hushed ? 1 : -1; }

  /// Whether the peer at its endpoint is this one, and not just one that says so: because we have dialled it there, or
  /// because whom we had dialled there has given up that connection for this one.
  [[nodiscard]] bool is_proven() const noexcept { return proven_; }
  void prove() noexcept { proven_ = true; }

  /// It has brought what was new and valid.
  void brought_transaction() noexcept { brought_transaction_at_ = on_.now(); }
  void brought_block() noexcept { brought_block_at_ = on_.now(); }
  [[nodiscard]] std::optional<io::time_point> brought_transaction_at() const noexcept {
    return brought_transaction_at_;
  }
  [[nodiscard]] std::optional<io::time_point> brought_block_at() const noexcept { return brought_block_at_; }
  /// What it has: transactions by their kernels, blocks by their ids, or of a block the header alone.
  [[nodiscard]] rolling_bloom_filter& known() noexcept { return known_; }
  void note_known(const wire::hash& what) { known_.add(us_.seen.fingerprint_of(what)); }
  /// The account of who answers for it.
  [[nodiscard]] account& charged() noexcept { return charged_; }
  /// Its questions for addresses.
  [[nodiscard]] io::token_bucket& address_questions() noexcept { return address_questions_; }
  /// Adds points to what it has done wrong itself; whether that is enough to end it.
  [[nodiscard]] bool blame(double points) noexcept;
  [[nodiscard]] std::uint64_t bytes_received() const noexcept { return over_.bytes_received(); }
  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return over_.outgoing().bytes_sent(); }
  /// How often what was to be sent had to wait for its pace.
  [[nodiscard]] std::uint64_t paced() const noexcept { return over_.outgoing().paced(); }

  /// What waits now: to be sent, to be whole or taken, and to be answered.
  [[nodiscard]] std::size_t frames_waiting() const noexcept { return over_.outgoing().frames(); }
  [[nodiscard]] std::size_t bytes_waiting() const noexcept { return over_.outgoing().bytes_waiting(); }
  [[nodiscard]] std::size_t bytes_held() const noexcept { return over_.bytes_held(); }
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
    std::size_t taken = 0;  // handed on so far
    bool cut = false;       // by one that is from the future: the rest comes after it
  };
  /// What this throws is the end of the session.
  template <class Code>
  void contain(Code code) noexcept {
    try {
      code();
    } catch (...) {
      over_.watch().faults.caught(*this, {});
    }
  }
  void child_threw(std::exception_ptr thrown) noexcept override;

  task<void> converse(scope& side_by_side);
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
  template <question Question>
  void take_block(const response_to<Question>& said);
  void take_headers(wire::bytes_view arrived, bool whole);
  void hand_on(std::span<const wire::header> batch);
  void check_lists(const wire::frame& arriving);
  void note_tip(chain_tip said) noexcept;
  void note_pong() noexcept;
  void be_patient() noexcept;
  [[nodiscard]] io::time_point silent_at() const noexcept;
  [[nodiscard]] bool may_ping() const noexcept;
  void lost(std::error_code failed);

  io::runtime& on_;
  connection& over_;
  const local_node& us_;
  peer_info peer_;
  std::uint64_t nonce_;
  io::time_point since_;
  io::time_point progressed_at_;
  listeners above_;
  rolling_bloom_filter known_;
  account& charged_;
  decaying_score score_{limits::score_half_life};
  io::token_bucket accepted_;  // messages
  io::token_bucket address_questions_;
  upload_quota answered_;                         // what it has had itself
  std::vector<std::function<void()>> postponed_;  // questions that wait until `charged_` may be answered
  pending_requests asked_;
  arriving_headers headers_;
  wire::checked_order lists_;                                 // of the message that is arriving
  std::optional<wire::messages::txhashset_archive> archive_;  // announced, and its bytes come next
  std::optional<disconnect_info> ended_;
  std::optional<io::time_point> pinged_at_;  // the oldest ping without a pong
  std::optional<io::duration> best_ping_;
  io::time_point last_pinged_at_;
  io::time_point heard_ping_at_{};
  int hushed_ = 0;
  bool proven_;
  std::optional<io::time_point> brought_transaction_at_;
  std::optional<io::time_point> brought_block_at_;
  std::uint64_t messages_received_ = 0;
  bool has_taken_message_ = false;  // of `charged_`, the next one
  traffic_rate receives_;
  traffic_rate sends_;
  scope* side_by_side_ = nullptr;         // the reader, the pinger and the writer, while they run
  io::deadline* alive_ = nullptr;         // of the reader, while it runs
  io::time_point frame_due_ = io::never;  // when the frame that is arriving must be complete
  io::deadline writing_;                  // of the writer
};

}  // namespace pappus::peer
