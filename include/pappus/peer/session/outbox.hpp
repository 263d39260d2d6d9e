// What waits to be sent to one peer. Senders put frames in and go on; one coroutine writes them, gathered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
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

  /// Above this watermark nothing is relayed to the peer and it gets no answers.
  [[nodiscard]] bool full() const noexcept { return waiting_bytes_ > limits::outbox_full; }

  /// Completes once the peer has taken enough. Fails only with `errc::canceled`.
  [[nodiscard]] coro::event::wait_operation room() noexcept { return room_.wait(); }

  /// Nothing more will be pushed: the writer ends when all is written.
  void finish() noexcept {
    finished_ = true;
    filled_.set();
  }

  /// The writer. Completes when the outbox is finished and empty; fails as writes do. `progress` is armed while the
  /// peer has bytes to take, and ends what runs under its token.
  [[nodiscard]] task<result<void>> write_to(io::stream& to, io::deadline& progress);

  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }
  [[nodiscard]] std::size_t bytes_waiting() const noexcept { return waiting_bytes_; }

private:
  std::size_t gather();
  void drop(std::size_t count, std::size_t bytes) noexcept;

  std::deque<wire::shared_bytes> frames_;
  std::vector<io::const_buffer> batch_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t bytes_sent_ = 0;
  coro::event filled_;
  coro::event room_;
  bool finished_ = false;
};

}  // namespace pappus::peer
