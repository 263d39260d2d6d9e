#include <algorithm>
#include <cstddef>

#include <pappus/integration/bridge/limits.hpp>
#include <pappus/integration/bridge/validator.hpp>

namespace pappus::integration {

/// While the adapter validates an item it is not given further copies, unless it rejects that one: a corrupted copy has
/// the same ids as the valid one, which would be lost if it came meanwhile. Requested copies go first, and their number
/// is bounded by the number of concurrent requests. False if there is no room for the copy.
bool validator::submit_or_wait(const name& of, const adapter_call& call, bool requested, std::function<void()> submit) {
  const auto [found, is_first] = pending_.try_emplace(of);
  if (is_first) {
    submit_now(of, submit);
    return true;
  }
  ++counted_.repeated;
  std::vector<copy>& copies = found->second;
  const auto unrequested = std::ranges::find(copies, false, &copy::requested);
  const bool is_second =
      std::any_of(unrequested, copies.end(), [&](const copy& each) { return each.account == call.account; });
  const bool is_crowded = copies.end() - unrequested >= static_cast<std::ptrdiff_t>(limits::max_pending_copies);
  if (!requested && (is_second || is_crowded)) {
    ++counted_.crowded;
    return false;
  }
  auto held = calls_.reserve(call);
  if (!held) return false;
  copies.insert(requested ? unrequested : copies.end(),
                copy{*std::move(held), requested, call.account, std::move(submit)});
  return true;
}

void validator::count(const peer::validation_result& result) noexcept {
  const bool accepted = result == peer::validation_result::accept;
  ++counted_.validated;
  ++(result.rejects() ? counted_.rejected : accepted ? counted_.accepted : counted_.ignored);
}

/// If that throws, the next copy that comes counts as the first one again.
void validator::submit_now(const name& of, const std::function<void()>& submit) {
  try {
    submit();
  } catch (...) {
    pending_.erase(of);
    throw;
  }
}

/// The room reserved for the copy is released before the adapter is called for it.
void validator::submit_next(const name& of) {
  const auto found = pending_.find(of);
  if (found == pending_.end()) return;
  if (found->second.empty()) {
    pending_.erase(found);
    return;
  }
  std::function<void()> submit;
  {
    const copy next = std::move(found->second.front());
    found->second.erase(found->second.begin());
    submit = next.submit;
  }
  submit_now(of, submit);
}

}  // namespace pappus::integration
