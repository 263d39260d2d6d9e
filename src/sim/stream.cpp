#include "stream.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <pappus/io/cost.hpp>

#include "connection.hpp"
#include "fabric.hpp"
#include "listener.hpp"
#include "sockets.hpp"

namespace pappus::sim {

world& stream::in() const noexcept { return owner_.in(); }
flow& stream::incoming() const noexcept { return owner_.bytes(!acceptor_); }
flow& stream::outgoing() const noexcept { return owner_.bytes(acceptor_); }
io::endpoint stream::local_endpoint() const noexcept { return owner_.address(acceptor_); }
io::endpoint stream::remote_endpoint() const noexcept { return owner_.address(!acceptor_); }

void stream::owned_by(runtime& process) noexcept {
  process_ = &process;
  process.sockets().add(*this);
  owner_.owned();
}

void stream::connect(runtime& process, io::connect_operation& operation) {
  owned_by(process);
  connecting_ = &operation;
  operation.backend = this;
  in().timers().arm(alarm_, io::saturating_add(in().now(), in().options().connect_timeout));
  outgoing().send(signal::syn);
}

void stream::abandon_connect() noexcept {
  connecting_ = nullptr;
  io::stream_closer{}(this);
}

void stream::receive(signal what) noexcept {
  switch (what) {
    case signal::syn: return accept();
    case signal::syn_ack: return connecting_ != nullptr ? connected() : answer_with_reset();
    case signal::refusal:
      if (connecting_ != nullptr) connect_failed(std::make_error_code(std::errc::connection_refused));
      return;
    case signal::data: return data_arrived();
    case signal::fin: return fin_arrived();
    case signal::reset:
      if (state_ != state::connected) return;
      state_ = state::failed;
      failure_ = std::make_error_code(std::errc::connection_reset);
      return tell_who_waits();
  }
}

void stream::accept() noexcept {
  in().ready().charge(io::cost::accept);
  runtime& process = owner_.way(false).to->runtime();
  listener* const at = process.sockets().listener_at(local_endpoint());
  if (at == nullptr || at->full()) return outgoing().send(signal::refusal);
  state_ = state::connected;
  owned_by(process);
  outgoing().send(signal::syn_ack);
  at->incoming(io::stream_ptr{this});
}

void stream::connected() noexcept {
  in().timers().disarm(alarm_);
  state_ = state::connected;
  std::exchange(connecting_, nullptr)->complete(io::stream_ptr{this});
}

void stream::connect_failed(std::error_code error) noexcept {
  io::connect_operation& operation = *std::exchange(connecting_, nullptr);
  io::stream_closer{}(this);
  operation.complete(failure{error});
}

void stream::data_arrived() noexcept {
  if (state_ == state::connected) {
    if (reading() && give_arrived()) deliver();
    return;
  }
  incoming().drop_arrived();
  answer_with_reset();
}

void stream::fin_arrived() noexcept {
  if (state_ != state::connected) return;
  fin_received_ = true;
  if (reading()) end_reads(make_error_code(errc::end_of_stream));
}

/// Sends one reset, if no process is left here to receive the segment.
void stream::answer_with_reset() noexcept {
  const bool answers = state_ == state::closed || state_ == state::orphaned;
  if (answers && !std::exchange(reset_sent_, true)) outgoing().send(signal::reset);
}

void stream::has_room() noexcept {
  if (writing() && !write_stopped() && state_ == state::connected && send_more()) deliver_write();
}

bool stream::begin_read() noexcept {
  if (state_ == state::orphaned) return fail_read_now(failure_);
  if (incoming().arrived() != 0 && give_arrived()) return false;
  if (fin_received_) return fail_read_now(make_error_code(errc::end_of_stream));
  if (state_ == state::failed) return fail_read_now(failure_);
  return true;
}

std::size_t stream::try_write(std::span<const io::const_buffer> buffers) noexcept {
  if (state_ != state::connected) return 0;
  in().ready().charge(io::cost::write);
  std::size_t sent = 0;
  for (const io::const_buffer& each : buffers) sent += put(each);
  if (sent != 0) outgoing().send(signal::data, sent);
  return sent;
}

bool stream::begin_write() noexcept { return state_ == state::connected || fail_write_now(failure_); }

/// Gives arrived bytes to the waiting reader; true if the read is complete.
bool stream::give_arrived() noexcept {
  io::buffer into = read_buffer();
  if (into.empty()) {
    into = in().links().receive_block();
    in().links().viewed(std::min(into.size(), incoming().arrived()));
  }
  into = into.first(std::min(into.size(), incoming().arrived()));
  incoming().take(into);
  in().ready().charge(io::cost::read(into.size()));
  return on_bytes_read(into);
}

/// Sends as many bytes as there is room for; true if the write is complete.
bool stream::send_more() noexcept {
  std::size_t sent = 0;
  for_each_pending_buffer(SIZE_MAX, [&](std::size_t, io::const_buffer bytes) { sent += put(bytes); });
  if (sent != 0) outgoing().send(signal::data, sent);
  return on_bytes_written(sent);
}

/// Puts as many bytes as there is room for into the outgoing flow; returns how many.
std::size_t stream::put(io::const_buffer bytes) noexcept {
  bytes = bytes.first(std::min(bytes.size(), outgoing().room()));
  outgoing().put(bytes);
  return bytes.size();
}

void stream::begin_close() noexcept {
  in().ready().charge(io::cost::close);
  // As in real systems, closing with unread bytes sends a reset instead of a fin.
  const bool resets = state_ == state::apart || incoming().arrived() != 0;
  if (state_ == state::apart || state_ == state::connected) {
    outgoing().send(resets ? signal::reset : signal::fin);
    reset_sent_ = resets;
  }
  if (state_ == state::failed) reset_sent_ = true;
  if (state_ != state::orphaned) state_ = state::closed;
  incoming().drop_arrived();
  tell_soon();
}

void stream::release() noexcept {
  process_->sockets().remove(*this, acceptor_ ? 0 : local_endpoint().port);
  process_ = nullptr;
  owner_.disowned();
}

void stream::fail(std::error_code error) noexcept {
  if (process_ == nullptr || state_ == state::closed || state_ == state::orphaned) return;
  if (state_ == state::connected) state_ = state::failed;
  failure_ = error;
  tell_soon();
}

void stream::orphan(bool resets) noexcept {
  if (state_ == state::apart || state_ == state::connected) {
    reset_sent_ = resets;
    if (resets) outgoing().send(signal::reset);
  }
  state_ = state::orphaned;
  failure_ = std::make_error_code(std::errc::network_down);
  incoming().drop_arrived();
  tell_soon();
}

void stream::tell_soon() noexcept {
  if (reading() || writing() || connecting_ != nullptr) in().timers().arm(alarm_, in().now());
}

/// Fails the writer and the reader in separate events, because either may free this stream.
void stream::tell_who_waits() noexcept {
  if (writing()) {
    if (reading()) tell_soon();
    return fail_write(failure_);
  }
  if (reading()) end_reads(failure_);
}

void stream::on_alarm() noexcept {
  if (connecting_ == nullptr) return tell_who_waits();
  connect_failed(failure_ ? failure_ : std::make_error_code(std::errc::timed_out));
}

}  // namespace pappus::sim
