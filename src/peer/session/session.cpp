#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include <pappus/coro/budget.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

using namespace wire::messages;

/// Messages that are dispatched when they are complete. Headers are processed while they arrive.
using taken_whole = session_messages::without<headers>;

/// Processes the messages of the peer, one overload for each type.
class session::dispatcher {
public:
  explicit dispatcher(session& of) noexcept : of_(of) {}

  void operator()(const ping& message) const {
    of_.note_tip({message.total_difficulty, message.height});
    of_.heard_ping_at_ = of_.runtime_.now();
    pong answer;
    const chain_tip ours = of_.local_.tip();
    answer.total_difficulty = ours.total_difficulty;
    answer.height = ours.height;
    of_.send(answer);
  }
  void operator()(const pong& message) const {
    of_.note_tip({message.total_difficulty, message.height});
    of_.note_pong();
  }

  void operator()(const wire::messages::transaction& message) const {
    of_.above_.transactions.transaction_received(of_, message.tx, phase::fluff);
  }
  void operator()(const stem_transaction& message) const {
    of_.above_.transactions.transaction_received(of_, message.tx, phase::stem);
  }
  void operator()(const transaction_kernel& message) const {
    of_.above_.transactions.kernel_announced(of_, message.kernel);
  }
  void operator()(const get_transaction& message) const {
    of_.above_.transactions.transaction_requested(of_, message.kernel);
  }

  void operator()(const get_peer_addrs& message) const { of_.above_.addresses.addresses_requested(of_, message); }

  // Chain announcements and requests.
  void operator()(const wire::messages::header& message) const { of_.above_.chain.received(of_, message); }
  void operator()(const get_headers& message) const { of_.above_.chain.requested(of_, message); }
  void operator()(const get_block& message) const { of_.above_.chain.requested(of_, message); }
  void operator()(const get_compact_block& message) const { of_.above_.chain.requested(of_, message); }
  void operator()(const txhashset_request& message) const { of_.above_.chain.requested(of_, message); }
  template <segment_type Of>
  void operator()(const get_segment<Of>& said) const {
    of_.above_.chain.requested(of_, said);
  }

  // Responses. A block may also be an announcement; other messages that were not requested are dropped.
  void operator()(const wire::messages::block& message) const { of_.take_block<get_block>(message); }
  void operator()(const wire::messages::compact_block& message) const { of_.take_block<get_compact_block>(message); }
  void operator()(peer_addrs message) const {
    const bool wanted = of_.asked_.first<get_peer_addrs>() != nullptr;
    of_.above_.addresses.addresses_received(of_, message, wanted);
    of_.asked_.answer<get_peer_addrs>(std::move(message));
  }
  void operator()(wire::messages::output_bitmap_segment message) const {
    of_.asked_.answer<get_output_bitmap_segment>(std::move(message));
  }
  void operator()(wire::messages::output_segment message) const {
    of_.asked_.answer<get_output_segment>(std::move(message));
  }
  void operator()(wire::messages::range_proof_segment message) const {
    of_.asked_.answer<get_range_proof_segment>(std::move(message));
  }
  void operator()(wire::messages::kernel_segment message) const {
    of_.asked_.answer<get_kernel_segment>(std::move(message));
  }
  void operator()(const txhashset_archive& message) const {
    const archive_request* const asked = of_.asked_.first<archive_request>();
    const bool early = !of_.over_.has_unframed();  // it was sent before it was requested
    if (asked == nullptr || early) return of_.end({disconnect_reason::unexpected_message, txhashset_archive::name});
    if (message.bytes > asked->max_bytes)
      return of_.end({disconnect_reason::bad_message, "an archive longer than allowed"});
    of_.archive_ = message;
  }

  void operator()(const ban_reason& message) const {
    of_.end({disconnect_reason::banned_by_peer, std::string{to_string(message.reason)}});
  }
  void operator()(const error& message) const { of_.end({disconnect_reason::refused_by_peer, message.text}); }
  void operator()(const hand& /*again*/) const { of_.end({disconnect_reason::unexpected_message, hand::name}); }
  void operator()(const shake& /*again*/) const { of_.end({disconnect_reason::unexpected_message, shake::name}); }

private:
  session& of_;
};

