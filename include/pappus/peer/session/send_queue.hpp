// What waits to be sent to one peer. Senders put frames in and go on; one coroutine writes them, gathered, and no
// faster than the peer may be talked to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/coro/event.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/fair_queue.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/rate_limit.hpp>
#include <pappus/peer/session/inventory_source.hpp>
#include <pappus/result.hpp>
#include <pappus/ring_buffer.hpp>
#include <pappus/wire/bytes.hpp>

namespace pappus::peer {

/// What overtakes what when not all that waits may go: earlier lanes the later ones. Within a lane the order is kept,
/// but among the news, where sources are served in turn.
enum class send_priority : std::uint8_t {
  disconnect,     // why the session is about to end; they wait for no token
  control,        // pings and requests: neither a backlog of the others nor the peer's own doing must make them late
  responses,      // what the peer has asked for, pongs among them
  announcements,  // what it is told unasked
};

/// Holds references to encoded frames, which many outboxes may share. The writer is woken through the ready queue, so
/// that all that one turn puts in leaves in one write, in the order in which it was put in. Each frame takes a token
/// from a bucket as it leaves, news from a smaller one, too. When there are not enough for all that waits, it goes by
/// lanes; nothing that was put in is ever dropped while the session lasts.
class send_queue final : private io::timer_node {
public:
  send_queue(io::runtime& on, const rate_limit& pace) noexcept
      : on_(on),
        pace_(pace),
        allowance_(pace.per_second, pace.at_once, on.now()),
        news_allowance_(pace.per_second, pace.news_at_once(), on.now()) {}

  /// Queues a frame. False if the peer has fallen so far behind that the session must end. Allocates only when more
  /// frames wait in the lane than ever before.
  [[nodiscard]] bool push(wire::shared_bytes frame, send_priority in, news_source of = {}) {
    const std::size_t size = frame.size();
    entry added{std::move(frame), pushed_ + 1};
    if (in == send_priority::announcements) news_.push(of, size, std::move(added));
    else waiting_in(in).push_back(std::move(added));
    ++pushed_;
    if (waiting_bytes_ == 0) stalled_since_ = on_.now();
    waiting_bytes_ += size;
    const bool waits_for_token = armed() && in != send_priority::disconnect;
    if (!waits_for_token || (only_news_wait_ && in != send_priority::announcements)) work_.set();
    return waiting_bytes_ <= limits::outbox_overflow;
  }

  /// The number of the frame that was pushed last, and whether one is still here, perhaps partly written. O(frames).
  [[nodiscard]] std::uint64_t pushed() const noexcept { return pushed_; }
  [[nodiscard]] bool holds(std::uint64_t number) noexcept;

  /// Queues a frame among the answers and, right behind it, `size` bytes that are read from `content` as the peer takes
  /// them. Nothing overtakes these. Only while nothing else `is_streaming`.
  [[nodiscard]] bool push_with_content(wire::shared_bytes frame, io::stream_ptr content, std::uint64_t size) {
    const bool room = push(std::move(frame), send_priority::responses);
    content_.emplace(waiting_in(send_priority::responses).size(), std::move(content), size);
    return room;
  }

  /// Whether such content is queued or being sent.
  [[nodiscard]] bool is_streaming() const noexcept { return content_.has_value(); }

  /// Whether the writer has failed because the content did.
  [[nodiscard]] bool content_failed() const noexcept { return content_failed_; }

  /// Above this watermark the peer gets no answers: too many bytes wait, or too many frames that were not its news.
  /// News alone do not keep it from being answered, or it would be told of what it could not ask for.
  [[nodiscard]] bool full() const noexcept {
    return waiting_bytes_ > limits::outbox_full ||
           frames_in(send_priority::control) + frames_in(send_priority::responses) >= pace_.backlog();
  }

  /// Above this one it gets no more news of that source: as many of its frames wait as there is room left, or as many
  /// of its bytes. So one source alone fills half of the room and n of them n parts of n + 1: one that has none waiting
  /// finds some as long as n + 1 parts are more than a frame each (the dynamic thresholds of Choudhury and Hahne,
  /// 1998).
  [[nodiscard]] bool full_of_news(news_source of = {}) const noexcept {
    const auto its = news_.share_of(of);
    return full() || its.items + news_.size() >= 2 * pace_.backlog() || its.size + waiting_bytes_ > limits::outbox_full;
  }

