#include <algorithm>
#include <string>
#include <utility>

#include <pappus/io/timer.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

using namespace wire::messages;

/// One member a message: what the session does about it.
class session::dispatcher {
public:
  explicit dispatcher(session& of) noexcept : of_(of) {}

  void operator()(const ping& said) const {
    of_.peer_.tip = {said.total_difficulty, said.height};
    pong answer;
    answer.total_difficulty = of_.us_.tip.total_difficulty;
    answer.height = of_.us_.tip.height;
    of_.send(answer);
  }
  void operator()(const pong& said) const {
    of_.peer_.tip = {said.total_difficulty, said.height};
    of_.pinged_at_.reset();
  }

  void operator()(const wire::messages::transaction& said) const {
    of_.listener_.transaction_received(of_, said.tx, phase::fluff);
  }
  void operator()(const stem_transaction& said) const { of_.listener_.transaction_received(of_, said.tx, phase::stem); }
  void operator()(const transaction_kernel& said) const { of_.listener_.kernel_announced(of_, said.kernel); }
  void operator()(const get_transaction& said) const { of_.listener_.transaction_requested(of_, said.kernel); }

  void operator()(const get_peer_addrs& said) const { of_.listener_.addresses_requested(of_, said.capabilities); }
  /// Nobody here asks for addresses, and what was not asked for is not kept.
  void operator()(const peer_addrs& /*unasked*/) const {}

  void operator()(const ban_reason& said) const {
    of_.end({end_cause::banned_by_peer, std::string{to_string(said.cause)}});
  }
  void operator()(const error& said) const { of_.end({end_cause::refused_by_peer, said.text}); }
  void operator()(const hand& /*again*/) const { of_.end({end_cause::unexpected_message, hand::name}); }
  void operator()(const shake& /*again*/) const { of_.end({end_cause::unexpected_message, shake::name}); }

private:
  session& of_;
};

session::session(io::network& on, connection& over, const identity& us, peer_info peer, session_listener& listener)
    : on_(on), over_(over), us_(us), peer_(std::move(peer)), listener_(listener), writing_(on, {}) {}

task<ending> session::run() {
  if (ended_) co_return *ended_;
  co_await with_scope([](scope& side_by_side, session* self) { return self->converse(side_by_side); }, this);
  side_by_side_ = nullptr;
  over_.stream().close();
  co_return *ended_;
}

task<void> session::converse(scope& side_by_side) {
  side_by_side_ = &side_by_side;
  side_by_side.spawn(write());
  side_by_side.spawn(keep_pinging());
  io::deadline alive{on_, side_by_side.token()};
  auto receiving = receive(alive);
  co_await std::move(receiving).under(alive.token());
}

void session::end(ending why) {
  if (ended_) return;
  ended_ = std::move(why);
  if (side_by_side_ != nullptr) side_by_side_->request_stop();
  writing_.expire_after(limits::farewell);
  over_.outgoing().finish();
}

/// The connection is of no more use, also not for last words. A write that was given up fails the reader too, and
/// first.
void session::lost(std::error_code failed) {
  end(writing_.expired() ? ending{end_cause::slow_reader, "it takes nothing"} : ending_from(failed));
  over_.stream().close();
}

void session::send_frame(wire::shared_bytes frame) {
  if (!over_.outgoing().push(std::move(frame))) end({end_cause::slow_reader, "too much is waiting to be sent"});
}

task<void> session::receive(io::deadline& alive) {
  while (dispatch_arrived()) {
    if (falls_behind()) {
      // The writer watches over the peer meanwhile: it ends the session if nothing moves.
      alive.never_expire();
      const auto room = co_await over_.outgoing().room();
      if (!room) co_return end(ending_from(room.error()));
    }
    const io::time_point frame_due = over_.frame_due();
    alive.expire_at(std::min(frame_due, on_.now() + limits::silence));
    const auto more = co_await over_.more();
    if (more) continue;
    if (!alive.expired()) co_return lost(more.error());
    co_return end({on_.now() >= frame_due ? end_cause::slow_frame : end_cause::silent, {}});
  }
}

/// Handles all whole frames; false if that has ended the session.
bool session::dispatch_arrived() {
  while (!ended_) {
    auto next = over_.next();
    if (!next) {
      end(ending_from(next.error()));
    } else if (!*next) {
      return true;
    } else if ((**next).known) {
      auto handled = session_messages::dispatch(**next, over_.spoken(), dispatcher{*this});
      if (!handled) end(ending_from(handled.error()));
    }
  }
  return false;
}

/// What is still queued when the session ends has the farewell time, so this is under nobody's token but its own.
task<void> session::write() {
  auto writing = over_.outgoing().write_to(over_.stream(), writing_);
  const auto written = co_await std::move(writing).under(writing_.token());
  if (!written) lost(written.error());
}

task<void> session::keep_pinging() {
  for (;;) {
    ping ours;
    ours.total_difficulty = us_.tip.total_difficulty;
    ours.height = us_.tip.height;
    send(ours);
    if (!pinged_at_) pinged_at_ = on_.now();
    auto pause = io::sleep_for(on_, limits::ping_interval);
    const auto slept = co_await pause;
    if (!slept) co_return;
    if (pinged_at_ && on_.now() - *pinged_at_ >= limits::unanswered_ping) co_return end({end_cause::no_pong, {}});
  }
}

}  // namespace pappus::peer