/// Lets `request` move the reader's deadline while there is a reader.
class session::patience {
public:
  patience(session& of, io::deadline& alive) noexcept : of_(of) { of_.alive_ = &alive; }
  patience(const patience&) = delete;
  patience& operator=(const patience&) = delete;
  ~patience() { of_.alive_ = nullptr; }

private:
  session& of_;
};

session::session(io::runtime& runtime, connection& over, const local_node& local, handshake_result shaken,
                 account& account, listeners above)
    : runtime_(runtime),
      over_(over),
      local_(local),
      peer_(std::move(shaken.peer)),
      nonce_(shaken.nonce),
      since_(runtime.now()),
      progressed_at_(since_),
      above_(above),
      account_(account),
      accepted_(local.receive_limit.per_second, local.receive_limit.burst, runtime.now()),
      answered_(local.upload, runtime.now()),
      asked_(runtime, over.watch().counted.requests),
      last_pinged_at_(since_),
      proven_(peer_.direction == direction::outbound),
      receives_(since_),
      sends_(since_),
      writing_(runtime, {}) {}

task<disconnect_info> session::run() {
  try {
    const auto begin = [this](scope& side_by_side) { converse(side_by_side); };
    if (!ended_) co_await with_scope(coro::supervised_by{*this}, begin);
  } catch (...) {
    over_.watch().exceptions.caught(*this, {});  // it has not begun
  }
  side_by_side_ = nullptr;
  over_.stream().close();
  co_return *std::move(ended_);
}

/// Must not throw: that would stop its children without a disconnect reason.
void session::converse(scope& side_by_side) {
  side_by_side_ = &side_by_side;
  contain([&] {
    side_by_side.spawn(listen());
    side_by_side.spawn(write());
    side_by_side.spawn(keep_pinging());
  });
}

task<void> session::listen() {
  io::deadline alive{runtime_, side_by_side_->token()};
  const patience listening{*this, alive};
  auto receiving = receive(alive);
  co_await std::move(receiving).with_stop_token(alive.token());
}

/// An exception of one of these three tasks; the other two are stopped with the session.
void session::child_threw(std::exception_ptr thrown) noexcept {
  contain([&] { std::rethrow_exception(std::move(thrown)); });
}

void session::end(disconnect_info why) noexcept {
  if (ended_) return;
  ended_ = std::move(why);
  if (side_by_side_ != nullptr) side_by_side_->request_stop();
  writing_.expires_after(local_.disconnect_timeout);
  over_.outgoing().finish();
}

void session::drop(disconnect_info why) noexcept {
  end(std::move(why));
  over_.stream().close();
}

/// The connection cannot be used any more, not even to send the disconnect reason. A write that has timed out fails the
/// reader, too, and does so first.
void session::lost(std::error_code failed) {
  drop(writing_.expired() ? disconnect_info{disconnect_reason::send_timeout, "it takes nothing"}
                          : disconnect_info_from(failed));
}

void session::send_frame(wire::shared_bytes frame, send_priority in, news_source of) noexcept {
  if (ended_) return;
  contain([&] {
    over_.note_sent(frame);
    const bool has_room = over_.outgoing().push(std::move(frame), in, of);
    if (!has_room) end({disconnect_reason::send_timeout, "too much is waiting to be sent"});
  });
}

void session::request_transaction(const wire::hash& kernel) noexcept { send(get_transaction{kernel}); }

void session::send_archive(const txhashset_archive& message, io::stream_ptr content) noexcept {
  contain([&] {
    auto encoded = over_.encode(message);
    if (!encoded) return end({disconnect_reason::internal_error, to_string(encoded.error())});
    over_.note_sent(*encoded);
    if (!over_.outgoing().push_with_content(*std::move(encoded), std::move(content), message.bytes)) {
      end({disconnect_reason::send_timeout, "too much is waiting to be sent"});
    }
  });
}

/// Time of the idle timeout. While a peer prepares or sends a bulky response it may send nothing else.
io::time_point session::silent_at() const noexcept {
  return std::max(io::saturating_add(runtime_.now(), limits::idle_timeout), asked_.bulky_until());
}

/// Extends the reader's deadline for a request that was sent while the reader was waiting already.
void session::be_patient() noexcept {
  if (alive_ != nullptr && asked_.bulky()) alive_->expires_at(std::min(frame_due_, silent_at()));
}

