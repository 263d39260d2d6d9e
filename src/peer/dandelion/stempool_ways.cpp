// The stempool: sending along the stem, and fluffing.
#include <algorithm>
#include <utility>

#include <pappus/peer/dandelion/limits.hpp>
#include <pappus/peer/dandelion/stempool.hpp>

namespace pappus::peer {
namespace {

std::vector<wire::hash> kernels_of(const std::vector<wire::transaction_ptr>& all) {
  std::vector<wire::hash> kernels;
  for (const wire::transaction_ptr& each : all) {
    for (const wire::hash& kernel : each->kernel_hashes()) kernels.push_back(kernel);
  }
  std::ranges::sort(kernels);
  return kernels;
}

/// `kernels` are in ascending order.
bool is_part_of(const wire::transaction& tx, std::span<const wire::hash> kernels) {
  const auto ids = tx.kernel_hashes();
  return std::all_of(ids.begin(), ids.end(),
                     [kernels](const wire::hash& each) { return std::ranges::binary_search(kernels, each); });
}

}  // namespace

template <class Function>
void stempool::each_hop(stem_ticket which, Function function) {
  function(table_.find(which)->first);
  const auto further = further_.find(which);
  if (further != further_.end()) std::ranges::for_each(further->second, function);
}

/// Null if the transaction has not come from that source.
stem_hop* stempool::hop_of(stem_ticket which, std::uint64_t source) {
  stem_hop* found = nullptr;
  each_hop(which, [&](stem_hop& each) {
    if (each.source == source) found = &each;
  });
  return found;
}

bool stempool::was_sent_to(stem_ticket which, std::uint64_t relay) {
  bool sent = false;
  each_hop(which, [&](const stem_hop& each) { sent |= each.relay == relay; });
  return sent;
}

/// Continues with a transaction that may go on the stem.
void stempool::go_on(stem_ticket which, const wire::transaction_ptr& tx) {
  stem_entry& its = *table_.find(which);
  its.at = stem_stage::stemmed;
  if (!its.own && mode_ == dandelion_mode::fluff) return hold(which);
  if (outbound_.none_expected() && has_public_room()) return make_public(which, tx, fluff_reason::no_relay);
  each_hop(which, [&](stem_hop& each) { send_or_wait(which, each, tx); });
}

/// Sends by the route of the source, but to each relay only once, since a relay fluffs a transaction that it receives a
/// second time. False if the transaction must wait: there is no relay, or the relay has no room.
bool stempool::send(stem_ticket which, stem_hop& by, const wire::transaction_ptr& tx) {
  const auto relay = routes_.relay_for(by.source);
  if (!relay) return false;
  if (!was_sent_to(which, *relay)) {
    const bool own = by.source == stem_routes::ourselves;
    std::size_t& oneshot = promised_[*relay];
    if (outbound_.room(*relay, own) <= oneshot) return false;
    orders_.push_back(stem_action::send{which, tx != nullptr ? tx : tx_of(which), *relay, own});
    ++oneshot;
  }
  by.relay = *relay;
  return true;
}

void stempool::send_or_wait(stem_ticket which, stem_hop& by, const wire::transaction_ptr& tx) {
  if (!send(which, by, tx)) wait(which, by);
}

void stempool::wait(stem_ticket which, const stem_hop& by) {
  if (waiting_.push(by.source, which)) {
    retry_at_ = std::min(retry_at_, io::saturating_add(now_, limits::stem_retry_interval));
  } else {
    ++counted_.dropped;
  }
}

void stempool::send_waiting() {
  waiting_.serve([this](std::uint64_t source, stem_ticket which) {
    const stem_entry* const its = table_.find(which);
    if (its == nullptr || its->at != stem_stage::stemmed) return true;
    stem_hop& by = *hop_of(which, source);
    return by.relay != 0 || send(which, by, nullptr);
  });
  retry_at_ = waiting_.empty() ? io::never : io::saturating_add(now_, limits::stem_retry_interval);
}

/// If the relay is still connected, the next attempt is made after `limits::stem_retry_interval`; otherwise the same
/// cause could let it fail forever in one turn.
void stempool::not_sent(io::time_point now, stem_ticket which, std::uint64_t relay) {
  now_ = now;
  const stem_entry* const its = table_.find(which);
  if (its == nullptr || its->at != stem_stage::stemmed) return;
  std::vector<stem_hop*> again;
  each_hop(which, [&](stem_hop& each) {
    if (each.relay == relay) again.push_back(&each);
  });
  for (stem_hop* const each : again) each->relay = 0;
  const bool is_there = outbound_.is_connected(relay);
  for (stem_hop* const each : again) {
    if (is_there) wait(which, *each);
    else send_or_wait(which, *each, nullptr);
  }
}

void stempool::hold(stem_ticket which) {
  table_.find(which)->at = stem_stage::held;
  held_.push_back(which);
  held_until_ = std::min(held_until_, io::saturating_add(now_, options_.aggregation));
}

/// Releases some of the transactions whose aggregation period is over, together no heavier than one transaction may be.
void stempool::release_held() {
  if (releasing_ != 0 && !has_public_room()) {
    releasing_ = 0;
    held_until_ = io::saturating_add(now_, limits::fluff_retry_delay);
  }
  stem_action::aggregate group;
  std::uint64_t weight = 0;
  for (std::size_t i = 0; i != limits::max_stems_per_turn && releasing_ != 0; ++i) {
    stem_entry* const its = table_.find(held_.front());
    if (its != nullptr && its->at == stem_stage::held) {
      wire::transaction_ptr tx = tx_of(held_.front());
      weight += tx->weight();
      if (!group.held.empty() && weight > limits_.transaction_weight()) break;
      its->at = stem_stage::aggregating;
      group.which.push_back(held_.front());
      group.held.push_back(std::move(tx));
    }
    held_.pop_front();
    --releasing_;
  }
  if (group.held.size() > 1) orders_.push_back(std::move(group));
  else if (!group.held.empty()) make_public(group.which.front(), group.held.front(), fluff_reason::aggregation_expired);
}

void stempool::aggregated(io::time_point now, const stem_action::aggregate& asked,
                          const std::vector<wire::transaction_ptr>& made) {
  now_ = now;
  const std::vector<wire::hash> kernels = kernels_of(made);
  for (const wire::transaction_ptr& each : made) order_fluff(each, fluff_reason::aggregation_expired);
  for (std::size_t i = 0; i != asked.which.size(); ++i) {
    const stem_entry* const its = table_.find(asked.which[i]);
    if (its == nullptr || its->at != stem_stage::aggregating) continue;
    constexpr auto why = fluff_reason::aggregation_expired;
    if (is_part_of(*asked.held[i], kernels)) end(asked.which[i], stem_outcome::fluffed, why);
    else verify_again(asked.which[i], why);
  }
}

void stempool::made_public(std::span<const wire::hash> kernels, stem_outcome how) {
  for (const wire::hash& kernel : kernels) {
    for (const stem_ticket each : table_.with_kernel(kernel)) {
      if (is_part_of(*tx_of(each), kernels)) end(each, how, std::nullopt);
    }
  }
}

bool stempool::release(const wire::transaction& tx) {
  const auto found = find(tx);
  if (found) make_public(*found, tx_of(*found), fluff_reason::requested);
  return found.has_value();
}

void stempool::time_is_up(stem_ticket which) {
  const stem_entry& its = *table_.find(which);
  if (its.at == stem_stage::validating) return ask(which, tx_of(which), phase::stem);
  if (its.at == stem_stage::verifying) {
    if (its.own) return ask(which, tx_of(which), phase::fluff);
    return end(which, stem_outcome::invalid, std::nullopt);
  }
  if (!has_public_room()) return put_off(which);
  verify_again(which, fluff_reason::embargo_expired);
}

void stempool::verify_again(stem_ticket which, fluff_reason why) {
  stem_entry& its = *table_.find(which);
  its.at = stem_stage::verifying;
  its.why = why;
  ask(which, tx_of(which), phase::fluff);
}

/// Postpones a fluff by `limits::fluff_retry_delay`: too few peers could be sent it now, so it would be lost. The
/// node's own wait like others, as if their embargo expired then.
void stempool::put_off(stem_ticket which) {
  stem_entry& its = *table_.find(which);
  if (its.at != stem_stage::stemmed) its.at = its.own ? stem_stage::stemmed : stem_stage::held;
  table_.arm(which, io::saturating_add(now_, limits::fluff_retry_delay));
}

bool stempool::has_public_room() const { return outbound_.public_room() > going_public_; }

void stempool::order_fluff(const wire::transaction_ptr& tx, fluff_reason why) {
  orders_.push_back(stem_action::fluff{tx, why});
  ++going_public_;
}

void stempool::make_public(stem_ticket which, const wire::transaction_ptr& tx, fluff_reason why) {
  if (why != fluff_reason::requested && !has_public_room()) return put_off(which);
  order_fluff(tx, why);
  end(which, stem_outcome::fluffed, why);
}

void stempool::end(stem_ticket which, stem_outcome how, std::optional<fluff_reason> why) {
  const auto ours = own_.find(which);
  orders_.push_back(stem_action::finished{which, how, why, ours == own_.end() ? nullptr : ours->second.tx});
  const stem_entry& its = *table_.find(which);
  sum& those = its.own ? ours_ : others_;
  --those.count;
  those.bytes -= its.size();
  const auto counted = by_peer_.find(its.first.source);
  if (--counted->second == 0) by_peer_.erase(counted);
  if (ours != own_.end()) own_.erase(ours);
  further_.erase(which);
  table_.remove(which);
}

}  // namespace pappus::peer
