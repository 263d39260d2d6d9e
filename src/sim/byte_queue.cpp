#include "byte_queue.hpp"

#include <algorithm>
#include <utility>

namespace pappus::sim {

block_pool::block* block_pool::take() {
  if (unused_ == nullptr) {
    slabs_.push_back(std::make_unique_for_overwrite<block[]>(at_a_time));
    for (std::size_t i = 0; i != at_a_time; ++i) give_back(&slabs_.back()[i]);
  }
  block* const taken = std::exchange(unused_, unused_->next);
  taken->next = nullptr;
  return taken;
}

void block_pool::give_back(block* unused) noexcept { unused->next = std::exchange(unused_, unused); }

void byte_queue::push(io::const_buffer bytes) {
  while (!bytes.empty()) {
    if (last_ == nullptr || end_ == block_pool::block::size) {
      block_pool::block* const added = pool_.take();
      (last_ == nullptr ? first_ : last_->next) = added;
      last_ = added;
      end_ = 0;
    }
    const std::size_t count = std::min(bytes.size(), block_pool::block::size - end_);
    std::copy_n(bytes.data(), count, last_->bytes + end_);
    bytes = bytes.subspan(count);
    end_ += count;
    size_ += count;
  }
}

template <class Use>
void byte_queue::consume(std::size_t count, Use use) noexcept {
  while (count != 0) {
    const std::size_t end = first_ == last_ ? end_ : block_pool::block::size;
    const std::size_t piece = std::min(count, end - begin_);
    use(io::const_buffer{first_->bytes + begin_, piece});
    begin_ += piece;
    count -= piece;
    size_ -= piece;
    if (begin_ != end) continue;
    pool_.give_back(std::exchange(first_, first_->next));
    begin_ = 0;
    if (first_ == nullptr) last_ = nullptr;
  }
}

void byte_queue::pop(io::buffer into) noexcept {
  consume(into.size(), [&](io::const_buffer piece) {
    std::copy(piece.begin(), piece.end(), into.begin());
    into = into.subspan(piece.size());
  });
}

void byte_queue::drop(std::size_t count) noexcept {
  consume(count, [](io::const_buffer) {});
}

}  // namespace pappus::sim
