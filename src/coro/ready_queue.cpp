#include <cstddef>

#include <pappus/coro/ready_queue.hpp>
#include <pappus/prefetch.hpp>

namespace pappus::coro {

std::size_t ready_queue::run() noexcept {
  ++depth_;
  std::size_t resumed = run_ready();
  while (!deferred_.empty() && may_call_deferred()) {
    const std::size_t before = spent_;
    call_deferred();
    resumed += run_ready();
    deferred_spent_ += spent_ - before;
  }
  --depth_;
  if (!empty()) wake();
  return resumed;
}

/// What deferred work makes ready is not counted as deferred.
bool ready_queue::run_one() noexcept {
  const bool resumes = head_ != nullptr && !exhausted();
  const bool calls = !resumes && !deferred_.empty() && may_call_deferred();
  const std::size_t before = spent_;
  ++depth_;
  if (resumes) resume_next();
  if (calls) call_deferred();
  --depth_;
  if (calls) deferred_spent_ += spent_ - before;
  return resumes || calls;
}

std::size_t ready_queue::run_ready() noexcept {
  std::size_t resumed = 0;
  for (; head_ != nullptr && !exhausted(); ++resumed) resume_next();
  return resumed;
}

void ready_queue::resume_next() noexcept {
  charge(resume_cost);
  item* const next = head_;
  head_ = next->next_;
  next->handle_.resume();
}

void ready_queue::call_deferred() noexcept {
  deferred_work& next = *deferred_.first();
  prefetch_after(next);
  next.cancel_deferred();
  ++deferred_calls_;
  charge(resume_cost);
  next.run_deferred();
}

/// When thousands of pieces wait, none of them is in the cache. Of the next one, what it wakes can be known if the
/// piece itself is there; it was fetched one piece earlier.
void ready_queue::prefetch_after(const deferred_work& current) noexcept {
  constexpr std::ptrdiff_t before = 64;
  constexpr std::ptrdiff_t after = 512;
  const deferred_work* const next = intrusive_list<deferred_work>::after(current);
  if (next == nullptr) return;
  next->prefetch_woken();
  const deferred_work* const next_but_one = intrusive_list<deferred_work>::after(*next);
  if (next_but_one != nullptr) prefetch_around(next_but_one, before, after);
}

}  // namespace pappus::coro
