// Receiving: the reader of a session, and the dispatch of complete messages.
#include <algorithm>
#include <string>
#include <utility>

#include <pappus/coro/budget.hpp>
#include <pappus/coro/deferred.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/session.hpp>

#include "session_dispatcher.hpp"

namespace pappus::peer {

/// Messages that are dispatched when they are complete. Headers are processed while they arrive.
using dispatched_messages = session_messages::without<wire::messages::headers>;

task<void> session::run_reader() {
  receive_deadline deadline{runtime_, tasks_->token(), requests_, receive_deadline_};
  co_await coro::change_stop_token{deadline.token()};
  while (dispatch_received()) {
    if (archive_ || turn_is_over() || !may_process()) {
      if (!co_await read_no_frames(deadline)) co_return;
      continue;
    }
    const io::time_point frame_due = connection_.frame_due();
    check_partial_frame();
    if (is_ending()) co_return;
    deadline.expect_frame(frame_due);
    const auto read = co_await connection_.read_more();
    if (read) continue;
    // Ended by the node: the writer may still run until `disconnect_timeout` is over.
    if (!is_ending()) co_await reading_failed(deadline, read.error());
    co_return;
  }
}

void session::check_partial_frame() {
  const auto partial = connection_.partial_frame();
  if (!partial) return;
  if (partial->header.code == wire::messages::headers::code) handle_headers(partial->body, false);
  else check_lists(*partial);
}

/// What comes is an archive, or nothing is read for a while. False if the session has ended.
task<bool> session::read_no_frames(receive_deadline& deadline) {
  if (archive_) {
    co_await receive_archive(deadline);
    co_return true;
  }
  connection_.keep_received();
  deadline.cancel();
  const auto paused = co_await pause_reading();
  if (!paused) end(disconnect_info_from(paused.error()));
  co_return paused.has_value();
}

/// Completes when received messages may perhaps be processed: in the next turn, when the peer has read its responses,
/// or when the account may receive more. Meanwhile only the writer's timeout applies: it disconnects the session if the
/// peer reads nothing. Apart from `run_reader`, like all that seldom happens, so that the frame of that stays small.
task<result<void>> session::pause_reading() {
  if (turn_is_over()) co_return co_await next_turn();  // whole frames may be left: other sessions have their turn first
  session_statistics& counted = connection_.monitor().counted;
  if (!accepts_responses() && !awaits_archive()) {
    ++counted.read_pauses;
    co_return co_await connection_.outgoing().room();
  }
  ++counted.slowed;
  PAPPUS_CO_TRY_DISCARD(co_await take_message(runtime_, account_));
  message_limiter_.add_account_token();
  co_return result<void>{};
}

task<void> session::reading_failed(receive_deadline& deadline, std::error_code error) {
  if (deadline.expired()) {
    const bool is_slow = deadline.frame_is_late();
    co_return end({is_slow ? disconnect_reason::receive_timeout : disconnect_reason::idle_timeout, {}});
  }
  // Thousands may leave at once: the others go on meanwhile.
  deadline.cancel();
  co_await coro::deferred();
  if (!is_ending()) connection_failed(error);
}

/// Processes whole frames while that is allowed and the turn has budget left, up to the description of an archive,
/// which bytes follow that are no frame. False if the session was disconnected.
bool session::dispatch_received() {
  while (!is_ending() && !archive_ && may_process() && !turn_is_over()) {
    auto next = connection_.next_frame();
    wire::order_progress checked;
    if (next && *next) {
      checked = std::exchange(list_progress_, {});
      runtime_.ready().charge(limits::frame_cost((**next).body.size(), checked.end));
    }
    if (!next) {
      end(disconnect_info_from(next.error()));
    } else if (!*next) {
      return true;
    } else if (!message_limiter_.accept()) {
      end({disconnect_reason::too_many_messages, {}});
    } else if (const wire::frame& frame = **next; frame.header.code == wire::messages::headers::code) {
      handle_headers(frame.body, true);
    } else if (const custom_message* const type = local_.custom.find(frame.header.code)) {
      handle_custom(*type, frame);
    } else if (frame.known) {
      auto handled = dispatched_messages::dispatch(frame, connection_.codec(), checked, dispatcher{*this});
      if (!handled) end(disconnect_info_from(handled.error()));
    }
  }
  return !is_ending();
}

/// False while there is no room for responses, or while the account's receive limit is used up, perhaps by other
/// sessions: then received messages wait.
bool session::may_process() noexcept {
  return awaits_archive() || (accepts_responses() && message_limiter_.may_accept());
}

bool session::turn_is_over() noexcept { return runtime_.ready().exhausted() && !awaits_archive(); }

/// While an archive is requested the session processes frames without a pause: a pause keeps received bytes, kept
/// bytes are parsed as frames, and the bytes of an archive are none.
bool session::awaits_archive() noexcept { return requests_.first<archive_request>() != nullptr; }

/// Of all sessions with much to decode only one waits in the ready queue, so that a session with little to decode has
/// at most one of them before it.
task<result<void>> session::next_turn() {
  if (connection_.bytes_buffered() <= limits::small_backlog_size) {
    co_await coro::consume_budget(0);
    co_return result<void>{};
  }
  work_queue& others = connection_.monitor().large_backlogs;
  if (!others.empty()) ++connection_.monitor().counted.queued;
  work_queue::place turn{others};
  PAPPUS_CO_TRY_DISCARD(co_await turn.first());
  co_await coro::consume_budget(0);
  co_return result<void>{};
}

void session::handle_custom(const custom_message& type, const wire::frame& frame) {
  if (type.receive == nullptr) return;
  if (!custom_limits_.try_consume(type, runtime_.now())) {
    return end({disconnect_reason::too_many_messages, std::string{"too many of "} + type.name});
  }
  const auto receive = type.receive;  // a handler may replace itself
  const auto handled = (*receive)(peer_, frame.body, connection_.codec());
  if (!handled) end(disconnect_info_from(handled.error()));
}

/// A block that is a response, or otherwise an announcement.
template <peer_request Request>
void session::handle_block(const response_to<Request>& message) {
  if (!requests_.expects<Request>(message)) return handlers_.chain.received(*this, message);
  if (handlers_.chain.is_from_future(message.value->header()))
    return requests_.fail<Request>(message, request_error::from_future);
  requests_.complete<Request>(message);
}

void session::handle_tip(chain_tip tip) noexcept {
  if (tip.total_difficulty > peer_.tip.total_difficulty) progressed_at_ = runtime_.now();
  if (std::exchange(peer_.tip, tip) != tip && listener_ != nullptr) listener_->session_tip_changed(*this);
}

}  // namespace pappus::peer
