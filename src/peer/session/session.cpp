#include <exception>
#include <string>
#include <utility>

#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

session::session(io::runtime& runtime, connection& connection, const local_node& local, peer_info& peer,
                 std::uint64_t nonce, account& account, message_handlers handlers)
    : runtime_(runtime),
      connection_(connection),
      local_(local),
      handlers_(handlers),
      account_(account),
      peer_(peer),
      nonce_(nonce),
      since_(runtime.now()),
      progressed_at_(since_),
      endpoint_verified_(peer_.direction == direction::outbound || peer_.tls_key),
      message_limiter_(runtime, account, local.receive_limit),
      requests_(runtime, connection.monitor().counted.requests),
      headers_(requests_, handlers.chain),
      receive_rate_(since_),
      responses_(runtime, account, connection.outgoing(), local.upload),
      pings_(since_),
      pinger_(runtime),
      write_deadline_(runtime, {}),
      send_rate_(since_) {}

task<void> session::run() {
  return with_scope(coro::supervised_by{*this}, [this](scope& tasks) { start(tasks); });
}

disconnect_info session::finish() noexcept {
  tasks_ = nullptr;
  connection_.stream().close();
  return *std::move(disconnect_);
}

/// Must not throw: that would stop its children without a disconnect reason.
void session::start(scope& tasks) {
  if (is_ending()) return;
  tasks_ = &tasks;
  contain([&] {
    tasks.spawn(run_reader());
    tasks.spawn(run_writer());
    send_ping_if_due();
    begin_ping_interval();
  });
}

/// An exception of one of these tasks; the others are stopped with the session.
void session::task_failed(std::exception_ptr exception) noexcept {
  contain([&] { std::rethrow_exception(std::move(exception)); });
}

void session::send_frame(wire::shared_bytes frame, send_priority priority, announcement_source source) noexcept {
  if (is_ending()) return;
  contain([&] {
    connection_.note_sent(frame);
    const bool has_room = connection_.outgoing().push(std::move(frame), priority, source);
    if (!has_room) end({disconnect_reason::send_timeout, "too much is waiting to be sent"});
  });
}

void session::request_transaction(const wire::hash& kernel) noexcept { send(wire::messages::get_transaction{kernel}); }

void session::send_archive(const wire::messages::txhashset_archive& message, io::stream_ptr content) noexcept {
  contain([&] {
    auto encoded = connection_.encode(message);
    if (!encoded) return end({disconnect_reason::internal_error, to_string(encoded.error())});
    connection_.note_sent(*encoded);
    if (!connection_.outgoing().push_with_content(*std::move(encoded), std::move(content), message.bytes)) {
      end({disconnect_reason::send_timeout, "too much is waiting to be sent"});
    }
  });
}

void session::note_response(std::size_t bytes) noexcept {
  runtime_.ready().charge(limits::encode_cost(bytes));
  responses_.note_response(bytes);
}

bool session::postpone(std::function<void()> respond) {
  if (is_ending() || tasks_ == nullptr) return true;
  session_statistics& counted = connection_.monitor().counted;
  if (responses_.full()) {
    ++counted.requests_dropped;
    if (responses_.session_quota_used_up()) end({disconnect_reason::too_many_peers, "answers"});
    return false;
  }
  const bool is_first = responses_.add(std::move(respond));
  ++counted.postponed;
  if (is_first) tasks_->spawn(responses_.run());
  return true;
}

/// Runs under its own stop token only, because frames that are still queued when the session is disconnected may be
/// written within `disconnect_timeout`.
task<void> session::run_writer() {
  co_await coro::change_stop_token{write_deadline_.token()};
  send_queue& queue = connection_.outgoing();
  for (;;) {
    const bool writes = queue.may_be_written();
    if (!writes && queue.finished()) co_return;
    result<void> done;
    if (writes) done = co_await queue.write_next(connection_.stream(), write_deadline_);
    else done = co_await queue.wait_for_next();
    if (!done) co_return writing_failed(done.error());
  }
}

void session::writing_failed(std::error_code error) {
  if (connection_.outgoing().content_failed())
    end({disconnect_reason::internal_error, "an archive cannot be read: " + error.message()});
  const bool is_abandoned = disconnect_ && disconnect_->reason != disconnect_reason::send_timeout;
  if (is_abandoned && write_deadline_.expired()) ++connection_.monitor().counted.sends_abandoned;
  connection_failed(error);
}

/// From now, however late the last one has ended: after a stall of the loop one ping is sent, not one for each missed.
void session::begin_ping_interval() {
  pinger_.start_once(limits::ping_interval, [this] { contain([this] { end_ping_interval(); }); });
}

void session::end_ping_interval() {
  receive_rate_.sample(bytes_received(), runtime_.now());
  send_rate_.sample(bytes_sent(), runtime_.now());
  if (requests_.has_bulky() || is_sending_archive()) pings_.forget_pending();
  if (pings_.has_timed_out(runtime_.now())) return end({disconnect_reason::ping_timeout, {}});
  send_ping_if_due();
  if (!is_ending()) begin_ping_interval();
}

void session::send_ping_if_due() {
  if (!pings_.may_send(runtime_.now())) return;
  wire::messages::ping message;
  const chain_tip tip = local_.tip();
  message.total_difficulty = tip.total_difficulty;
  message.height = tip.height;
  send(message);
  pings_.ping_sent(runtime_.now());
}

bool session::add_misbehavior(double points) noexcept {
  misbehavior_score_.add(points, runtime_.now());
  return misbehavior_score_.at(runtime_.now()) >= limits::discouragement_score;
}

peer_stats session::status() const {
  peer_stats stats;
  static_cast<peer_info&>(stats) = peer_;
  stats.connected = runtime_.now() - since_;
  stats.idle = runtime_.now() - connection_.last_received_at();
  stats.ping = best_ping();
  stats.messages_received = message_limiter_.accepted();
  stats.bytes_received = bytes_received();
  stats.bytes_sent = bytes_sent();
  stats.receives_per_second = receive_rate_.per_second();
  stats.sends_per_second = send_rate_.per_second();
  return stats;
}

void session::end(disconnect_info reason) noexcept {
  if (is_ending()) return;
  disconnect_ = std::move(reason);
  if (listener_ != nullptr) listener_->session_ending(*this);
  pinger_.stop();
  if (tasks_ != nullptr) tasks_->request_stop();
  write_deadline_.expires_after(local_.disconnect_timeout);
  connection_.outgoing().finish();
}

void session::drop(disconnect_info reason) noexcept {
  end(std::move(reason));
  connection_.stream().close();
}

/// The connection cannot be used any more, not even to send the disconnect reason. A write that has timed out fails the
/// reader, too, and does so first.
void session::connection_failed(std::error_code error) {
  drop(write_deadline_.expired() ? disconnect_info{disconnect_reason::send_timeout, "it takes nothing"}
                                 : disconnect_info_from(error));
}

}  // namespace pappus::peer
