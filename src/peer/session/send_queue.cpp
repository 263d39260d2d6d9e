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
      work_.reset();
      PAPPUS_CO_TRY_DISCARD(co_await work_.wait());
    }
    if (content_ && content_->after == 0) {
      PAPPUS_CO_TRY_DISCARD(co_await write_content(to, progress));
      continue;
    }
    const std::size_t bytes = gather();
    if (batch_.empty()) {
      if (finished_) co_return result<void>{};
      PAPPUS_CO_TRY_DISCARD(co_await token());
      runtime_.timers().disarm(*this);
      continue;
    }
    if (!finished_) progress.expires_after(limits::send_timeout);
    PAPPUS_CO_TRY_DISCARD(co_await to.write_all(std::span<const io::const_buffer>{batch_}));
    if (!finished_) progress.cancel();
    written(bytes);
  }
}

task<result<void>> send_queue::write_content(io::stream& to, io::deadline& progress) {
  wire::bytes piece(limits::archive_chunk_size);
  while (content_->left != 0) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(content_->left, piece.size()));
    const auto count = co_await content_->content->read_some(io::buffer{piece}.first(most));
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
  return io::duration{std::chrono::duration<double>{tokens / pace_.per_second}};
}

bool send_queue::contains(std::uint64_t number) noexcept {
  const auto is_it = [number](const entry& each) { return each.number == number; };
  for (auto& lane : waiting_) {
    for (std::size_t i = 0; i != lane.size(); ++i) {
      if (is_it(lane[i])) return true;
    }
  }
  return std::ranges::any_of(writing_, is_it) || news_.any_of(is_it);
}

std::size_t send_queue::frames() const noexcept {
  std::size_t all = writing_.size() + news_.size();
  for (const auto& each : waiting_) all += each.size();
  return all;
}

/// Takes the next frames to write, as far as there are tokens for them. Returns their size, bytes.
std::size_t send_queue::gather() {
  batch_.clear();
  const io::time_point now = runtime_.now();
  const bool all_may_go = allowance_.time_until(now, static_cast<double>(frames())) == io::duration::zero() &&
                          news_allowance_.time_until(now, static_cast<double>(news_.size())) == io::duration::zero();
  while (batch_.size() != limits::max_gathered_frames) {
    const std::size_t which = next_lane(all_may_go, now);
    if (which == lanes) break;
    if (which != static_cast<std::size_t>(send_priority::disconnect) && !allowance_.try_consume(now)) break;
    if (which == news_lane) static_cast<void>(news_allowance_.try_consume(now));
    writing_.emplace_back() = take_from(which);
    batch_.push_back(writing_.back().frame.view());
    const bool before_content = content_ && which == static_cast<std::size_t>(send_priority::responses);
    if (before_content && --content_->after == 0) break;
  }
  return io::total_size(batch_);
}

/// Whether a frame of that priority may be taken; an announcement needs a token of its own.
bool send_queue::has_next(std::size_t which, io::time_point now) noexcept {
  if (which != news_lane) return !waiting_[which].empty();
  return !news_.empty() && news_allowance_.time_until(now) == io::duration::zero();
}

/// The priority of the next frame to be taken; `lanes` if there is none.
std::size_t send_queue::next_lane(bool in_order, io::time_point now) noexcept {
  std::size_t chosen = lanes;
  std::uint64_t least = 0;
  for (std::size_t which = 0; which != lanes; ++which) {
    if (!has_next(which, now)) continue;
    const std::uint64_t number = which == news_lane ? news_.front().number : waiting_[which].front().number;
    if (chosen != lanes && !(in_order && number < least)) continue;
    chosen = which;
    least = number;
  }
  return chosen;
}

send_queue::entry send_queue::take_from(std::size_t which) noexcept {
  if (which == news_lane) return news_.pop_front();
  entry next = std::move(waiting_[which].front());
  waiting_[which].pop_front();
  return next;
}

void send_queue::written(std::size_t bytes) noexcept {
  writing_.clear();
  waiting_bytes_ -= bytes;
  stalled_since_ = runtime_.now();
  bytes_sent_ += bytes;
  if (full()) return;
  room_.set();
  room_.reset();
}

/// Completes when there is a token, or when a frame is pushed that need not wait for it.
coro::event::wait_operation send_queue::token() noexcept {
  ++paced_;
  work_.reset();
  const io::time_point now = runtime_.now();
  only_news_wait_ = frames() == news_.size();
  const io::duration wait = allowance_.time_until(now);
  runtime_.timers().arm(
      *this, io::saturating_add(now, only_news_wait_ ? std::max(wait, news_allowance_.time_until(now)) : wait));
  return work_.wait();
}

}  // namespace pappus::peer
