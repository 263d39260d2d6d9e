#include <algorithm>

#include <pappus/peer/requests.hpp>

namespace pappus::peer {
namespace {

bool may_be_asked(const session* announcer) noexcept {
  return announcer->requests_under_way < limits::requests_per_peer;
}

}  // namespace

void requests::announced(session& by, const wire::hash& kernel) {
  if (const auto found = under_way_.find(kernel); found != under_way_.end()) return remember(found->second, by);
  if (under_way_.size() >= limits::requests || !may_be_asked(&by)) {
    ++counted_.overlooked;
    return;
  }
  ask(kernel, under_way_.try_emplace(kernel, *this, kernel).first->second, by);
}

void requests::remember(request& open, session& announcer) {
  const bool listed = open.asked == &announcer || std::ranges::find(open.next, &announcer) != open.next.end();
  if (listed) return;
  if (open.next.size() < limits::announcers_per_request) open.next.push_back(&announcer);
  else ++counted_.forgotten;
}

/// Its time begins when the question is on its way, which may be later than now.
void requests::ask(const wire::hash& kernel, request& open, session& whom) {
  open.asked = &whom;
  ++whom.requests_under_way;
  ++counted_.requested;
  on_.timers().arm(open, io::later(on_.now(), io::saturating_add(limits::request, whom.longest_wait())));
  whom.ask_for_transaction(kernel);
}

/// Whoever was asked has had its time, or has gone. Those that have enough to answer already keep their place in line.
void requests::ask_next(const wire::hash& kernel) {
  const auto found = under_way_.find(kernel);
  request& open = found->second;
  --open.asked->requests_under_way;
  const auto next = std::ranges::find_if(open.next, may_be_asked);
  if (next == open.next.end()) {
    under_way_.erase(found);
    return;
  }
  session& whom = **next;
  open.next.erase(next);
  ask(kernel, open, whom);
}

void requests::time_is_up(const wire::hash& kernel) noexcept {
  ++counted_.unanswered;
  ask_next(kernel);
}

bool requests::arrived(const wire::hash& kernel) {
  const auto found = under_way_.find(kernel);
  if (found == under_way_.end()) return false;
  --found->second.asked->requests_under_way;
  under_way_.erase(found);
  return true;
}

/// Allocates nothing until nobody remembers the session.
void requests::forget(session& leaving) {
  for (auto& [kernel, open] : under_way_) std::erase(open.next, &leaving);
  for (auto each = under_way_.begin(); each != under_way_.end();) {
    const auto& [kernel, open] = *each++;  // it may be gone afterwards
    if (open.asked == &leaving) ask_next(kernel);
  }
}

}  // namespace pappus::peer
