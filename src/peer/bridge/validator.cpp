#include <algorithm>
#include <cstddef>
#include <span>

#include <pappus/peer/bridge/validator.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {
namespace {

/// Interval at which a filter starts a generation, so that only the last `limits::told_again` are remembered for
/// certain.
constexpr io::duration generation = limits::told_again / (bloom_parameters::generations - 1);

}  // namespace

validator::validator(const dependencies& around, bloom_parameters plan)
    : deps_(around),
      plan_(plan),
      told_{rolling_bloom_filter{plan_, 0}, rolling_bloom_filter{plan_, 1}, rolling_bloom_filter{plan_, 2},
            rolling_bloom_filter{plan_, 3}},
      forgets_at_(io::saturating_add(around.on.now(), generation)) {}

adapter_method validator::inquiry_of(inventory_type kind) noexcept {
  switch (kind) {
    case inventory_type::transaction: return adapter_method::transaction_received;
    case inventory_type::header: return adapter_method::header_received;
    case inventory_type::compact_block: return adapter_method::compact_block_received;
    case inventory_type::block: break;
  }
  return adapter_method::block_received;
}

void validator::forget_old() {
  const io::time_point now = deps_.on.now();
  for (std::size_t i = 0; i != bloom_parameters::generations && forgets_at_ <= now; ++i) {
    for (rolling_bloom_filter& each : told_) each.begin_generation();
    forgets_at_ = io::saturating_add(forgets_at_, generation);
  }
  if (forgets_at_ <= now) forgets_at_ = io::saturating_add(now, generation);
}

/// An application that has a block has its header, too.
bool validator::knows(inventory_type kind, const wire::hash& id) const noexcept {
  const bool is_transaction = kind == inventory_type::transaction;
  const auto first = static_cast<std::size_t>(kind);
  const std::span kinds = std::span{told_}.subspan(first, is_transaction ? 1 : inventory_types - first);
  const fingerprint print = plan_.fingerprint_of(id);
  return std::ranges::any_of(kinds, [print](const rolling_bloom_filter& each) { return each.contains(print); });
}

/// While the adapter validates an item it is not given further copies, unless it rejects that one: a corrupted copy has
/// the same ids as the valid one, which would be lost if it came meanwhile. Requested copies go first, and their number
/// is bounded by the number of concurrent requests. False if there is no room for the copy.
bool validator::tell_or_wait(const name& of, const adapter_call& about, bool wanted, std::function<void()> tell) {
  const auto [found, is_first] = being_told_.try_emplace(of);
  if (is_first) {
    tell_now(of, tell);
    return true;
  }
  ++counted_.repeated;
  std::vector<copy>& copies = found->second;
  const auto unasked = std::ranges::find(copies, false, &copy::wanted);
  const bool is_second =
      std::any_of(unasked, copies.end(), [&](const copy& each) { return each.account == about.account; });
  const bool is_crowded = copies.end() - unasked >= static_cast<std::ptrdiff_t>(limits::copies_of_news);
  if (!wanted && (is_second || is_crowded)) {
    ++counted_.crowded;
    return false;
  }
  auto place = deps_.host.reserve(about);
  if (!place) return false;
  copies.insert(wanted ? unasked : copies.end(), copy{*std::move(place), wanted, about.account, std::move(tell)});
  return true;
}

void validator::punish(const peer_info& sender, const validation_result& found) {
  if (const auto fault = found.ban_reason()) deps_.judge.report(sender, *fault);
  else deps_.judge.blame(sender, limits::rejected_score, "what it brings is rejected");
}

void validator::count(const validation_result& found) noexcept {
  const bool accepted = found == validation_result::accept;
  ++counted_.told;
  ++(found.rejects() ? counted_.rejected : accepted ? counted_.accepted : counted_.ignored);
}

/// If that throws, the next copy that comes counts as the first one again.
void validator::tell_now(const name& of, const std::function<void()>& tell) {
  try {
    tell();
  } catch (...) {
    being_told_.erase(of);
    throw;
  }
}

/// The room reserved for the copy is released before the adapter is called for it.
void validator::tell_next(const name& of) {
  const auto found = being_told_.find(of);
  if (found == being_told_.end()) return;
  if (found->second.empty()) {
    being_told_.erase(found);
    return;
  }
  std::function<void()> tell;
  {
    const copy next = std::move(found->second.front());
    found->second.erase(found->second.begin());
    tell = next.tell;
  }
  tell_now(of, tell);
}

}  // namespace pappus::peer
