#include <algorithm>
#include <utility>

#include <pappus/peer/session/connection.hpp>
#include <pappus/peer/session/limits.hpp>

namespace pappus::peer {

connection::connection(io::runtime& runtime, io::stream_ptr stream, const local_node& local, message_monitor& watch,
                       const peer_info& peer) noexcept
    : runtime_(runtime),
      stream_(std::move(stream)),
      local_(local),
      watch_(watch),
      peer_(peer),
      spoken_{local.version, local.chain.limits},
      frames_(local.rules),
      held_(*local.memory),
      outgoing_(runtime, local.send_limit),
      heard_at_(runtime.now()) {}

wire::decode_result<std::optional<wire::frame>> connection::next() {
  auto got = frames_.next();
  if (!got || !*got) return got;
  arriving_ = arriving::nothing;
  held_since_ = io::never;
  watch_.received(peer_, (**got).header);
  return got;
}

task<result<void>> connection::more() {
  frames_.detach();
  io::buffer room = frames_.prepare();
  room = room.first(std::min(room.size(), 2 * limits::arriving_chunk_size));
  if (room.empty()) {
    PAPPUS_CO_TRY(piece, co_await stream_->read_view());
    note_arrival(piece.size());
    frames_.feed(piece);
  } else {
    PAPPUS_CO_TRY(count, co_await stream_->read_some(room));
    note_arrival(count);
    frames_.commit(count);
  }
  note_memory();
  co_return result<void>{};
}

void connection::note_arrival(std::size_t bytes) noexcept {
  bytes_received_ += bytes;
  heard_at_ = runtime_.now();
}

void connection::note_memory() noexcept {
  if (frames_.capacity() > held_.bytes()) runtime_.ready().charge(limits::memory_cost(frames_.capacity()));
  held_.set(frames_.capacity());
  if (frames_.capacity() == 0) held_since_ = io::never;
  else if (held_since_ == io::never) held_since_ = runtime_.now();
}

wire::bytes connection::take_unframed(std::uint64_t max) {
  const wire::bytes_view there = frames_.take_unframed(max);
  wire::bytes taken{there.begin(), there.end()};
  frames_.detach();
  return taken;
}

task<result<std::size_t>> connection::read_unframed(io::buffer into) {
  PAPPUS_CO_TRY(count, co_await stream_->read_some(into));
  note_arrival(count);
  co_return count;
}

/// The time starts anew when the header begins to arrive, and when the body does, then by its length.
io::time_point connection::frame_due() {
  frames_.detach();
  note_memory();
  const std::uint64_t missing = frames_.bytes_missing();
  const bool in_header = frames_.buffered() != 0 && frames_.buffered() < wire::frame_header::size;
  const auto stage = missing == 0 ? arriving::nothing : in_header ? arriving::header : arriving::body;
  if (stage == arriving_) return frame_due_;
  arriving_ = stage;
  frame_due_ = io::never;
  if (stage == arriving::header) frame_due_ = io::saturating_add(runtime_.now(), limits::frame_header_timeout);
  if (stage == arriving::body) frame_due_ = io::saturating_add(runtime_.now(), limits::frame_body_timeout(missing));
  return frame_due_;
}

}  // namespace pappus::peer
