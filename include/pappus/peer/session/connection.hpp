// Connection to one peer as a stream of frames: assembles received bytes and queues frames to send.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/memory_budget.hpp>
#include <pappus/peer/messages.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/message_monitor.hpp>
#include <pappus/peer/session/send_queue.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/frame_assembler.hpp>

namespace pappus::peer {

/// Owns the stream. The reader calls `next_frame` until no whole frame is left, then awaits `read_more`.
class connection {
public:
  /// All references outlive the connection. `peer`: information on the peer, as far as it is known yet.
  connection(io::runtime& runtime, io::stream_ptr stream, const local_node& local, message_monitor& monitor,
             const peer_info& peer) noexcept;

  /// The next frame, or nothing until more has been read. The frame is valid until the next call or await.
  [[nodiscard]] wire::decode_result<std::optional<wire::frame>> next_frame();

  class read_operation;
  /// Completes when more bytes have arrived. Fails as reads do.
  [[nodiscard]] read_operation read_more();
  /// Copies what `read_more` has received and `next_frame` has not returned: until then it is valid only in the turn in
  /// which it has arrived. Call before awaiting anything but `read_more`. Invalidates the last frame.
  void keep_received();

  /// The arriving frame of a known type, as far as it has arrived; call after `frame_due`. Valid as long as other
  /// frames.
  [[nodiscard]] std::optional<wire::frame> partial_frame() const noexcept { return frames_.unfinished(); }

  /// Whether the bytes after the last frame have not been parsed as frames already.
  [[nodiscard]] bool has_unframed() const noexcept { return frames_.has_unframed(); }
  /// At most `max` of the bytes after the last frame that belong to no frame (an archive), as far as they have arrived
  /// with it. Requires `has_unframed`; call once, before the next await. The rest is read with `read_unframed`.
  [[nodiscard]] wire::bytes take_unframed(std::uint64_t max);
  [[nodiscard]] task<result<std::size_t>> read_unframed(io::buffer into);

  /// Time by which the arriving frame has to be complete; `io::never` between frames. Invalidates the last frame.
  [[nodiscard]] io::time_point frame_due();

  /// A whole frame for this peer. Fails if the message cannot be encoded at the negotiated version.
  template <wire::message Message>
  [[nodiscard]] wire::encode_result<wire::shared_bytes> encode(const Message& message) const {
    return session_messages::encode_shared(message, local_.chain, codec_.version, *local_.memory);
  }

  /// Counts and traces a frame that is queued or written.
  void note_sent(const wire::shared_bytes& frame) { monitor_.sent(peer_, frame.view()); }

  /// How bodies are decoded and encoded: at the node's own version until the handshake sets the negotiated one.
  [[nodiscard]] const wire::codec_context& codec() const noexcept { return codec_; }
  void set_version(wire::protocol_version version) noexcept { codec_.version = version; }

  [[nodiscard]] io::stream& stream() noexcept { return *stream_; }
  /// What is known of the peer.
  [[nodiscard]] const peer_info& peer() const noexcept { return peer_; }
  [[nodiscard]] send_queue& outgoing() noexcept { return outgoing_; }
  [[nodiscard]] const send_queue& outgoing() const noexcept { return outgoing_; }
  [[nodiscard]] message_monitor& monitor() noexcept { return monitor_; }
  [[nodiscard]] std::uint64_t bytes_received() const noexcept { return bytes_received_; }
  /// Received bytes of incomplete frames and of frames that `next_frame` has not returned.
  [[nodiscard]] std::size_t bytes_buffered() const noexcept { return frames_.buffered(); }
  /// All bytes that the node holds because of this connection, including those shared with others.
  [[nodiscard]] std::size_t memory() const noexcept { return frames_.capacity() + outgoing_.bytes_waiting(); }
  /// Time since which these bytes are held without progress: since the last whole frame, or since the peer last read
  /// something; the earlier of both. `io::never` if no bytes are held.
  [[nodiscard]] io::time_point stalled_since() const noexcept {
    return std::min(memory_held_since_, outgoing_.stalled_since());
  }
  /// When the last bytes arrived; if none have, when the connection was created.
  [[nodiscard]] io::time_point last_received_at() const noexcept { return last_received_at_; }

private:
  enum class frame_stage : std::uint8_t { none, header, body, skipped };  // skipped: the body of an unknown type

  [[nodiscard]] io::buffer room_for_more();
  void note_received(std::size_t bytes) noexcept;
  void update_memory() noexcept;

  io::runtime& runtime_;
  io::stream_ptr stream_;
  const local_node& local_;
  message_monitor& monitor_;
  const peer_info& peer_;
  wire::codec_context codec_;
  wire::frame_assembler frames_;
  memory_budget::reservation memory_reservation_;  // by `frames_`
  io::time_point memory_held_since_ = io::never;
  send_queue outgoing_;
  std::uint64_t bytes_received_ = 0;
  io::time_point last_received_at_;
  frame_stage stage_ = frame_stage::none;
  io::time_point frame_due_ = io::never;
};

/// A read of the bytes that are assembled to frames: into the memory of an arriving frame, if that is large.
class [[nodiscard]] connection::read_operation final : public io::read_operation {
public:
  explicit read_operation(connection& to) : io::read_operation(*to.stream_, to.room_for_more(), 1), to_(to) {}
  result<void> await_resume();

private:
  connection& to_;
};

inline connection::read_operation connection::read_more() { return read_operation{*this}; }

}  // namespace pappus::peer
