#include <algorithm>
#include <chrono>
#include <utility>

#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/send_queue.hpp>

namespace pappus::peer {

task<result<void>> send_queue::write_to(io::stream& to, io::deadline& progress) {
  for (;;) {
    while (frames() == 0 && !content_) {
      if (finished_) co_return result<void>{};
      wakeup_.reset();
      PAPPUS_CO_TRY_DISCARD(co_await wakeup_.wait());
    }
    if (content_ && content_->after == 0) {
      PAPPUS_CO_TRY_DISCARD(co_await write_content(to, progress));
      continue;
    }
    const std::size_t bytes = gather();
    if (batch_.empty()) {
      if (finished_) co_return result<void>{};
      PAPPUS_CO_TRY_DISCARD(co_await wait_for_token());
      runtime_.timers().disarm(*this);
      continue;
    }
    if (!finished_) progress.expires_after(limits::send_timeout);
    PAPPUS_CO_TRY_DISCARD(co_await to.write_all(std::span<const io::const_buffer>{batch_}));
    if (!finished_) progress.cancel();
    note_written(bytes);
  }
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

/// Takes the next frames to write, as far as there are tokens for them. Returns their size, bytes.
std::size_t send_queue::gather() {
  cancel_deferred();
  batch_.clear();
  const io::time_point now = runtime_.now();
  const bool has_tokens_for_all =
      tokens_.time_until(now, static_cast<double>(frames())) == io::duration::zero() &&
      announcement_tokens_.time_until(now, static_cast<double>(announcements_.size())) == io::duration::zero();
  while (batch_.size() != limits::max_gathered_frames) {
    const std::size_t lane = next_lane(has_tokens_for_all, now);
    if (lane == lanes) break;
    if (lane != static_cast<std::size_t>(send_priority::disconnect) && !tokens_.try_consume(now)) break;
    if (lane == announcement_lane) static_cast<void>(announcement_tokens_.try_consume(now));
    writing_.emplace_back() = take_from(lane);
    batch_.push_back(writing_.back().frame.view());
    const bool before_content = content_ && lane == static_cast<std::size_t>(send_priority::responses);
    if (before_content && --content_->after == 0) break;
  }
  return io::total_size(batch_);
}

/// Whether a frame of that priority may be taken; an announcement needs a token of its own.
bool send_queue::has_next(std::size_t lane, io::time_point now) noexcept {
  if (lane != announcement_lane) return !queues_[lane].empty();
  return !announcements_.empty() && announcement_tokens_.time_until(now) == io::duration::zero();
}

/// The priority of the next frame to be taken; `lanes` if there is none.
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
  writing_.clear();
  waiting_bytes_ -= bytes;
  stalled_since_ = runtime_.now();
  bytes_sent_ += bytes;
  if (full()) return;
  room_.set();
  room_.reset();
}

/// Completes when there is a token, or when a frame is pushed that need not wait for it.
coro::event::wait_operation send_queue::wait_for_token() noexcept {
  ++throttled_;
  wakeup_.reset();
  const io::time_point now = runtime_.now();
  only_announcements_wait_ = frames() == announcements_.size();
  const io::duration wait = tokens_.time_until(now);
  runtime_.timers().arm(
      *this,
      io::saturating_add(now, only_announcements_wait_ ? std::max(wait, announcement_tokens_.time_until(now)) : wait));
  return wakeup_.wait();
}

}  // namespace pappus::peer
