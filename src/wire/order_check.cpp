#include "order_check.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace pappus::wire {

std::size_t order_check::begin_list(const char* field, std::size_t count, std::size_t size) noexcept {
  begin_list(field);
  const order_progress* const known = in_.checked();
  if (known == nullptr || known->end <= in_.offset()) return 0;
  const std::size_t checked = std::min(count, (known->end - in_.offset()) / size);
  static_cast<void>(in_.take(checked * size, field));
  begins_ = false;
  last_ = known->last;  // hash of the preceding element, if the list continues
  return checked;
}

void order_check::finish() noexcept {
  const std::size_t count = std::exchange(waiting_, 0);
  if (count == 0) return;
  blake2b_many(std::span{hashed_}.first(count), std::span{hashes_}.first(count));
  const hash* last = &last_;
  for (std::size_t i = 0; i < count; ++i) {
    const element& next = elements_[i];
    if (!next.is_first && !(*last < hashes_[i])) {
      const bool twice = *last == hashes_[i];
      return in_.fail_earlier(twice ? decode_errc::duplicate : decode_errc::not_sorted, next.field, next.index,
                              next.start);
    }
    if (next.id != nullptr) *next.id = hashes_[i];
    last = &hashes_[i];
  }
  last_ = *last;
  if (order_progress* const known = in_.checked(); known != nullptr) *known = {end_, last_};
}

}  // namespace pappus::wire