task<void> session::receive(io::deadline& alive) {
  while (dispatch_arrived()) {
    if (archive_) {
      co_await take_archive(alive);
      continue;
    }
    frame_due_ = over_.frame_due();
    if (turn_is_over()) {
      // Whole frames may be left: other sessions have their turn first.
      alive.cancel();
      const auto come = co_await next_turn();
      if (!come) co_return end(disconnect_info_from(come.error()));
      continue;
    }
    if (!accepts_responses() && !awaits_archive()) {
      // Meanwhile the writer's timeout applies: it disconnects the session if the peer reads nothing.
      alive.cancel();
      ++over_.watch().counted.read_pauses;
      const auto room = co_await over_.outgoing().room();
      if (!room) co_return end(disconnect_info_from(room.error()));
      continue;
    }
    if (!takes_messages()) {
      alive.cancel();
      ++over_.watch().counted.slowed;
      const auto taken = co_await take_message(runtime_, account_);
      if (!taken) co_return end(disconnect_info_from(taken.error()));
      has_taken_message_ = true;
      continue;
    }
    if (const auto arriving = over_.unfinished(); arriving && arriving->header.code == headers::code) {
      take_headers(arriving->body, false);
      if (ended_) co_return;
    } else if (arriving) {
      check_lists(*arriving);
      if (ended_) co_return;
    }
    alive.expires_at(std::min(frame_due_, silent_at()));
    const auto more = co_await over_.more();
    if (more) continue;
    if (ended_) co_return;  // by the node: the writer may still run until `disconnect_timeout` is over
    if (!alive.expired()) co_return lost(more.error());
    co_return end(
        {runtime_.now() >= frame_due_ ? disconnect_reason::receive_timeout : disconnect_reason::idle_timeout, {}});
  }
}

/// While an archive is requested the session processes frames without a pause: a pause keeps received bytes, kept
/// bytes are parsed as frames, and the bytes of an archive are none.
bool session::awaits_archive() noexcept { return asked_.first<archive_request>() != nullptr; }
bool session::turn_is_over() noexcept { return runtime_.ready().exhausted() && !awaits_archive(); }

/// Of all sessions with much to decode only one waits in the ready queue, so that a session with little to decode has
/// at most one of them before it.
task<result<void>> session::next_turn() {
  if (over_.bytes_buffered() <= limits::small_backlog_size) {
    co_await coro::consume_budget(0);
    co_return result<void>{};
  }
  work_queue& others = over_.watch().with_much;
  if (!others.empty()) ++over_.watch().counted.queued;
  work_queue::place waiting{others};
  PAPPUS_CO_TRY_DISCARD(co_await waiting.first());
  co_await coro::consume_budget(0);
  co_return result<void>{};
}

/// False while there is no room for responses, or while the account's receive limit is used up, perhaps by other
/// sessions: then received messages wait.
bool session::takes_messages() noexcept {
  return awaits_archive() || (accepts_responses() && (has_taken_message_ || account_.has_message(runtime_.now())));
}

void session::note_message() noexcept {
  ++messages_received_;
  if (!std::exchange(has_taken_message_, false)) static_cast<void>(account_.messages.try_consume(runtime_.now()));
}

/// Processes whole frames while that is allowed and the turn has budget left, up to the description of an archive,
/// which bytes follow that are no frame. False if the session was disconnected.
bool session::dispatch_arrived() {
  while (!ended_ && !archive_ && takes_messages() && !turn_is_over()) {
    auto next = over_.next();
    wire::order_progress checked;
    if (next && *next) {
      checked = std::exchange(lists_, {});
      runtime_.ready().charge(limits::frame_cost((**next).body.size(), checked.end));
    }
    if (!next) {
      end(disconnect_info_from(next.error()));
    } else if (!*next) {
      return true;
    } else if (note_message(); !accepted_.try_consume(runtime_.now())) {
      end({disconnect_reason::too_many_messages, {}});
    } else if ((**next).header.code == headers::code) {
      take_headers((**next).body, true);
    } else if (const custom_message* const type = local_.custom.find((**next).header.code)) {
      take_custom(*type, **next);
    } else if ((**next).known) {
      auto handled = taken_whole::dispatch(**next, over_.spoken(), checked, dispatcher{*this});
      if (!handled) end(disconnect_info_from(handled.error()));
    }
  }
  return !ended_;
}

