#include <algorithm>
#include <chrono>

#include <pappus/peer/answer_budget.hpp>

namespace pappus::peer {
namespace {

io::endpoint key_of(io::endpoint whom) noexcept {
  return whom.address.loopback() ? whom : io::endpoint{whom.address, 0};
}

}  // namespace

bool answer_budget::allows(io::endpoint whom, io::time_point now) const {
  const auto found = accounts_.find(key_of(whom));
  return found == accounts_.end() || owed(found->second, now) < static_cast<double>(most_.bytes);
}

void answer_budget::spend(io::endpoint whom, std::size_t bytes, io::time_point now) {
  account& its = account_of(whom, now);
  its.spent = owed(its, now) + static_cast<double>(bytes);
  its.at = now;
}

bool answer_budget::take_archive(io::endpoint whom, io::time_point now) {
  account& its = account_of(whom, now);
  if (now < its.archive_from) return false;
  its.archive_from = io::later(now, most_.archive);
  return true;
}

double answer_budget::owed(const account& by, io::time_point now) const noexcept {
  using seconds = std::chrono::duration<double>;
  if (most_.interval <= io::duration::zero()) return 0;
  const double passed = seconds{io::saturating_sub(now, by.at)} / seconds{most_.interval};
  return std::max(0.0, by.spent - static_cast<double>(most_.bytes) * std::max(0.0, passed));
}

answer_budget::account& answer_budget::account_of(io::endpoint whom, io::time_point now) {
  const io::endpoint key = key_of(whom);
  if (const auto found = accounts_.find(key); found != accounts_.end()) return found->second;
  if (accounts_.size() >= limits::answer_accounts) forget_settled(now);
  account opened;
  opened.at = opened.archive_from = now;
  return accounts_.emplace(key, opened).first->second;
}

/// Those who owe nothing; if everybody owes something, all are forgiven, which a peer with so many addresses could have
/// had in other ways.
void answer_budget::forget_settled(io::time_point now) {
  std::erase_if(accounts_,
                [&](const auto& each) { return owed(each.second, now) == 0 && each.second.archive_from <= now; });
  if (accounts_.size() < limits::answer_accounts) return;
  forgiven_ += accounts_.size();
  accounts_.clear();
}

}  // namespace pappus::peer
