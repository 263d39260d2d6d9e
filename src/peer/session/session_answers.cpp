// Upload quota of a session: requests that are answered now or postponed.
#include <utility>

#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

void session::note_response(std::size_t bytes) noexcept {
  account_.answers.spend(bytes, runtime_.now());
  answered_.spend(bytes, runtime_.now());
}

bool session::postpone(std::function<void()> answer) {
  if (ended_ || side_by_side_ == nullptr) return true;
  if (postponed_.size() >= limits::max_postponed_requests) {
    ++over_.watch().counted.requests_dropped;
    if (!answered_.allows(runtime_.now())) end({disconnect_reason::too_many_peers, "answers"});
    return false;
  }
  postponed_.push_back(std::move(answer));
  ++over_.watch().counted.postponed;
  if (postponed_.size() == 1) side_by_side_->spawn(answer_postponed());
  return true;
}

/// One request at a time, so that the other sessions of the account have their turn.
task<void> session::answer_postponed() {
  while (!postponed_.empty()) {
    if (!accepts_responses()) {
      const auto room = co_await over_.outgoing().room();
      if (!room) co_return;
    }
    work_queue::place waiting{account_.waiting_for_answers};
    const auto first = co_await waiting.first();
    if (!first) co_return;
    const auto allowed = co_await wait_for_answer(runtime_, account_);
    if (!allowed) co_return;
    const std::function<void()> answer = std::move(postponed_.front());
    postponed_.erase(postponed_.begin());
    answer();
  }
}

}  // namespace pappus::peer
