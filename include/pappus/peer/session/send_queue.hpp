// Send queue of one peer. Senders push frames without waiting; one coroutine writes them, gathered, within the send
// rate limit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include <pappus/coro/event.hpp>
#include <pappus/coro/ready_queue.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/fair_queue.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer_queue.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/rate_limit.hpp>
#include <pappus/peer/session/announcement_source.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/send_priority.hpp>
#include <pappus/result.hpp>
#include <pappus/ring_buffer.hpp>
#include <pappus/wire/bytes.hpp>

namespace pappus::peer {

/// Holds references to encoded frames, which many send queues may share. The writer is woken through the ready queue,
/// so that the frames pushed in one turn leave together, in the order of pushing. Each frame takes a token from a
/// bucket when it is written, an announcement also one from a smaller bucket. When there are not enough tokens for all
/// waiting frames, they go by priority. No frame is dropped while the session lasts.
///
/// An announcement alone wakes the writer as deferred work: most of them go to all peers at once.
class send_queue final : private io::timer_node, private coro::ready_queue::deferred_work {
public:
  send_queue(io::runtime& runtime, const rate_limit& max) noexcept
      : runtime_(runtime),
        limit_(max),
        tokens_(max.per_second, max.burst, runtime.now()),
        announcement_tokens_(max.per_second, max.announcement_burst(), runtime.now()) {}

  /// Queues a frame. False if more than `limits::max_send_queue_bytes` bytes wait, so that the session must be
  /// disconnected. Allocates only when more frames of that priority wait than ever before.
  [[nodiscard]] bool push(wire::shared_bytes frame, send_priority priority, announcement_source source = {}) {
    const std::size_t size = frame.size();
    entry queued{std::move(frame), pushed_ + 1};
    if (priority == send_priority::announcements) announcements_.push(source, size, std::move(queued));
    else queue_of(priority).push_back(std::move(queued));
    ++pushed_;
    if (waiting_bytes_ == 0) stalled_since_ = runtime_.now();
    waiting_bytes_ += size;
    const bool is_announcement = priority == send_priority::announcements;
    const bool waits_for_token = armed() && priority != send_priority::disconnect;
    if (!waits_for_token && is_announcement) runtime_.ready().defer(*this);
    else if (!waits_for_token || (only_announcements_wait_ && !is_announcement)) wakeup_.set();
    return waiting_bytes_ <= limits::max_send_queue_bytes;
  }

  /// The number of the frame that was pushed last; and whether a frame is still here, perhaps partly written, which is
  /// O(frames).
  [[nodiscard]] std::uint64_t pushed() const noexcept { return pushed_; }
  [[nodiscard]] bool contains(std::uint64_t number) noexcept;

  /// Queues a frame among the responses and, right after it, `size` bytes, which are read from `content` as the peer
  /// reads them. No frame is written between these. Requires `!is_streaming()`.
  [[nodiscard]] bool push_with_content(wire::shared_bytes frame, io::stream_ptr content, std::uint64_t size) {
    const bool has_room = push(std::move(frame), send_priority::responses);
    content_.emplace(queue_of(send_priority::responses).size(), std::move(content), size);
    return has_room;
  }

  /// Whether such content is queued or being sent.
  [[nodiscard]] bool is_streaming() const noexcept { return content_.has_value(); }

  /// Whether the writer has failed because the content did.
  [[nodiscard]] bool content_failed() const noexcept { return content_failed_; }

  /// Above this watermark the peer gets no responses: too many bytes wait, or too many frames other than announcements.
  /// Announcements alone must not block responses, or the peer could not request what was announced to it.
  [[nodiscard]] bool full() const noexcept {
    return waiting_bytes_ > limits::send_queue_watermark ||
           frames_in(send_priority::control) + frames_in(send_priority::responses) >= limit_.backlog();
  }

  /// Above this watermark the peer gets no more announcements of that source: as many frames of the source wait as
  /// there is room left, or as many bytes. So one source alone fills half of the room, and n sources n parts of n + 1.
  /// A source without waiting frames finds room as long as one part of n + 1 is more than a frame (the dynamic
  /// thresholds of Choudhury and Hahne, 1998).
  [[nodiscard]] bool announcements_full(announcement_source source = {}) const noexcept {
    const auto waiting = announcements_.share_of(source);
    return full() || waiting.items + announcements_.size() >= 2 * limit_.backlog() ||
           waiting.size + waiting_bytes_ > limits::send_queue_watermark;
  }

  /// Number of further announcements of that source for which there is room, as long as nothing else is added.
  [[nodiscard]] std::size_t announcement_room(announcement_source source = {}) const noexcept {
    if (announcements_full(source)) return 0;
    const std::size_t taken = announcements_.share_of(source).items + announcements_.size();
    return limit_.backlog() - taken / 2;  // each added frame counts twice
  }

