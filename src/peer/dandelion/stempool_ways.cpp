// The stempool: sending along the stem, and fluffing.
#include <algorithm>
#include <utility>

#include <pappus/peer/dandelion/limits.hpp>
#include <pappus/peer/dandelion/stempool.hpp>
#include <pappus/peer/kernels.hpp>

namespace pappus::peer {
namespace {

std::vector<wire::hash> kernels_of_all(const std::vector<wire::transaction_ptr>& all) {
  std::vector<wire::hash> kernels;
  for (const wire::transaction_ptr& each : all) {
    for (const wire::hash& kernel : each->kernel_hashes()) kernels.push_back(kernel);
  }
  std::ranges::sort(kernels);
  return kernels;
}

/// `kernels` are in ascending order.
bool has_any_of(const wire::transaction& tx, std::span<const wire::hash> kernels) {
  return std::ranges::any_of(tx.kernel_hashes(),
                             [kernels](const wire::hash& each) { return std::ranges::binary_search(kernels, each); });
}

}  // namespace

template <class Function>
void stempool::each_hop(stem_ticket ticket, Function function) {
  function(table_.find(ticket)->first);
  const auto further = repeat_sources_.find(ticket);
  if (further != repeat_sources_.end()) std::ranges::for_each(further->second, function);
}

/// Null if the transaction has not come from that source.
stem_hop* stempool::hop_of(stem_ticket ticket, std::uint64_t source) {
  stem_hop* found = nullptr;
  each_hop(ticket, [&](stem_hop& each) {
    if (each.source == source) found = &each;
  });
  return found;
}

bool stempool::was_sent_to(stem_ticket ticket, std::uint64_t relay) {
  bool sent = false;
  each_hop(ticket, [&](const stem_hop& each) { sent |= each.relay == relay; });
  return sent;
}

/// Continues with a transaction that may go on the stem.
void stempool::start_stem(stem_ticket ticket, const wire::transaction_ptr& tx) {
  stem_entry& entry = *table_.find(ticket);
  entry.at = stem_stage::stemmed;
  if (!entry.own && mode_ == dandelion_mode::fluff) return begin_aggregation(ticket);
  if (outbound_.none_expected() && has_public_room()) return make_public(ticket, tx, fluff_reason::no_relay);
  each_hop(ticket, [&](stem_hop& each) { send_or_wait(ticket, each, tx); });
}

/// Sends by the route of the source, but to each relay only once, since a relay fluffs a transaction that it receives a
/// second time. False if the transaction must wait: there is no relay, or the relay has no room.
bool stempool::send(stem_ticket ticket, stem_hop& hop, const wire::transaction_ptr& tx) {
  const auto relay = routes_.relay_for(hop.source);
  if (!relay) return false;
  if (!was_sent_to(ticket, *relay)) {
    const bool own = hop.source == stem_routes::ourselves;
    std::size_t& oneshot = pending_sends_[*relay];
    if (outbound_.room(*relay, own) <= oneshot) return false;
    actions_.push_back(stem_action::send{ticket, tx != nullptr ? tx : tx_of(ticket), *relay, own});
    ++oneshot;
  }
  hop.relay = *relay;
  return true;
}

void stempool::send_or_wait(stem_ticket ticket, stem_hop& hop, const wire::transaction_ptr& tx) {
  if (!send(ticket, hop, tx)) wait(ticket, hop);
}

void stempool::wait(stem_ticket ticket, const stem_hop& hop) {
  if (waiting_.push(hop.source, ticket)) {
    retry_at_ = std::min(retry_at_, io::saturating_add(now_, limits::stem_retry_interval));
  } else {
    ++counted_.dropped;
  }
}

void stempool::send_waiting() {
  waiting_.serve([this](std::uint64_t source, stem_ticket ticket) {
    const stem_entry* const entry = table_.find(ticket);
    if (entry == nullptr || entry->at != stem_stage::stemmed) return true;
    stem_hop& by = *hop_of(ticket, source);
    return by.relay != 0 || send(ticket, by, nullptr);
  });
  retry_at_ = waiting_.empty() ? io::never : io::saturating_add(now_, limits::stem_retry_interval);
}

/// If the relay is still connected, the next attempt is made after `limits::stem_retry_interval`; otherwise the same
/// cause could let it fail forever in one turn.
void stempool::not_sent(io::time_point now, stem_ticket ticket, std::uint64_t relay) {
  now_ = now;
  const stem_entry* const entry = table_.find(ticket);
  if (entry == nullptr || entry->at != stem_stage::stemmed) return;
  std::vector<stem_hop*> again;
  each_hop(ticket, [&](stem_hop& each) {
    if (each.relay == relay) again.push_back(&each);
  });
  for (stem_hop* const each : again) each->relay = 0;
  const bool is_there = outbound_.is_connected(relay);
  for (stem_hop* const each : again) {
    if (is_there) wait(ticket, *each);
    else send_or_wait(ticket, *each, nullptr);
  }
}

void stempool::begin_aggregation(stem_ticket ticket) {
  table_.find(ticket)->at = stem_stage::held;
  aggregating_.push_back(ticket);
  aggregation_ends_at_ = std::min(aggregation_ends_at_, io::saturating_add(now_, options_.aggregation));
}

/// Releases some of the transactions whose aggregation period is over, together no heavier than one transaction may be.
void stempool::release_held() {
  if (releasable_count_ != 0 && !has_public_room()) {
    releasable_count_ = 0;
    aggregation_ends_at_ = io::saturating_add(now_, limits::fluff_retry_delay);
  }
  stem_action::aggregate group;
  std::uint64_t weight = 0;
  for (std::size_t i = 0; i != limits::max_stems_per_turn && releasable_count_ != 0; ++i) {
    stem_entry* const entry = table_.find(aggregating_.front());
    if (entry != nullptr && entry->at == stem_stage::held) {
      wire::transaction_ptr tx = tx_of(aggregating_.front());
      weight += tx->weight();
      if (!group.held.empty() && weight > limits_.transaction_weight()) break;
      entry->at = stem_stage::aggregating;
      group.tickets.push_back(aggregating_.front());
      group.held.push_back(std::move(tx));
    }
    aggregating_.pop_front();
    --releasable_count_;
  }
  if (group.held.size() > 1) actions_.push_back(std::move(group));
  else if (!group.held.empty())
    make_public(group.tickets.front(), group.held.front(), fluff_reason::aggregation_expired);
}

/// What has become public meanwhile, or is about to, since the adapter has taken its time, is not fluffed again: nor is
/// an aggregate of which it is a part, which other nodes would reject.
void stempool::aggregated(io::time_point now, const stem_action::aggregate& action,
                          const std::vector<wire::transaction_ptr>& made) {
  now_ = now;
  constexpr auto reason = fluff_reason::aggregation_expired;
  const auto still_waits = [this](stem_ticket each) {
    const stem_entry* const entry = table_.find(each);
    return entry != nullptr && entry->at == stem_stage::aggregating;
  };
  std::vector<wire::transaction_ptr> gone;
  for (std::size_t i = 0; i != action.tickets.size(); ++i) {
    if (!still_waits(action.tickets[i])) gone.push_back(action.held[i]);
  }
  std::vector<wire::transaction_ptr> fresh{made};
  std::erase_if(fresh, [others = kernels_of_all(gone)](const auto& each) {
    return each == nullptr || has_any_of(*each, others);  // what the adapter gives may be anything
  });
  for (const wire::transaction_ptr& each : fresh) order_fluff(each, reason);
  const std::vector<wire::hash> kernels = kernels_of_all(fresh);
  for (std::size_t i = 0; i != action.tickets.size(); ++i) {
    if (!still_waits(action.tickets[i])) continue;
    if (contains_all(kernels, *action.held[i])) end(action.tickets[i], stem_outcome::fluffed, reason);
    else verify_again(action.tickets[i], reason);
  }
}

void stempool::made_public(std::span<const wire::hash> kernels, stem_outcome outcome) {
  for (const wire::hash& kernel : kernels) {
    for (const stem_ticket each : table_.with_kernel(kernel)) {
      if (contains_all(kernels, *tx_of(each))) end(each, outcome, std::nullopt);
    }
  }
}

bool stempool::release(const wire::transaction& tx) {
  const auto found = find(tx);
  if (found) make_public(*found, tx_of(*found), fluff_reason::requested);
  return found.has_value();
}

void stempool::time_is_up(stem_ticket ticket) {
  const stem_entry& entry = *table_.find(ticket);
  if (entry.at == stem_stage::validating) return ask(ticket, tx_of(ticket), phase::stem);
  if (entry.at == stem_stage::verifying) {
    if (entry.own) return ask(ticket, tx_of(ticket), phase::fluff);
    return end(ticket, stem_outcome::invalid, std::nullopt);
  }
  if (!has_public_room()) return retry_fluff_later(ticket);
  verify_again(ticket, fluff_reason::embargo_expired);
}

void stempool::verify_again(stem_ticket ticket, fluff_reason reason) {
  stem_entry& entry = *table_.find(ticket);
  entry.at = stem_stage::verifying;
  entry.reason = reason;
  ask(ticket, tx_of(ticket), phase::fluff);
}

/// Postpones a fluff by `limits::fluff_retry_delay`: too few peers could be sent it now, so it would be lost. The
/// node's own wait like others, as if their embargo expired then.
void stempool::retry_fluff_later(stem_ticket ticket) {
  stem_entry& entry = *table_.find(ticket);
  if (entry.at != stem_stage::stemmed) entry.at = entry.own ? stem_stage::stemmed : stem_stage::held;
  table_.arm(ticket, io::saturating_add(now_, limits::fluff_retry_delay));
}

bool stempool::has_public_room() const { return outbound_.public_room() > pending_fluffs_; }

void stempool::order_fluff(const wire::transaction_ptr& tx, fluff_reason reason) {
  actions_.push_back(stem_action::fluff{tx, reason});
  ++pending_fluffs_;
}

void stempool::make_public(stem_ticket ticket, const wire::transaction_ptr& tx, fluff_reason reason) {
  if (reason != fluff_reason::requested && !has_public_room()) return retry_fluff_later(ticket);
  order_fluff(tx, reason);
  end(ticket, stem_outcome::fluffed, reason);
}

void stempool::end(stem_ticket ticket, stem_outcome outcome, std::optional<fluff_reason> reason) {
  const auto own = own_.find(ticket);
  actions_.push_back(stem_action::finished{ticket, outcome, reason, own == own_.end() ? nullptr : own->second.tx});
  const stem_entry& entry = *table_.find(ticket);
  sum& those = entry.own ? own_sum_ : relayed_sum_;
  --those.count;
  those.bytes -= entry.size();
  const auto counted = by_peer_.find(entry.first.source);
  if (--counted->second == 0) by_peer_.erase(counted);
  if (own != own_.end()) own_.erase(own);
  repeat_sources_.erase(ticket);
  table_.remove(ticket);
}

}  // namespace pappus::peer
