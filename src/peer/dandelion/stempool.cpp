#include <algorithm>
#include <utility>

#include <pappus/peer/dandelion/stempool.hpp>

namespace pappus::peer {
namespace {

std::vector<wire::hash> kernels_of(const std::vector<wire::transaction_ptr>& all) {
  std::vector<wire::hash> kernels;
  for (const wire::transaction_ptr& each : all) {
    for (const wire::hash& kernel : each->kernel_ids()) kernels.push_back(kernel);
  }
  std::ranges::sort(kernels);
  return kernels;
}

/// `kernels` are in ascending order.
bool is_part_of(const wire::transaction& tx, std::span<const wire::hash> kernels) {
  const auto ids = tx.kernel_ids();
  return std::all_of(ids.begin(), ids.end(),
                     [kernels](const wire::hash& each) { return std::ranges::binary_search(kernels, each); });
}

}  // namespace

stempool::stempool(const dandelion_options& options, std::uint64_t most_weight, bool apart, const stem_relays& outbound,
                   io::random_source chance, io::time_point now)
    : options_(options),
      most_weight_(most_weight),
      outbound_(outbound),
      chance_(std::move(chance)),
      routes_(options.relays(), apart, outbound, chance_),
      entries_(0, hasher{keyed_hash{keyed_hash::new_key(chance_)}}),
      now_(now) {
  begin_epoch();
}

void stempool::received(io::time_point now, const wire::transaction_ptr& tx, std::uint64_t source) {
  tick(now);
  if (const auto found = entries_.find(tx->kernel_id(0)); found != entries_.end()) return came_again(found, source);
  if (!has_room(*tx, source)) {
    ++counted_.refused;
    return;
  }
  admit(tx, source, state::validating);
  orders_.push_back(stem_order::verify{tx, phase::stem});
}

bool stempool::submit(io::time_point now, const wire::transaction_ptr& tx) {
  tick(now);
  if (contains(tx->kernel_id(0)) || !has_room(*tx, stem_routes::ourselves)) return false;
  admit(tx, stem_routes::ourselves, state::validating);
  orders_.push_back(stem_order::verify{tx, phase::stem});
  return true;
}

void stempool::restore(const wire::transaction_ptr& tx, io::time_point deadline) {
  if (contains(tx->kernel_id(0))) return;
  deadlines_.arm(admit(tx, stem_routes::ourselves, state::stemmed), deadline);
}

/// Our own are not bounded by peer.
bool stempool::has_room(const wire::transaction& tx, std::uint64_t source) const {
  const auto there = by_peer_.find(source);
  const bool has_share =
      source == stem_routes::ourselves || there == by_peer_.end() || there->second < options_.most_by_peer;
  return has_share && entries_.size() < options_.most && bytes_ + tx.as_received().size() <= options_.most_bytes;
}

stempool::entry& stempool::admit(const wire::transaction_ptr& tx, std::uint64_t source, state at) {
  entry& added = entries_.try_emplace(tx->kernel_id(0), *this, tx).first->second;
  added.hops.push_back({source, 0});
  added.at = at;
  ++by_peer_[source];
  bytes_ += tx->as_received().size();
  ++counted_.admitted;
  deadlines_.arm(added, io::later(now_, draw_embargo()));
  return added;
}

/// What is held or about to be fluffed needs no other way.
void stempool::came_again(entries::iterator which, std::uint64_t source) {
  ++counted_.repeated;
  entry& known = which->second;
  const bool from_same = std::ranges::find(known.hops, source, &hop::source) != known.hops.end();
  if (!from_same) {
    if (known.hops.size() >= limits::stem_sources) return;
    known.hops.push_back({source, 0});
    if (known.at == state::stemmed) route(which);
  } else if (known.at == state::validating) {
    known.came_twice = true;
  } else if (known.at == state::stemmed || known.at == state::held) {
    make_public(which, fluff_cause::repeated);
  }
}

void stempool::verified(io::time_point now, const wire::hash& kernel, phase before, bool valid) {
  tick(now);
  const auto found = entries_.find(kernel);
  if (found == entries_.end()) return;
  entry& which = found->second;
  if (which.at != (before == phase::stem ? state::validating : state::verifying)) return;
  if (!valid) return end(found, stem_fate::evicted, std::nullopt);
  if (before == phase::fluff) return make_public(found, which.why);
  go_on(found);
}

/// It may go on the stem.
void stempool::go_on(entries::iterator which) {
  entry& valid = which->second;
  if (valid.own()) orders_.push_back(stem_order::keep{valid.tx, valid.due()});
  valid.at = state::stemmed;
  if (valid.came_twice) return make_public(which, fluff_cause::repeated);
  if (!valid.own() && mode_ == dandelion_mode::fluff) return hold(valid);
  route(which);
}

/// Sends it by the route of each source that has led it nowhere yet; to one relay once, for a second time would make
/// that one fluff it.
void stempool::route(entries::iterator which) {
  entry& sent = which->second;
  bool leaves = false;
  for (hop& each : sent.hops) {
    if (each.relay == 0) {
      const auto relay = routes_.relay_for(each.source);
      const bool again = relay && std::ranges::find(sent.hops, *relay, &hop::relay) != sent.hops.end();
      each.relay = relay.value_or(0);
      if (relay && !again) orders_.push_back(stem_order::send{sent.tx, *relay, sent.own()});
    }
    leaves |= each.relay != 0;
  }
  if (!leaves && !outbound_.alone()) make_public(which, fluff_cause::no_route);
}

void stempool::not_sent(io::time_point now, const wire::hash& kernel, std::uint64_t relay) {
  tick(now);
  const auto found = entries_.find(kernel);
  if (found == entries_.end() || found->second.at != state::stemmed) return;
  for (hop& each : found->second.hops) {
    if (each.relay != relay) continue;
    routes_.failed(each.source, relay);
    each.relay = 0;
  }
  route(found);
}

void stempool::hold(entry& which) {
  which.at = state::held;
  held_.push_back(which.tx->kernel_id(0));
  held_until_ = std::min(held_until_, io::later(now_, options_.hold));
}

/// All that is held, in groups that are no heavier than a transaction may be.
void stempool::release_held() {
  held_until_ = io::never;
  if (!held_.empty() && outbound_.alone()) {
    held_until_ = io::later(now_, limits::nobody_there);
    return;
  }
  std::vector<wire::transaction_ptr> group;
  std::uint64_t weight = 0;
  for (const wire::hash& each : std::exchange(held_, {})) {
    const auto found = entries_.find(each);
    if (found == entries_.end() || found->second.at != state::held) continue;
    found->second.at = state::aggregating;
    const wire::transaction_ptr& tx = found->second.tx;
    if (!group.empty() && weight + tx->weight() > most_weight_) release(std::exchange(group, {}));
    weight = group.empty() ? tx->weight() : weight + tx->weight();
    group.push_back(tx);
  }
  release(std::move(group));
}

void stempool::release(std::vector<wire::transaction_ptr> group) {
  if (group.size() > 1) orders_.push_back(stem_order::aggregate{std::move(group)});
  else if (!group.empty()) make_public(entries_.find(group.front()->kernel_id(0)), fluff_cause::hold_over);
}

void stempool::aggregated(io::time_point now, const std::vector<wire::transaction_ptr>& held,
                          const std::vector<wire::transaction_ptr>& made) {
  tick(now);
  const std::vector<wire::hash> kernels = kernels_of(made);
  for (const wire::transaction_ptr& each : made) orders_.push_back(stem_order::fluff{each, fluff_cause::hold_over});
  for (const wire::transaction_ptr& each : held) {
    const auto found = entries_.find(each->kernel_id(0));
    if (found == entries_.end() || found->second.at != state::aggregating) continue;
    if (is_part_of(*each, kernels)) end(found, stem_fate::fluffed, fluff_cause::hold_over);
    else verify_again(found->second, fluff_cause::hold_over);
  }
}

void stempool::made_public(std::span<const wire::hash> kernels, stem_fate how) {
  for (const wire::hash& each : kernels) {
    const auto found = entries_.find(each);
    if (found != entries_.end() && is_part_of(*found->second.tx, kernels)) end(found, how, std::nullopt);
  }
}

bool stempool::release(const wire::hash& kernel) {
  const auto found = entries_.find(kernel);
  if (found == entries_.end()) return false;
  make_public(found, fluff_cause::requested);
  return true;
}

void stempool::tick(io::time_point now) {
  now_ = now;
  deadlines_.expire(now);
  if (held_until_ <= now) release_held();
  if (epoch_ends_ <= now) begin_epoch();
}

io::time_point stempool::next_due() const noexcept {
  return std::min({deadlines_.earliest(), held_until_, epoch_ends_});
}

std::optional<stempool::order> stempool::next_order() {
  if (orders_.empty()) return std::nullopt;
  std::optional<order> next{std::move(orders_.front())};
  orders_.pop_front();
  return next;
}

/// The first, or the next. What an epoch of fluffing holds does not outlast it.
void stempool::begin_epoch() {
  release_held();
  ++epoch_;
  mode_ = io::unit_of(chance_()) < options_.stem_probability ? dandelion_mode::stem : dandelion_mode::fluff;
  const auto jitter = static_cast<std::uint64_t>(std::max(options_.epoch_jitter, io::duration::zero()).count());
  const io::duration longer{io::below(chance_, jitter + 1)};
  epoch_ends_ = io::later(now_, io::saturating_add(options_.epoch, longer));
  routes_.begin_epoch();
}

/// Who has not answered until then does not get another chance: whoever waits for the host must not wait for ever.
void stempool::time_is_up(entry& which) noexcept {
  const bool unanswered = which.at == state::validating || which.at == state::verifying;
  if (unanswered) end(entries_.find(which.tx->kernel_id(0)), stem_fate::evicted, std::nullopt);
  else if (outbound_.alone()) deadlines_.arm(which, io::later(now_, limits::nobody_there));
  else verify_again(which, fluff_cause::deadline);
}

void stempool::verify_again(entry& which, fluff_cause why) {
  which.at = state::verifying;
  which.why = why;
  deadlines_.arm(which, io::later(now_, limits::verification));
  orders_.push_back(stem_order::verify{which.tx, phase::fluff});
}

void stempool::make_public(entries::iterator which, fluff_cause why) {
  orders_.push_back(stem_order::fluff{which->second.tx, why});
  end(which, stem_fate::fluffed, why);
}

void stempool::end(entries::iterator which, stem_fate how, std::optional<fluff_cause> why) {
  entry& over = which->second;
  const auto counted = by_peer_.find(over.hops.front().source);
  if (--counted->second == 0) by_peer_.erase(counted);
  bytes_ -= over.tx->as_received().size();
  orders_.push_back(stem_order::over{over.tx, how, why, over.own()});
  entries_.erase(which);
}

io::duration stempool::draw_embargo() {
  return io::saturating_add(options_.embargo.floor, io::exponential_of(chance_(), options_.embargo.mean));
}

}  // namespace pappus::peer
