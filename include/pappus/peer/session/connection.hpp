// A stream of frames: one peer's connection, its bytes put together on the way in and queued on the way out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/memory_budget.hpp>
#include <pappus/peer/messages.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/message_monitor.hpp>
#include <pappus/peer/session/send_queue.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/frame_assembler.hpp>

namespace pappus::peer {

/// Owns the stream. Whoever reads asks for `next` until there is no whole frame left, then awaits `more`.
class connection {
public:
  /// All outlive it. `whom` is what is known so far of who is at the other end.
  connection(io::runtime& on, io::stream_ptr stream, const local_node& us, message_monitor& watch,
             const peer_info& whom) noexcept;

  /// The next frame, or nothing until there is `more`. It lasts until the next call or await.
  [[nodiscard]] wire::decode_result<std::optional<wire::frame>> next();

  /// Completes when more bytes have come. Fails as reads do.
  [[nodiscard]] task<result<void>> more();

  /// The known frame that is arriving, as far as it is there; call after `frame_due`. It lasts like other frames.
  [[nodiscard]] std::optional<wire::frame> unfinished() const noexcept { return frames_.unfinished(); }

  /// Whether what came behind the last frame has not been taken for frames already.
  [[nodiscard]] bool has_unframed() const noexcept { return frames_.has_unframed(); }
  /// At most `most` of the bytes behind the last frame that belong to no frame, as far as they have come with it. Call
  /// once, before the next await, if it `has_unframed`; the rest is read from the stream.
  [[nodiscard]] wire::bytes take_unframed(std::uint64_t most);
  [[nodiscard]] task<result<std::size_t>> read_unframed(io::buffer into);

  /// By when the frame that is arriving has to be complete; `io::never` between frames. Ends the life of the last
  /// frame.
  [[nodiscard]] io::time_point frame_due();

  /// A whole frame for this peer. Fails if the message cannot be written at the version spoken.
  template <wire::message Message>
  [[nodiscard]] wire::encode_result<wire::shared_bytes> encode(const Message& message) const {
    return session_messages::encode_shared(message, us_.network, spoken_.version, *us_.memory);
  }

  /// A frame is on its way, be it in the outbox or on the stream.
  void note_sent(const wire::shared_bytes& frame) { watch_.sent(whom_, frame.view()); }

  /// How bodies are read and written; until the handshake says otherwise, at our own version.
  [[nodiscard]] const wire::codec_context& spoken() const noexcept { return spoken_; }
  void speak(wire::protocol_version version) noexcept { spoken_.version = version; }

  [[nodiscard]] io::stream& stream() noexcept { return *stream_; }
  [[nodiscard]] send_queue& outgoing() noexcept { return outgoing_; }
  [[nodiscard]] const send_queue& outgoing() const noexcept { return outgoing_; }
  [[nodiscard]] message_monitor& watch() noexcept { return watch_; }
  [[nodiscard]] std::uint64_t bytes_received() const noexcept { return bytes_received_; }
  /// Of frames that are not whole, or that nobody has asked for.
  [[nodiscard]] std::size_t bytes_held() const noexcept { return frames_.held(); }
  /// All bytes that it makes the node hold, be they shared with others.
  [[nodiscard]] std::size_t memory() const noexcept { return frames_.capacity() + outgoing_.bytes_waiting(); }
  /// Since when it has held some of them: since the last whole frame came, or since the peer last took something; the
  /// earlier. `io::never` if it holds none.
  [[nodiscard]] io::time_point stalled_since() const noexcept {
    return std::min(held_since_, outgoing_.stalled_since());
  }
  /// When the last bytes came; when it was made, if none have.
  [[nodiscard]] io::time_point heard_at() const noexcept { return heard_at_; }

private:
  enum class arriving : std::uint8_t { nothing, header, body };

  void note_arrival(std::size_t bytes) noexcept;
  void note_memory() noexcept;

  io::runtime& on_;
  io::stream_ptr stream_;
  const local_node& us_;
  message_monitor& watch_;
  const peer_info& whom_;
  wire::codec_context spoken_;
  wire::frame_assembler frames_;
  memory_budget::share held_;  // by these
  io::time_point held_since_ = io::never;
  send_queue outgoing_;
  std::uint64_t bytes_received_ = 0;
  io::time_point heard_at_;
  arriving arriving_ = arriving::nothing;
  io::time_point frame_due_ = io::never;
};

}  // namespace pappus::peer
