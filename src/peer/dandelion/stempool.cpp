// The stempool: transactions that come in, validation results, and epochs.
#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include <pappus/peer/adapter/limits.hpp>
#include <pappus/peer/dandelion/limits.hpp>
#include <pappus/peer/dandelion/stempool.hpp>

namespace pappus::peer {
namespace {

/// Purposes of the keyed hash that draws random values for each transaction.
constexpr std::uint64_t its_embargo = 0;
constexpr std::uint64_t its_pause = 1;

}  // namespace

stempool::stempool(const dandelion_options& options, const wire::chain_limits& by, bool apart,
                   const stem_relays& outbound, io::random_source rng, io::time_point now)
    : options_(options),
      limits_(by),
      outbound_(outbound),
      rng_(std::move(rng)),
      routes_(options.relays(), apart, outbound),
      draw_hash_(keyed_hash::new_key(rng_)),
      table_(keyed_hash{keyed_hash::new_key(rng_)}),
      waiting_(options.max_per_peer),
      now_(now) {
  begin_epoch();
}

void stempool::received(io::time_point now, const wire::transaction_ptr& tx, std::uint64_t source) {
  tick(now);
  const stem_name name = name_of(*tx);
  if (const auto known = table_.find(name)) return received_again(*known, source, tx);
  if (!has_room(*tx, source)) {
    ++counted_.refused;
    return;
  }
  const stem_ticket added = admit(tx, name, source);
  table_.arm(added, io::saturating_add(now_, embargo_of(added)));
  start_stem(added, tx);
}

result<stem_ticket> stempool::submit(io::time_point now, const wire::transaction_ptr& tx) {
  tick(now);
  if (is_ours(tx->kernel_hash(0))) return failure{make_error_code(stem_errc::already_private)};
  if (!has_room(*tx, stem_routes::ourselves)) return failure{make_error_code(stem_errc::pool_full)};
  const stem_name name = name_of(*tx);
  if (const auto known = table_.find(name)) {
    adopt(*known, tx);
    return *known;
  }
  const stem_ticket added = admit(tx, name, stem_routes::ourselves);
  table_.find(added)->at = stem_stage::validating;
  ask(added, tx, phase::stem);
  return added;
}

void stempool::restore(io::time_point now, const wire::transaction_ptr& tx, io::duration left) {
  tick(now);
  const stem_name name = name_of(*tx);
  if (is_ours(tx->kernel_hash(0)) || table_.find(name)) return;
  const stem_ticket added = admit(tx, name, stem_routes::ourselves);
  own_.at(added).late = left <= io::duration::zero();
  if (own_.at(added).late) verify_again(added, fluff_reason::embargo_expired);
  else table_.arm(added, io::saturating_add(now_, left));
}

/// The node's own have no limit by peer, and other nodes' transactions take none of their room.
bool stempool::has_room(const wire::transaction& tx, std::uint64_t source) const {
  const bool own = source == stem_routes::ourselves;
  const sum& those = own ? own_sum_ : relayed_sum_;
  const auto there = by_peer_.find(source);
  const bool has_share = own || there == by_peer_.end() || there->second < options_.max_per_peer;
  return has_share && those.count < options_.max_transactions &&
         those.bytes + tx.raw_bytes().size() <= options_.max_bytes;
}

/// An entry in the table is always counted, even if a later step throws.
stem_ticket stempool::admit(const wire::transaction_ptr& tx, const stem_name& name, std::uint64_t source) {
  std::size_t& share = by_peer_[source];
  const stem_ticket added = table_.add(*tx, name);
  stem_entry& entry = *table_.find(added);
  entry.first.source = source;
  entry.own = source == stem_routes::ourselves;
  sum& those = entry.own ? own_sum_ : relayed_sum_;
  ++those.count;
  those.bytes += entry.size();
  ++share;
  ++counted_.admitted;
  if (entry.own) own_[added].tx = tx;
  return added;
}

/// A transaction that is held for aggregation or about to be fluffed needs no further route.
void stempool::received_again(stem_ticket ticket, std::uint64_t source, const wire::transaction_ptr& tx) {
  ++counted_.repeated;
  if (hop_of(ticket, source) != nullptr) return;
  std::vector<stem_hop>& further = repeat_sources_[ticket];
  if (source != stem_routes::ourselves && further.size() + 1 >= limits::max_stem_sources) return;
  further.push_back({source, 0});
  if (table_.find(ticket)->at == stem_stage::stemmed) send_or_wait(ticket, further.back(), tx);
}

/// A transaction received from a peer becomes one of the node's own. The adapter has found it valid already.
void stempool::adopt(stem_ticket ticket, const wire::transaction_ptr& tx) {
  own_[ticket].tx = tx;
  stem_entry& entry = *table_.find(ticket);
  entry.own = true;
  --relayed_sum_.count;
  ++own_sum_.count;
  relayed_sum_.bytes -= entry.size();
  own_sum_.bytes += entry.size();
  actions_.push_back(stem_action::persist{ticket, tx, table_.due(ticket)});
  if (entry.at == stem_stage::held) entry.at = stem_stage::stemmed;
  received_again(ticket, stem_routes::ourselves, tx);
}

/// Whether a transaction of the node's own has that first kernel.
bool stempool::is_ours(const wire::hash& kernel) {
  return std::ranges::any_of(table_.with_kernel(kernel), [&](stem_ticket each) {
    const auto found = own_.find(each);
    return found != own_.end() && found->second.tx->kernel_hash(0) == kernel;
  });
}

/// Other nodes' transactions without a result in time are removed; for the node's own the adapter is called again.
void stempool::ask(stem_ticket ticket, const wire::transaction_ptr& tx, phase before) {
  const bool own = table_.find(ticket)->own;
  table_.arm(ticket, io::saturating_add(now_, limits::validation_timeout));
  actions_.push_back(stem_action::validate{ticket, tx, before, own});
}

void stempool::verified(io::time_point now, const stem_action::validate& action, bool valid) {
  now_ = now;
  stem_entry* const entry = table_.find(action.ticket);
  if (entry == nullptr) return;
  if (entry->at != (action.before == phase::stem ? stem_stage::validating : stem_stage::verifying)) return;
  if (!valid) return end(action.ticket, stem_outcome::invalid, std::nullopt);
  if (action.before == phase::stem) {
    table_.arm(action.ticket, io::saturating_add(now_, embargo_of(action.ticket)));
    actions_.push_back(stem_action::persist{action.ticket, action.tx, table_.due(action.ticket)});
    return start_stem(action.ticket, action.tx);
  }
  const auto own = own_.find(action.ticket);
  if (own == own_.end() || !std::exchange(own->second.late, false)) {
    return make_public(action.ticket, action.tx, entry->reason);
  }
  const double share = io::to_unit_interval(chance_of(action.ticket, its_pause));
  entry->at = stem_stage::stemmed;
  table_.arm(action.ticket, io::saturating_add(now_, io::duration{limits::max_restart_delay * share}));
}

void stempool::unanswered(io::time_point now, const stem_action::validate& action) {
  now_ = now;
  const stem_entry* const entry = table_.find(action.ticket);
  if (entry == nullptr || !entry->own) return;
  if (entry->at != (action.before == phase::stem ? stem_stage::validating : stem_stage::verifying)) return;
  table_.arm(action.ticket,
             std::min(table_.due(action.ticket), io::saturating_add(now_, limits::validation_retry_delay)));
}

wire::transaction_ptr stempool::tx_of(stem_ticket ticket) const {
  const auto own = own_.find(ticket);
  return own != own_.end() ? own->second.tx : table_.find(ticket)->unpack(limits_);
}

void stempool::tick(io::time_point now) {
  now_ = now;
  for (std::size_t i = 0; i != limits::max_stems_per_turn && table_.earliest() <= now; ++i) time_is_up(table_.first());
  if (aggregation_ends_at_ <= now) {
    releasable_count_ = aggregating_.size();
    aggregation_ends_at_ = io::never;
  }
  release_held();
  if (epoch_ends_ <= now) begin_epoch();
  if (retry_at_ <= now) send_waiting();
}

io::time_point stempool::next_due() const noexcept {
  const io::time_point due = std::min({table_.earliest(), aggregation_ends_at_, epoch_ends_, retry_at_});
  return releasable_count_ == 0 ? due : std::min(due, now_);
}

std::optional<stempool::order> stempool::next_order() {
  if (actions_.empty()) return std::nullopt;
  std::optional<order> next{std::move(actions_.front())};
  actions_.pop_front();
  if (const auto* const sends = std::get_if<stem_action::send>(&*next)) --pending_sends_[sends->to];
  if (std::holds_alternative<stem_action::fluff>(*next)) --pending_fluffs_;
  if (actions_.empty()) pending_sends_.clear();
  return next;
}

/// Begins the first epoch or the next one. Transactions held in a fluff epoch are released at its end, and those that
/// wait for a route are tried again with the new ones.
void stempool::begin_epoch() {
  releasable_count_ = aggregating_.size();
  aggregation_ends_at_ = io::never;
  ++epoch_;
  mode_ = io::to_unit_interval(rng_()) < options_.stem_probability ? dandelion_mode::stem : dandelion_mode::fluff;
  const auto jitter = static_cast<std::uint64_t>(std::max(options_.epoch_jitter, io::duration::zero()).count());
  const io::duration longer{io::uniform_below(rng_, jitter + 1)};
  epoch_ends_ = io::saturating_add(now_, io::saturating_add(options_.epoch, longer));
  routes_.begin_epoch(keyed_hash::new_key(rng_));
  if (!waiting_.empty()) retry_at_ = now_;
}

std::uint64_t stempool::chance_of(stem_ticket ticket, std::uint64_t purpose) const {
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(table_.find(ticket)->name.raw);
  return draw_hash_(purpose, halves[0], halves[1]);
}

io::duration stempool::embargo_of(stem_ticket ticket) const {
  return io::saturating_add(options_.embargo.floor,
                            io::to_exponential(chance_of(ticket, its_embargo), options_.embargo.mean));
}

}  // namespace pappus::peer