  /// Longest time that a `control` frame pushed now waits for its token.
  [[nodiscard]] io::duration longest_wait() const noexcept;

  /// Completes when the peer has read enough that the queue is not `full` any more. Fails only with `errc::canceled`.
  [[nodiscard]] coro::event::wait_operation room() noexcept { return room_.wait(); }

  /// To be called when nothing more will be pushed: the writer ends when all frames are written that need not wait for
  /// a token. The rest is lost.
  void finish() noexcept {
    finished_ = true;
    wakeup_.set();
  }
  [[nodiscard]] bool finished() const noexcept { return finished_; }

  // For the writer, a coroutine that writes what `may_be_written`, and otherwise waits, until the queue is `finished`.

  /// Whether a frame is queued that need not wait for a token, or content is next.
  [[nodiscard]] bool may_be_written() noexcept;
  /// Writes that. Fails as writes do, or as reading the content does. Arms `progress` while the peer has bytes to read,
  /// not while these wait for a token, and not any more after `finish`. The writer runs under the token of `progress`,
  /// so that its expiry stops the writer.
  [[nodiscard]] task<result<void>> write_next(io::stream& to, io::deadline& progress);
  /// Completes when a frame is pushed, or, if frames wait for a token, when there is one or a frame is pushed that need
  /// not wait for it. Fails only with `errc::canceled`.
  [[nodiscard]] coro::event::wait_operation wait_for_next() noexcept;

  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }
  [[nodiscard]] std::size_t bytes_waiting() const noexcept { return waiting_bytes_; }
  /// When the peer last read something, or when the first waiting frame was pushed, whichever is later; `io::never` if
  /// nothing waits.
  [[nodiscard]] io::time_point stalled_since() const noexcept {
    return waiting_bytes_ == 0 ? io::never : stalled_since_;
  }
  [[nodiscard]] std::size_t frames() const noexcept;
  /// Number of times that the writer has waited for a token.
  [[nodiscard]] std::uint64_t throttled() const noexcept { return throttled_; }

private:
  static constexpr std::size_t lanes = 4;
  static constexpr std::size_t announcement_lane = lanes - 1;

  struct entry {
    wire::shared_bytes frame;
    std::uint64_t number = 0;  // in the order of pushing, across all priorities
  };

  /// Of one priority. An idle peer has one ping and one pong waiting at a time.
  using frame_queue = ring_buffer<entry, 1>;

  /// Bytes of a stream to be sent between frames.
  struct stream_content {
    stream_content(std::size_t frames, io::stream_ptr from, std::uint64_t bytes)
        : after(frames), content(std::move(from)), left(bytes) {}

    std::size_t after;  // waiting responses that go first
    io::stream_ptr content;
    std::uint64_t left;
  };

  /// The queue of a priority other than `announcements`.
  [[nodiscard]] frame_queue& queue_of(send_priority priority) noexcept {
    return queues_[static_cast<std::size_t>(priority)];
  }
  [[nodiscard]] std::size_t frames_in(send_priority priority) const noexcept {
    return queues_[static_cast<std::size_t>(priority)].size();
  }

  template <std::size_t Max>
  task<result<void>> write_frames(io::stream& to, io::deadline& progress);
  task<result<void>> write_content(io::stream& to, io::deadline& progress);
  [[nodiscard]] std::size_t gather(std::span<entry> into) noexcept;
  [[nodiscard]] bool has_tokens_for_all(io::time_point now) noexcept;
  [[nodiscard]] bool has_next(std::size_t lane, io::time_point now) noexcept;
  [[nodiscard]] std::size_t next_lane(bool in_order, io::time_point now) noexcept;
  [[nodiscard]] entry take_from(std::size_t lane) noexcept;
  void note_written(std::size_t bytes) noexcept;
  void on_timer() noexcept override { wakeup_.set(); }
  void run_deferred() noexcept override { wakeup_.set(); }
  void prefetch_woken() const noexcept override { wakeup_.prefetch_waiter(); }

  io::runtime& runtime_;
  rate_limit limit_;
  io::token_bucket tokens_;
  io::token_bucket announcement_tokens_;
  std::array<frame_queue, lanes - 1> queues_;  // by priority; announcements are in `announcements_`
  fair_queue<entry, announcement_source> announcements_;
  std::span<const entry> writing_;  // taken from both
  std::optional<stream_content> content_;
  std::size_t waiting_bytes_ = 0;
  io::time_point stalled_since_{};
  std::uint64_t pushed_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t throttled_ = 0;
  coro::event wakeup_;  // wakes the writer
  coro::event room_;
  bool only_announcements_wait_ = false;  // only announcements wait for a token
  bool finished_ = false;
  bool content_failed_ = false;
};

}  // namespace pappus::peer
