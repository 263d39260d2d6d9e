#include <algorithm>
#include <utility>

#include <pappus/peer/session/outbox.hpp>

namespace pappus::peer {

task<result<void>> outbox::write_to(io::stream& to, io::deadline& progress) {
  for (;;) {
    while (frames_.empty()) {
      if (finished_) co_return result<void>{};
      filled_.reset();
      PAPPUS_CO_TRY_DISCARD(co_await filled_.wait());
    }
    const std::size_t bytes = gather();
    if (!finished_) progress.expire_after(limits::outbox_stalled);
    PAPPUS_CO_TRY_DISCARD(co_await to.write_all(std::span<const io::const_buffer>{batch_}));
    if (!finished_) progress.never_expire();
    drop(batch_.size(), bytes);
  }
}

/// Lists the next frames to write; gives their size.
std::size_t outbox::gather() {
  batch_.clear();
  std::size_t bytes = 0;
  const std::size_t count = std::min(frames_.size(), limits::gathered_frames);
  for (std::size_t i = 0; i != count; ++i) {
    batch_.push_back(frames_[i].view());
    bytes += frames_[i].size();
  }
  return bytes;
}

void outbox::drop(std::size_t count, std::size_t bytes) noexcept {
  frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(count));
  waiting_bytes_ -= bytes;
  bytes_sent_ += bytes;
  if (full()) return;
  room_.set();
  room_.reset();
}

}  // namespace pappus::peer
