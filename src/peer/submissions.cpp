#include <algorithm>
#include <cstddef>
#include <span>

#include <pappus/peer/limits.hpp>
#include <pappus/peer/submissions.hpp>

namespace pappus::peer {
namespace {

/// After this time a filter begins a generation, so that none but the last `limits::told_again` are remembered for
/// sure.
constexpr io::duration generation = limits::told_again / (filter_plan::generations - 1);

}  // namespace

submissions::submissions(const surroundings& around, filter_plan plan)
    : around_(around),
      plan_(plan),
      told_{rolling_filter{plan_, 0}, rolling_filter{plan_, 1}, rolling_filter{plan_, 2}, rolling_filter{plan_, 3}},
      forgets_at_(io::later(around.on.now(), generation)) {}

inquiry_kind submissions::inquiry_of(news_kind kind) noexcept {
  switch (kind) {
    case news_kind::transaction: return inquiry_kind::transaction_received;
    case news_kind::header: return inquiry_kind::header_received;
    case news_kind::compact_block: return inquiry_kind::compact_block_received;
    case news_kind::block: break;
  }
  return inquiry_kind::block_received;
}

void submissions::forget_old() {
  const io::time_point now = around_.on.now();
  for (std::size_t i = 0; i != filter_plan::generations && forgets_at_ <= now; ++i) {
    for (rolling_filter& each : told_) each.begin_generation();
    forgets_at_ = io::later(forgets_at_, generation);
  }
  if (forgets_at_ <= now) forgets_at_ = io::later(now, generation);
}

/// Who has a block has its header, too.
bool submissions::knows(news_kind kind, const wire::hash& id) const noexcept {
  const bool is_transaction = kind == news_kind::transaction;
  const auto first = static_cast<std::size_t>(kind);
  const std::span kinds = std::span{told_}.subspan(first, is_transaction ? 1 : news_kinds - first);
  const fingerprint print = plan_.fingerprint_of(id);
  return std::ranges::any_of(kinds, [print](const rolling_filter& each) { return each.contains(print); });
}

/// What the host is judging it need not see twice, unless it comes to reject it: the ids of a spoilt copy are those of
/// the sound one, which would be lost if it came meanwhile. What was asked for goes first, and is bounded by how much
/// is asked for at once. False if there is no room for it.
bool submissions::tell_or_wait(const name& of, const inquiry& about, bool wanted, std::function<void()> tell) {
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
  auto place = around_.host.reserve(about);
  if (!place) return false;
  copies.insert(wanted ? unasked : copies.end(), copy{*std::move(place), wanted, about.account, std::move(tell)});
  return true;
}

void submissions::punish(const peer_info& sender, const verdict& found) {
  if (const auto fault = found.fault()) around_.judge.report(sender, *fault);
  else around_.judge.blame(sender, limits::rejected_score, "what it brings is rejected");
}

void submissions::count(const verdict& found) noexcept {
  const bool accepted = found == verdict::accept;
  ++counted_.told;
  ++(found.rejects() ? counted_.rejected : accepted ? counted_.accepted : counted_.ignored);
}

/// If that throws, the next that comes is the first again.
void submissions::tell_now(const name& of, const std::function<void()>& tell) {
  try {
    tell();
  } catch (...) {
    being_told_.erase(of);
    throw;
  }
}

/// The place of the copy is free again when it is asked about.
void submissions::tell_next(const name& of) {
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
