#include <algorithm>
#include <utility>

#include <pappus/peer/session/connection.hpp>
#include <pappus/peer/session/limits.hpp>

namespace pappus::peer {

connection::connection(io::runtime& runtime, io::stream_ptr stream, const local_node& local, message_monitor& monitor,
                       const peer_info& peer) noexcept
    : runtime_(runtime),
      stream_(std::move(stream)),
      local_(local),
      monitor_(monitor),
      peer_(peer),
      codec_{local.version, local.chain.limits},
      frames_(local.rules),
      memory_reservation_(*local.memory),
      outgoing_(runtime, local.send_limit),
      last_received_at_(runtime.now()) {}

wire::decode_result<std::optional<wire::frame>> connection::next_frame() {
  auto frame = frames_.next();
  if (!frame || !*frame) return frame;
  stage_ = frame_stage::none;
  frame_due_ = io::never;
  memory_held_since_ = io::never;
  monitor_.received(peer_, (**frame).header);
  return frame;
}

io::buffer connection::room_for_more() {
  frames_.detach();
  const io::buffer room = frames_.prepare();
  return room.first(std::min(room.size(), 2 * limits::arriving_chunk_size));
}

result<void> connection::read_operation::await_resume() {
  resumed();
  if (failed_) return failure{*failed_};
  to_.note_received(got_);
  if (into_.empty()) to_.frames_.feed({view_, got_});
  else to_.frames_.commit(got_);
  to_.update_memory();
  return {};
}

void connection::note_received(std::size_t bytes) noexcept {
  bytes_received_ += bytes;
  last_received_at_ = runtime_.now();
}

void connection::update_memory() noexcept {
  if (frames_.capacity() > memory_reservation_.bytes())
    runtime_.ready().charge(limits::memory_cost(frames_.capacity()));
  memory_reservation_.set(frames_.capacity());
  if (frames_.capacity() == 0) memory_held_since_ = io::never;
  else if (memory_held_since_ == io::never) memory_held_since_ = runtime_.now();
}

wire::bytes connection::take_unframed(std::uint64_t max) {
  const wire::bytes_view received = frames_.take_unframed(max);
  wire::bytes taken{received.begin(), received.end()};
  frames_.detach();
  return taken;
}

task<result<std::size_t>> connection::read_unframed(io::buffer into) {
  PAPPUS_CO_TRY(count, co_await stream_->read_some(into));
  note_received(count);
  co_return count;
}

void connection::keep_received() {
  frames_.detach();
  update_memory();
}

/// The time starts anew when the header begins to arrive, and when the body does, then by its length.
io::time_point connection::frame_due() {
  keep_received();
  const std::uint64_t missing = frames_.bytes_missing();
  const bool in_header = frames_.buffered() != 0 && frames_.buffered() < wire::frame_header::size;
  auto stage = missing == 0 ? frame_stage::none : in_header ? frame_stage::header : frame_stage::body;
  if (stage == frame_stage::body && !frames_.unfinished()) stage = frame_stage::skipped;
  if (stage == stage_) return frame_due_;
  stage_ = stage;
  frame_due_ = io::never;
  if (stage == frame_stage::header) frame_due_ = io::saturating_add(runtime_.now(), limits::frame_header_timeout);
  if (stage >= frame_stage::body) frame_due_ = io::saturating_add(runtime_.now(), limits::frame_body_timeout(missing));
  return frame_due_;
}

}  // namespace pappus::peer
