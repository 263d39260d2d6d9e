#include <algorithm>
#include <utility>

#include <pappus/peer/session/outbox.hpp>

namespace pappus::peer {

task<result<void>> outbox::write_to(io::stream& to, io::deadline& progress) {
  for (;;) {
    while (frames_.empty() && !content_) {
      if (finished_) co_return result<void>{};
      filled_.reset();
      PAPPUS_CO_TRY_DISCARD(co_await filled_.wait());
    }
    if (content_ && content_->after == 0) {
      PAPPUS_CO_TRY_DISCARD(co_await write_content(to, progress));
      continue;
    }
    const std::size_t bytes = gather();
    if (!finished_) progress.expire_after(limits::outbox_stalled);
    PAPPUS_CO_TRY_DISCARD(co_await to.write_all(std::span<const io::const_buffer>{batch_}));
    if (!finished_) progress.never_expire();
    drop(batch_.size(), bytes);
  }
}

task<result<void>> outbox::write_content(io::stream& to, io::deadline& progress) {
  wire::bytes piece(limits::archive_piece);
  while (content_->left != 0) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(content_->left, piece.size()));
    const auto count = co_await content_->content->read_some(io::buffer{piece}.first(most));
    if (!count) {
      content_failed_ = true;
      co_return failure{count.error()};
    }
    if (!finished_) progress.expire_after(limits::outbox_stalled);
    PAPPUS_CO_TRY_DISCARD(co_await to.write_all(io::const_buffer{piece}.first(*count)));
    if (!finished_) progress.never_expire();
    content_->left -= *count;
    bytes_sent_ += *count;
  }
  content_.reset();
  co_return result<void>{};
}

/// Lists the next frames to write; gives their size.
std::size_t outbox::gather() {
  batch_.clear();
  std::size_t bytes = 0;
  std::size_t count = std::min(frames_.size(), limits::gathered_frames);
  if (content_) count = std::min(count, content_->after);
  for (std::size_t i = 0; i != count; ++i) {
    batch_.push_back(frames_[i].view());
    bytes += frames_[i].size();
  }
  return bytes;
}

void outbox::drop(std::size_t count, std::size_t bytes) noexcept {
  frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(count));
  if (content_) content_->after -= count;
  waiting_bytes_ -= bytes;
  bytes_sent_ += bytes;
  if (full()) return;
  room_.set();
  room_.reset();
}

}  // namespace pappus::peer