  /// How many more news of that source there is room for, as long as nothing else is added.
  [[nodiscard]] std::size_t news_room(news_source of = {}) const noexcept {
    if (full_of_news(of)) return 0;
    const std::size_t taken = news_.share_of(of).items + news_.size();
    return pace_.backlog() - taken / 2;  // each that is added counts twice
  }

  /// How long a frame that is put among our own now waits at most for its token.
  [[nodiscard]] io::duration longest_wait() const noexcept;

  /// Completes once the peer has taken enough of what makes this `full`. Fails only with `errc::canceled`.
  [[nodiscard]] coro::event::wait_operation room() noexcept { return room_.wait(); }

  /// Nothing more will be pushed: the writer ends when all is written that needs not wait for a token. The rest is
  /// lost.
  void finish() noexcept {
    finished_ = true;
    work_.set();
  }

  /// The writer. Completes when the outbox is finished and has written what it could; fails as writes do, or as reading
  /// the content does. `progress` is armed while the peer has bytes to take, not while these wait for a token, and ends
  /// what runs under its token.
  [[nodiscard]] task<result<void>> write_to(io::stream& to, io::deadline& progress);

  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }
  [[nodiscard]] std::size_t bytes_waiting() const noexcept { return waiting_bytes_; }
  /// When the peer last took something, or the first that waits came; `io::never` if nothing waits.
  [[nodiscard]] io::time_point stalled_since() const noexcept {
    return waiting_bytes_ == 0 ? io::never : stalled_since_;
  }
  [[nodiscard]] std::size_t frames() const noexcept;
  /// How often the writer has waited for a token.
  [[nodiscard]] std::uint64_t paced() const noexcept { return paced_; }

private:
  static constexpr std::size_t lanes = 4;
  static constexpr std::size_t news_lane = lanes - 1;

  struct entry {
    wire::shared_bytes frame;
    std::uint64_t number = 0;  // in the order of pushing, all lanes together
  };

  /// Bytes of a stream among the frames.
  struct streamed {
    streamed(std::size_t frames, io::stream_ptr from, std::uint64_t bytes)
        : after(frames), content(std::move(from)), left(bytes) {}

    std::size_t after;  // waiting answers that come first
    io::stream_ptr content;
    std::uint64_t left;
  };

  /// Of any lane but the news.
  [[nodiscard]] ring_buffer<entry>& waiting_in(send_priority which) noexcept {
    return waiting_[static_cast<std::size_t>(which)];
  }
  [[nodiscard]] std::size_t frames_in(send_priority which) const noexcept {
    return waiting_[static_cast<std::size_t>(which)].size();
  }

  task<result<void>> write_content(io::stream& to, io::deadline& progress);
  std::size_t gather();
  [[nodiscard]] bool has_next(std::size_t which, io::time_point now) noexcept;
  [[nodiscard]] std::size_t next_lane(bool in_order, io::time_point now) noexcept;
  [[nodiscard]] entry take_from(std::size_t which) noexcept;
  void written(std::size_t bytes) noexcept;
  coro::event::wait_operation token() noexcept;
  void on_timer() noexcept override { work_.set(); }

  io::runtime& on_;
  rate_limit pace_;
  io::token_bucket allowance_;
  io::token_bucket news_allowance_;
  std::array<ring_buffer<entry>, lanes - 1> waiting_;  // by lane, the last of which has a queue of its own
  fair_queue<entry, news_source> news_;
  std::vector<entry> writing_;           // taken from these
  std::vector<io::const_buffer> batch_;  // the same as buffers
  std::optional<streamed> content_;
  std::size_t waiting_bytes_ = 0;
  io::time_point stalled_since_{};
  std::uint64_t pushed_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t paced_ = 0;
  coro::event work_;  // the writer has something to look after
  coro::event room_;
  bool only_news_wait_ = false;  // for a token
  bool finished_ = false;
  bool content_failed_ = false;
};

}  // namespace pappus::peer
