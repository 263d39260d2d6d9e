#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <utility>

#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/send_queue.hpp>

namespace pappus::peer {

bool send_queue::may_be_written() noexcept {
  return (content_ && content_->after == 0) || next_lane(true, runtime_.now()) != lanes;
}

task<result<void>> send_queue::write_next(io::stream& to, io::deadline& progress) {
  runtime_.timers().disarm(*this);
  if (content_ && content_->after == 0) return write_content(to, progress);
  return frames() == 1 ? write_frames<1>(to, progress) : write_frames<limits::max_gathered_frames>(to, progress);
}

/// Writes at most `Max` frames at once, as many as there are tokens for. A coroutine of its own, so that its memory is
/// there only while something is written.
template <std::size_t Max>
task<result<void>> send_queue::write_frames(io::stream& to, io::deadline& progress) {
  std::array<entry, Max> batch;
  std::array<io::const_buffer, Max> buffers;
  const std::size_t count = gather(batch);
  for (std::size_t i = 0; i != count; ++i) buffers[i] = batch[i].frame.view();
  const auto bytes = std::span<const io::const_buffer>{buffers}.first(count);
  writing_ = std::span{batch}.first(count);
  if (!finished_) progress.expires_after(limits::send_timeout);
  const auto written = co_await to.write_all(bytes);
  writing_ = {};
  if (!written) {
    // Not all has been written: see `contains`.
    for (std::size_t i = 0; i != count; ++i) queue_of(send_priority::control).push_back(std::move(batch[i]));
    co_return failure{written.error()};
  }
  if (!finished_) progress.cancel();
  note_written(io::total_size(bytes));
  co_return result<void>{};
}

task<result<void>> send_queue::write_content(io::stream& to, io::deadline& progress) {
  wire::bytes piece(limits::archive_chunk_size);
  while (content_->left != 0) {
    const auto max = static_cast<std::size_t>(std::min<std::uint64_t>(content_->left, piece.size()));
    const auto count = co_await content_->content->read_some(io::buffer{piece}.first(max));
    if (!count) {
      content_failed_ = true;
      co_return failure{count.error()};
    }
    if (!finished_) progress.expires_after(limits::send_timeout);
    PAPPUS_CO_TRY_DISCARD(co_await to.write_all(io::const_buffer{piece}.first(*count)));
    if (!finished_) progress.cancel();
    content_->left -= *count;
    bytes_sent_ += *count;
  }
  content_.reset();
  co_return result<void>{};
}

io::duration send_queue::longest_wait() const noexcept {
  const double tokens = 1.0 + static_cast<double>(frames_in(send_priority::control));
  return io::duration{std::chrono::duration<double>{tokens / limit_.per_second}};
}

bool send_queue::contains(std::uint64_t number) noexcept {
  const auto has_number = [number](const entry& each) { return each.number == number; };
  for (auto& queue : queues_) {
    for (std::size_t i = 0; i != queue.size(); ++i) {
      if (has_number(queue[i])) return true;
    }
  }
  return std::ranges::any_of(writing_, has_number) || announcements_.any_of(has_number);
}

std::size_t send_queue::frames() const noexcept {
  std::size_t total = writing_.size() + announcements_.size();
  for (const auto& each : queues_) total += each.size();
  return total;
}

/// Takes the next frames to write, as far as there are tokens for them. Returns how many.
std::size_t send_queue::gather(std::span<entry> into) noexcept {
  cancel_deferred();
  const io::time_point now = runtime_.now();
  const bool in_order = has_tokens_for_all(now);
  for (std::size_t taken = 0; taken != into.size();) {
    const std::size_t lane = next_lane(in_order, now);
    if (lane == lanes) return taken;
    if (lane != static_cast<std::size_t>(send_priority::disconnect)) static_cast<void>(tokens_.try_consume(now));
    if (lane == announcement_lane) static_cast<void>(announcement_tokens_.try_consume(now));
    into[taken++] = take_from(lane);
    const bool before_content = content_ && lane == static_cast<std::size_t>(send_priority::responses);
    if (before_content && --content_->after == 0) return taken;
  }
  return into.size();
}

bool send_queue::has_tokens_for_all(io::time_point now) noexcept {
  return tokens_.time_until(now, static_cast<double>(frames())) == io::duration::zero() &&
         announcement_tokens_.time_until(now, static_cast<double>(announcements_.size())) == io::duration::zero();
}

/// Whether a frame of that priority may be taken: all but the last of a session need a token, an announcement one of
/// its own, too.
bool send_queue::has_next(std::size_t lane, io::time_point now) noexcept {
  constexpr auto last = static_cast<std::size_t>(send_priority::disconnect);
  const bool is_empty = lane == announcement_lane ? announcements_.empty() : queues_[lane].empty();
  if (is_empty || (lane != last && tokens_.time_until(now) != io::duration::zero())) return false;
  return lane != announcement_lane || announcement_tokens_.time_until(now) == io::duration::zero();
}

/// The priority of the next frame that may be taken; `lanes` if there is none.
std::size_t send_queue::next_lane(bool in_order, io::time_point now) noexcept {
  std::size_t chosen = lanes;
  std::uint64_t lowest = 0;
  for (std::size_t lane = 0; lane != lanes; ++lane) {
    if (!has_next(lane, now)) continue;
    const std::uint64_t number =
        lane == announcement_lane ? announcements_.front().number : queues_[lane].front().number;
    if (chosen != lanes && !(in_order && number < lowest)) continue;
    chosen = lane;
    lowest = number;
  }
  return chosen;
}

send_queue::entry send_queue::take_from(std::size_t lane) noexcept {
  if (lane == announcement_lane) return announcements_.pop_front();
  entry next = std::move(queues_[lane].front());
  queues_[lane].pop_front();
  return next;
}

void send_queue::note_written(std::size_t bytes) noexcept {
  waiting_bytes_ -= bytes;
  stalled_since_ = runtime_.now();
  bytes_sent_ += bytes;
  if (full()) return;
  room_.set();
  room_.reset();
}

coro::event::wait_operation send_queue::wait_for_next() noexcept {
  wakeup_.reset();
  runtime_.timers().disarm(*this);
  if (frames() == 0) return wakeup_.wait();
  ++throttled_;
  const io::time_point now = runtime_.now();
  only_announcements_wait_ = frames() == announcements_.size();
  const io::duration wait = tokens_.time_until(now);
  runtime_.timers().arm(
      *this,
      io::saturating_add(now, only_announcements_wait_ ? std::max(wait, announcement_tokens_.time_until(now)) : wait));
  return wakeup_.wait();
}

}  // namespace pappus::peer
