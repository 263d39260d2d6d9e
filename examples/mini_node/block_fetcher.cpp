// The queues of blocks that peers are requested to send.
#include "block_fetcher.hpp"

#include <algorithm>

#include <pappus/wire/grin_messages.hpp>

namespace mini_node {

using namespace pappus::wire::messages;
namespace peer = pappus::peer;
namespace wire = pappus::wire;

namespace {

/// Limits per call: peer queues examined to find a block that an idle peer can take over from another, and late blocks
/// that are requested from another peer in one `look_again`. Each costs O(peers).
constexpr std::size_t lines_looked_at = 16;
constexpr std::size_t asked_again = 64;

}  // namespace

bool block_fetcher::want(const block_name& which, const peer_info& from) {
  const auto [added, is_new] = wanted_.try_emplace(which);
  if (!is_new) return true;
  added->second.number = ++last_number_;
  const auto idle = line_of(from).under_way < asked_at_once ? std::optional{from.id} : next_with_room(which);
  if (idle) {
    ask(which, *idle);
    return true;
  }
  if (stand_in_line(which, from.id)) return true;
  ++dropped_;
  drop(added);
  return false;
}

bool block_fetcher::want_any(const wire::hash& id, const peer_info& from) {
  const auto found = wanted_.lower_bound({id, {}});
  const bool is_wanted = found != wanted_.end() && found->first.id == id;
  return is_wanted || want({id, {}}, from);
}

/// Returns end() if the block has arrived meanwhile, even if it is wanted again.
block_fetcher::wanted_blocks::iterator block_fetcher::find(const request& which) {
  const auto found = wanted_.find(which.name);
  return found != wanted_.end() && found->second.number == which.number ? found : wanted_.end();
}

block_fetcher::line& block_fetcher::line_of(const peer_info& who) {
  const auto [found, is_new] = lines_.try_emplace(who.id);
  if (is_new) found->second.who = who;
  return found->second;
}

void block_fetcher::has_come(const block_name& which) {
  for (const block_name& each : {which, block_name{which.id, {}}}) {
    if (const auto found = wanted_.find(each); found != wanted_.end()) drop(found);
  }
}

void block_fetcher::forget(std::uint64_t peer) {
  const auto gone = lines_.extract(peer);
  if (!gone) return;
  for (const auto& [place, which] : gone.mapped().waiting) wanted_.at(which).waits_at = 0;
  for (const auto& [place, which] : gone.mapped().waiting) ask_next(which);
}

void block_fetcher::look_again() {
  const pappus::io::time_point now = on_.now();
  std::vector<block_name> late;
  for (const auto& [which, state] : wanted_) {
    const bool is_late = state.waits_at == 0 && now - state.asked_at >= patience;
    if (is_late) late.push_back(which);
    if (late.size() == asked_again) break;
  }
  for (const block_name& each : late) {
    const auto found = wanted_.find(each);
    if (found == wanted_.end()) continue;
    found->second.asked_at = now;
    if (const auto next = next_with_room(each)) ask(each, *next);
  }
  std::vector<std::uint64_t> idle;
  for (const auto& [peer, its] : lines_) {
    if (!its.waiting.empty() && its.under_way < asked_at_once) idle.push_back(peer);
  }
  for (const std::uint64_t peer : idle) go_on(peer);
}

void block_fetcher::ask(const block_name& which, std::uint64_t whom) {
  wanted& state = wanted_.at(which);
  leave_line(state);
  state.asked.push_back(whom);
  state.asked_at = on_.now();
  ++state.under_way;
  ++lines_.at(whom).under_way;
  if (chain_.has_compact_block(which)) ask_block({which, state.number}, whom);
  else ask_compact({which, state.number}, whom);
}

/// Requests the full block even if the peer does not send the compact block: some peers have the one without serving
/// the other.
void block_fetcher::ask_compact(const request& which, std::uint64_t whom) {
  using outcome = pappus::result<wire::messages::compact_block>;
  node_.request(whom, get_compact_block{which.name.id}, [this, which, whom](const outcome& got) {
    if (got) to_.compact_block(got->value, lines_.at(whom).who);
    if (find(which) != wanted_.end()) ask_block(which, whom);
    else ended(which, whom, true);
  });
}

void block_fetcher::ask_block(const request& which, std::uint64_t whom) {
  using outcome = pappus::result<wire::messages::block>;
  node_.request(whom, get_block{which.name.id}, [this, which, whom](const outcome& got) {
    if (got) to_.block(got->value, lines_.at(whom).who, which.name.digest == wire::hash{});
    const bool was_asked =
        got || got.error() == peer::request_error::timed_out || got.error() == peer::request_error::from_future;
    ended(which, whom, was_asked);
  });
}

/// If the request could not be sent to the peer, the peer gets no other request for now: `forget` or `look_again`
/// handles the blocks that wait in its queue.
void block_fetcher::ended(const request& which, std::uint64_t whom, bool was_asked) {
  if (const auto found = lines_.find(whom); found != lines_.end()) --found->second.under_way;
  if (const auto found = find(which); found != wanted_.end()) {
    wanted& state = found->second;
    --state.under_way;
    if (state.under_way == 0 && state.waits_at == 0) ask_next(which.name);
  }
  if (was_asked) go_on(whom);
}

/// Requests a block that is under way nowhere and waits in no queue from the next peer that has it.
void block_fetcher::ask_next(const block_name& which) {
  if (const auto next = next_with_room(which)) return ask(which, *next);
  for (const std::uint64_t each : not_asked(which)) {
    if (stand_in_line(which, each)) return;
  }
  ++unavailable_;
  drop(wanted_.find(which));
}

/// Outbound peers come first, because an attacker does not choose them.
std::vector<std::uint64_t> block_fetcher::not_asked(const block_name& which) {
  const std::vector<std::uint64_t>& asked = wanted_.at(which).asked;
  std::vector<std::uint64_t> dialed;
  std::vector<std::uint64_t> others;
  for (const peer_info& each : node_.peers_with(which.id)) {
    if (std::ranges::find(asked, each.id) != asked.end()) continue;
    static_cast<void>(line_of(each));
    (each.direction == peer::direction::outbound ? dialed : others).push_back(each.id);
  }
  dialed.insert(dialed.end(), others.begin(), others.end());
  return dialed;
}

std::optional<std::uint64_t> block_fetcher::next_with_room(const block_name& which) {
  for (const std::uint64_t each : not_asked(which)) {
    if (has_room(each)) return each;
  }
  return std::nullopt;
}

bool block_fetcher::stand_in_line(const block_name& which, std::uint64_t peer) {
  line& its = lines_.at(peer);
  if (its.waiting.size() >= waiting_in_line) return false;
  wanted& state = wanted_.at(which);
  state.waits_at = peer;
  state.place = ++last_place_;
  its.waiting.emplace(state.place, which);
  return true;
}

void block_fetcher::leave_line(wanted& which) {
  if (which.waits_at != 0) lines_.at(which.waits_at).waiting.erase(which.place);
  which.waits_at = 0;
}

void block_fetcher::drop(wanted_blocks::iterator which) {
  leave_line(which->second);
  wanted_.erase(which);
}

/// Continues with a peer that has room for one more request.
void block_fetcher::go_on(std::uint64_t peer) {
  const auto found = lines_.find(peer);
  if (found == lines_.end()) return;
  const auto& waiting = found->second.waiting;
  if (waiting.empty()) return help_others(peer);
  const block_name next = waiting.begin()->second;
  ask(next, peer);
}

/// Lets an idle peer take over the first block of another peer's queue.
void block_fetcher::help_others(std::uint64_t helper) {
  auto each = lines_.upper_bound(last_helped_);
  for (std::size_t i = 0; i != std::min(lines_looked_at, lines_.size()); ++i, ++each) {
    if (each == lines_.end()) each = lines_.begin();
    last_helped_ = each->first;
    if (each->second.waiting.empty()) continue;
    const block_name which = each->second.waiting.begin()->second;
    const auto able = not_asked(which);
    if (std::ranges::find(able, helper) != able.end()) return ask(which, helper);
  }
}

block_fetcher::statistics block_fetcher::counted() const noexcept {
  statistics now;
  now.wanted = wanted_.size();
  now.dropped = dropped_;
  now.unavailable = unavailable_;
  return now;
}

}  // namespace mini_node
