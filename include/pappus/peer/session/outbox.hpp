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
#include <pappus/io/network.hpp>
#include <pappus/io/rate.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/pacing.hpp>
#include <pappus/result.hpp>
#include <pappus/ring.hpp>
#include <pappus/wire/bytes.hpp>

namespace pappus::peer {

/// What overtakes what when not all that waits may go: earlier lanes the later ones. Within a lane the order is kept.
enum class lane : std::uint8_t {
  last_words,  // why the session is about to end; they wait for no token
  own,         // what keeps the session alive, and requests: a backlog of the others must not make either late
  answers,     // what the peer has asked for
  news,        // what it is told unasked
};

/// Holds references to encoded frames, which many outboxes may share. The writer is woken through the ready queue, so
/// that all that one turn puts in leaves in one write, in the order in which it was put in. Each frame takes a token
/// from a bucket as it leaves. When there are not enough for all that waits, it goes by lanes; nothing that was put in
/// is ever dropped while the session lasts.
class outbox final : private io::timer_node {
public:
  outbox(io::network& on, const pacing& pace) noexcept
      : on_(on), pace_(pace), allowance_(pace.per_second, pace.at_once, on.now()) {}

  /// Queues a frame. False if the peer has fallen so far behind that the session must end. Allocates only when more
  /// frames wait in the lane than ever before.
  [[nodiscard]] bool push(wire::shared_bytes frame, lane in) {
    const std::size_t size = frame.size();
    waiting_in(in).push_back({std::move(frame), pushed_ + 1});
    ++pushed_;
    waiting_bytes_ += size;
    const bool waits_for_token = armed() && in != lane::last_words;
    if (!waits_for_token) work_.set();
    return waiting_bytes_ <= limits::outbox_overflow;
  }

  /// The number of the frame that was pushed last, and whether one is still here, perhaps partly written. O(frames).
  [[nodiscard]] std::uint64_t pushed() const noexcept { return pushed_; }
  [[nodiscard]] bool holds(std::uint64_t number) noexcept;

  /// Queues a frame among the answers and, right behind it, `size` bytes that are read from `content` as the peer takes
  /// them. Nothing overtakes these. Only while nothing else `is_streaming`.
  [[nodiscard]] bool push_with_content(wire::shared_bytes frame, io::stream_ptr content, std::uint64_t size) {
    const bool room = push(std::move(frame), lane::answers);
    content_.emplace(waiting_in(lane::answers).size(), std::move(content), size);
    return room;
  }

  /// Whether such content is queued or being sent.
  [[nodiscard]] bool is_streaming() const noexcept { return content_.has_value(); }

  /// Whether the writer has failed because the content did.
  [[nodiscard]] bool content_failed() const noexcept { return content_failed_; }

  /// Above this watermark the peer gets no answers: too many bytes wait, or too many frames that were not its news.
  /// News alone do not keep it from being answered, or it would be told of what it could not ask for.
  [[nodiscard]] bool full() const noexcept {
    return waiting_bytes_ > limits::outbox_full || frames_in(lane::own) + frames_in(lane::answers) >= pace_.backlog();
  }

  /// Above this one it gets no more news.
  [[nodiscard]] bool full_of_news() const noexcept { return full() || frames_in(lane::news) >= pace_.backlog(); }

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
  [[nodiscard]] std::size_t frames() const noexcept;
  /// How often the writer has waited for a token.
  [[nodiscard]] std::uint64_t paced() const noexcept { return paced_; }

private:
  static constexpr std::size_t lanes = 4;

  struct entry {
    wire::shared_bytes frame;
    std::uint64_t number = 0;  // in the order of pushing, all lanes together
  };

  /// Bytes of a stream among the frames.
  struct streamed {
    streamed(std::size_t frames, io::stream_ptr from, std::uint64_t bytes)
        : after(frames), content(std::move(from)), left(bytes) {}

    std::size_t after;  // answers to be written first
    io::stream_ptr content;
    std::uint64_t left;
  };

  [[nodiscard]] ring<entry>& waiting_in(lane which) noexcept { return waiting_[static_cast<std::size_t>(which)]; }
  [[nodiscard]] std::size_t frames_in(lane which) const noexcept {
    return waiting_[static_cast<std::size_t>(which)].size();
  }

  task<result<void>> write_content(io::stream& to, io::deadline& progress);
  std::size_t gather();
  [[nodiscard]] std::size_t next_lane(bool in_order) noexcept;
  void drop_gathered(std::size_t bytes) noexcept;
  coro::event::wait_operation token() noexcept;
  void on_timer() noexcept override { work_.set(); }

  io::network& on_;
  pacing pace_;
  io::token_bucket allowance_;
  std::array<ring<entry>, lanes> waiting_;
  std::array<std::size_t, lanes> gathered_{};  // of each lane, being written
  std::vector<io::const_buffer> batch_;        // the same as buffers
  std::optional<streamed> content_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t pushed_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t paced_ = 0;
  coro::event work_;  // the writer has something to look after
  coro::event room_;
  bool finished_ = false;
  bool content_failed_ = false;
};

}  // namespace pappus::peer
