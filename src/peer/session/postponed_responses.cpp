#include <utility>

#include <pappus/peer/session/postponed_responses.hpp>

namespace pappus::peer {

task<void> postponed_responses::run() {
  while (!waiting_.empty()) {
    if (queue_.full()) {
      const auto room = co_await queue_.room();
      if (!room) co_return;
    }
    work_queue::place turn{account_.waiting_for_answers};
    const auto first = co_await turn.first();
    if (!first) co_return;
    const auto allowed = co_await wait_for_answer(runtime_, account_);
    if (!allowed) co_return;
    const std::function<void()> respond = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    respond();
  }
}

}  // namespace pappus::peer