void session::take_custom(const custom_message& type, const wire::frame& received) {
  if (type.receive == nullptr) return;
  std::erase_if(custom_allowances_,
                [&](const custom_allowance& each) { return each.code == type.code && each.limit != type.limit; });
  auto allowance = std::ranges::find(custom_allowances_, type.code, &custom_allowance::code);
  if (allowance == custom_allowances_.end()) {
    custom_allowances_.push_back({type.code, type.limit, {type.limit.per_second, type.limit.burst, runtime_.now()}});
    allowance = std::prev(custom_allowances_.end());
  }
  if (!allowance->tokens.try_consume(runtime_.now())) {
    return end({disconnect_reason::too_many_messages, std::string{"too many of "} + type.name});
  }
  const auto receive = type.receive;  // a handler may replace itself
  const auto handled = (*receive)(peer_, received.body, over_.spoken());
  if (!handled) end(disconnect_info_from(handled.error()));
}

bool session::add_misbehavior(double points) noexcept {
  score_.add(points, runtime_.now());
  return score_.at(runtime_.now()) >= limits::discouragement_score;
}

void session::note_tip(chain_tip tip) noexcept {
  if (tip.total_difficulty > peer_.tip.total_difficulty) progressed_at_ = runtime_.now();
  peer_.tip = tip;
}

void session::note_pong() noexcept {
  if (!pinged_at_) return;
  const io::duration took = runtime_.now() - *std::exchange(pinged_at_, std::nullopt);
  best_ping_ = std::min(took, best_ping_.value_or(took));
}

peer_stats session::status() const {
  peer_stats now;
  static_cast<peer_info&>(now) = peer_;
  now.connected = runtime_.now() - since_;
  now.silent = runtime_.now() - over_.last_received_at();
  now.ping = best_ping_;
  now.messages_received = messages_received_;
  now.bytes_received = bytes_received();
  now.bytes_sent = bytes_sent();
  now.receives_per_second = receives_.per_second();
  now.sends_per_second = sends_.per_second();
  return now;
}

/// A block that is a response, or otherwise an announcement.
template <question Question>
void session::take_block(const response_to<Question>& said) {
  if (!asked_.expects<Question>(said)) return above_.chain.received(*this, said);
  if (above_.chain.is_from_future(said.value->header()))
    return asked_.reject<Question>(said, request_error::from_future);
  asked_.answer<Question>(said);
}

/// Runs under its own stop token only, because frames that are still queued when the session is disconnected may be
/// written within `disconnect_timeout`.
task<void> session::write() {
  auto writing = over_.outgoing().write_to(over_.stream(), writing_);
  const auto written = co_await std::move(writing).with_stop_token(writing_.token());
  if (!written && over_.outgoing().content_failed()) {
    end({disconnect_reason::internal_error, "an archive cannot be read: " + written.error().message()});
  }
  if (written) co_return;
  const bool farewell = ended_ && ended_->reason != disconnect_reason::send_timeout;
  if (farewell && writing_.expired()) ++over_.watch().counted.sends_abandoned;
  lost(written.error());
}

bool session::may_ping() const noexcept {
  return hushed_ == 0 || runtime_.now() - last_pinged_at_ >= limits::max_ping_suppression;
}

void session::send_ping() {
  ping ours;
  const chain_tip tip = local_.tip();
  ours.total_difficulty = tip.total_difficulty;
  ours.height = tip.height;
  send(ours);
  last_pinged_at_ = runtime_.now();
  if (!pinged_at_) pinged_at_ = last_pinged_at_;
}

task<void> session::keep_pinging() {
  for (;;) {
    if (may_ping()) send_ping();
    auto pause = io::sleep_for(runtime_, limits::ping_interval);
    const auto slept = co_await pause;
    if (!slept) co_return;
    receives_.sample(bytes_received(), runtime_.now());
    sends_.sample(bytes_sent(), runtime_.now());
    if (asked_.bulky() || is_sending_archive()) pinged_at_.reset();
    if (pinged_at_ && runtime_.now() - *pinged_at_ >= limits::ping_timeout)
      co_return end({disconnect_reason::ping_timeout, {}});
  }
}

}  // namespace pappus::peer
