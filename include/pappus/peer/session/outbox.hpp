// What waits to be sent to one peer. Senders put frames in and go on; one coroutine writes them, gathered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/coro/event.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/bytes.hpp>

namespace pappus::peer {

/// Holds references to encoded frames, which many outboxes may share. The writer is woken through the ready queue, so
/// that all that one turn puts in leaves in one write.
class outbox {
public:
  /// Queues a frame. False if the peer has fallen so far behind that the session must end.
  [[nodiscard]] bool push(wire::shared_bytes frame) {
    waiting_bytes_ += frame.size();
    frames_.push_back(std::move(frame));
    filled_.set();
    return waiting_bytes_ <= limits::outbox_overflow;
  }

  /// Queues a frame and, right behind it, `size` bytes that are read from `content` as the peer takes them. Only while
  /// nothing else `is_streaming`.
  [[nodiscard]] bool push_with_content(wire::shared_bytes frame, io::stream_ptr content, std::uint64_t size) {
    const bool room = push(std::move(frame));
    content_.emplace(frames_.size(), std::move(content), size);
    return room;
  }

  /// Whether such content is queued or being sent.
  [[nodiscard]] bool is_streaming() const noexcept { return content_.has_value(); }

  /// Whether the writer has failed because the content did.
  [[nodiscard]] bool content_failed() const noexcept { return content_failed_; }

  /// Above this watermark nothing is relayed to the peer and it gets no answers.
  [[nodiscard]] bool full() const noexcept { return waiting_bytes_ > limits::outbox_full; }

  /// Completes once the peer has taken enough. Fails only with `errc::canceled`.
  [[nodiscard]] coro::event::wait_operation room() noexcept { return room_.wait(); }

  /// Nothing more will be pushed: the writer ends when all is written.
  void finish() noexcept {
    finished_ = true;
    filled_.set();
  }

  /// The writer. Completes when the outbox is finished and empty; fails as writes do, or as reading the content does.
  /// `progress` is armed while the peer has bytes to take, and ends what runs under its token.
  [[nodiscard]] task<result<void>> write_to(io::stream& to, io::deadline& progress);

  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }
  [[nodiscard]] std::size_t bytes_waiting() const noexcept { return waiting_bytes_; }

private:
  /// Bytes of a stream among the frames.
  struct streamed {
    streamed(std::size_t frames, io::stream_ptr from, std::uint64_t bytes)
        : after(frames), content(std::move(from)), left(bytes) {}

    std::size_t after;  // frames to be written first
    io::stream_ptr content;
    std::uint64_t left;
  };

  task<result<void>> write_content(io::stream& to, io::deadline& progress);
  std::size_t gather();
  void drop(std::size_t count, std::size_t bytes) noexcept;

  std::deque<wire::shared_bytes> frames_;
  std::optional<streamed> content_;
  std::vector<io::const_buffer> batch_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t bytes_sent_ = 0;
  coro::event filled_;
  coro::event room_;
  bool finished_ = false;
  bool content_failed_ = false;
};

}  // namespace pappus::peer
