// Private broadcast: transactions, from `send` to their outcome.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include <pappus/io/random.hpp>
#include <pappus/peer/adapter/limits.hpp>
#include <pappus/peer/kernels.hpp>
#include <pappus/peer/private_broadcast/limits.hpp>
#include <pappus/peer/private_broadcast/private_broadcaster.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::peer {
namespace {

const private_broadcast_options& checked(const private_broadcast_options& given) {
  given.check();
  return given;
}

}  // namespace

private_broadcaster::private_broadcaster(const dependencies& deps, const private_broadcast_options& options)
    : deps_(deps), options_(checked(options)), lookups_(deps.pool, deps.inventory) {}

void private_broadcaster::open(scope& tasks) {
  tasks_ = &tasks;
  for (auto& [kernel, each] : own_) {
    if (each.at == stage::broadcasting) arm(each, {});  // it was submitted before
  }
  for (const stem_transaction& each : deps_.store.restore_stems()) restore(each);
}

/// What was on the stem is told when its embargo is over, so that it looks as if that of another node had ended: the
/// relay that was sent it could tell otherwise that it is this node's. The wall clock may have stepped.
void private_broadcaster::restore(const stem_transaction& stored) {
  wire::reader in{stored.body, {stored.version, deps_.local.chain.limits}};
  const wire::transaction_ptr tx = wire::transaction::read(in);
  if (tx == nullptr) return deps_.store.drop_stem(stored.kernel);
  if (own_.contains(tx->kernel_hash(0))) return;
  own_transaction& restored = add(tx);
  restored.at = stage::broadcasting;
  restored.rounds = stored.rounds;
  restored.pauses.skip(stored.rounds);
  constexpr io::duration range = limits::max_resume_delay - limits::min_resume_delay;
  const std::uint64_t more = io::uniform_below(deps_.runtime, static_cast<std::uint64_t>(range.count()));
  const io::duration drawn = limits::min_resume_delay + io::duration{static_cast<io::duration::rep>(more)};
  const io::duration soon = std::min(drawn, options_.retry.initial);
  constexpr auto longest = std::chrono::duration_cast<io::wall_time::duration>(limits::max_private_delay);
  const io::wall_time::duration remaining = io::saturating_sub(stored.deadline, deps_.store.clock().now());
  arm(restored, std::max<io::duration>(soon, std::clamp(remaining, io::wall_time::duration::zero(), longest)));
}

void private_broadcaster::close() {
  closed_ = true;
  tasks_ = nullptr;
  lookups_.close();
  std::vector<ended> told;
  for (auto& [kernel, each] : own_) {
    for (ended& one : each.finish_handlers) told.push_back(std::move(one));
  }
  own_.clear();
  for (const ended& each : told) each(failure{make_error_code(errc::closed)});
}

void private_broadcaster::send(const wire::transaction_ptr& tx, sent done) {
  lookups_.start(tx, [this, tx, done = std::move(done)](bool is_public) {
    if (is_public) done(failure{make_error_code(stem_errc::already_public)});
    else submit(tx, done);
  });
}

void private_broadcaster::submit(const wire::transaction_ptr& tx, const sent& done) {
  if (own_.contains(tx->kernel_hash(0))) return done(failure{make_error_code(stem_errc::already_private)});
  const bool has_room =
      own_.size() < limits::max_private_transactions && bytes_ + tx->raw_bytes().size() <= limits::max_private_bytes;
  if (!has_room) return done(failure{make_error_code(stem_errc::pool_full)});
  own_transaction& added = add(tx);
  added.waiting = done;
  validate(added);
}

private_broadcaster::own_transaction& private_broadcaster::add(const wire::transaction_ptr& tx) {
  own_transaction& added = own_.try_emplace(tx->kernel_hash(0), *this, tx, options_.retry).first->second;
  bytes_ += tx->raw_bytes().size();
  return added;
}

private_broadcaster::own_transaction* private_broadcaster::find(const wire::transaction& tx) {
  const auto found = own_.find(tx.kernel_hash(0));
  return found != own_.end() && found->second.tx->hash() == tx.hash() ? &found->second : nullptr;
}

void private_broadcaster::fluffed(const wire::transaction_ptr& tx, const broadcast_report& report) {
  lookups_.note_public(kernels_of(*tx));
  if (find(*tx) == nullptr) return;
  deps_.events.transaction_fluffed(tx, fluff_reason::requested, report);
  own_transaction* const own = find(*tx);  // unless the application has reported it meanwhile
  if (own != nullptr) finish(*own, {stem_outcome::fluffed, fluff_reason::requested});
}

bool private_broadcaster::on_finished(const wire::transaction& tx, ended done) {
  own_transaction* const found = find(tx);
  if (found != nullptr) found->finish_handlers.push_back(std::move(done));
  return found != nullptr;
}

void private_broadcaster::received(const peer_info& from, const wire::transaction& tx) {
  if (own_.empty() && lookups_.empty()) return;
  const std::vector<wire::hash> kernels = kernels_of(tx);
  lookups_.note_public(kernels);
  for (const wire::hash& kernel : kernels) {
    const auto found = own_.find(kernel);
    if (found == own_.end() || !contains_all(kernels, *found->second.tx)) continue;
    if (!std::exchange(found->second.was_echoed, true)) {
      constexpr io::duration range = limits::max_echo_pause - limits::min_echo_pause;
      const std::uint64_t more = io::uniform_below(deps_.runtime, static_cast<std::uint64_t>(range.count()));
      schedule(found->second, limits::min_echo_pause + io::duration{static_cast<io::duration::rep>(more)});
    }
    announced(from, kernel);
  }
}

void private_broadcaster::announced(const peer_info& from, const wire::hash& kernel) {
  const auto found = own_.find(kernel);
  if (found == own_.end() || !found->second.was_echoed || was_told(found->second, from)) return;
  finish(found->second, {stem_outcome::seen, std::nullopt});
}

/// Peers that come by an onion service have no address, and so may be any; processes on one computer are told apart by
/// their ports.
bool private_broadcaster::was_told(const own_transaction& which, const peer_info& peer) const {
  if (peer.transport == transport_type::onion && peer.direction == direction::inbound) return true;
  return std::ranges::any_of(which.told, [this, &peer](const io::endpoint& each) {
    const bool apart = deps_.account.exempts(each.address);
    return apart ? each == peer.endpoint : each.address.subnet() == peer.endpoint.address.subnet();
  });
}

void private_broadcaster::seen(const wire::transaction& tx) {
  if (!own_.empty() || !lookups_.empty()) made_public(kernels_of(tx), stem_outcome::seen);
}

void private_broadcaster::confirmed(const wire::block& in) {
  if (!own_.empty() || !lookups_.empty()) made_public(kernels_of(in), stem_outcome::confirmed);
}

void private_broadcaster::made_public(std::span<const wire::hash> kernels, stem_outcome outcome) {
  lookups_.note_public(kernels);
  for (const wire::hash& kernel : kernels) {
    const auto found = own_.find(kernel);
    if (found != own_.end() && contains_all(kernels, *found->second.tx)) {
      finish(found->second, {outcome, std::nullopt});
    }
  }
}

void private_broadcaster::finish(own_transaction& which, stem_result outcome) {
  const wire::transaction_ptr tx = which.tx;
  const sent waiting = std::move(which.waiting);
  const std::vector<ended> handlers = std::move(which.finish_handlers);
  own_.erase(tx->kernel_hash(0));
  bytes_ -= tx->raw_bytes().size();
  deps_.store.drop_stem(tx->kernel_hash(0));
  if (waiting && outcome.outcome != stem_outcome::invalid) waiting({});
  else if (waiting) waiting(failure{make_error_code(stem_errc::invalid)});
  for (const ended& each : handlers) each(outcome);
}

/// The transaction may be sent before it is on the disk: if the node stops in between, other nodes have it.
void private_broadcaster::persist(own_transaction& which) {
  stem_transaction stored;
  stored.kernel = which.tx->kernel_hash(0);
  stored.version = wire::version_of(which.tx->form());
  const wire::bytes_view body = which.tx->raw_bytes();
  stored.body.assign(body.begin(), body.end());
  stored.deadline = no_deadline;
  deps_.store.save_stem(std::move(stored), std::exchange(which.waiting, nullptr));
}

void private_broadcaster::arm(own_transaction& which, io::duration after) {
  deps_.runtime.timers().arm(which, io::saturating_add(deps_.runtime.now(), after));
}

/// The next round, in this run or in another one.
void private_broadcaster::schedule(own_transaction& which, io::duration after) {
  arm(which, after);
  if (which.rounds == 0) return;
  const auto later = std::chrono::ceil<io::wall_time::duration>(after);
  const io::wall_time due = io::saturating_add(deps_.store.clock().now(), later);
  deps_.store.reschedule_stem({which.tx->kernel_hash(0), due, which.rounds});
}

/// Whatever fails is tried again.
void private_broadcaster::due(own_transaction& which) noexcept {
  if (which.in_round) return arm(which, which.pauses.next(deps_.runtime));
  arm(which, limits::validation_timeout);
  deps_.exceptions.run(0, "private broadcast", [&] {
    if (which.at == stage::validating) validate(which);
    else look_up(which);
  });
}

/// Before each round but the first: the application may have got the transaction, or dropped it. What it has from told
/// peers alone is valid, and may not be found so a second time.
void private_broadcaster::look_up(own_transaction& which) {
  const auto looked_up = [this, tx = which.tx](const std::optional<wire::transaction_ptr>& found) {
    own_transaction* const own = closed_ ? nullptr : find(*tx);
    if (own == nullptr) return;
    if (!found || *found == nullptr) return validate(*own);
    if (own->was_echoed) return begin_round(*own);
    finish(*own, {stem_outcome::seen, std::nullopt});
  };
  deps_.pool.get_transaction(which.tx->kernel_hash(0), nullptr, looked_up);
}

/// Without a result the adapter is called again; the first one counts.
void private_broadcaster::validate(own_transaction& which) {
  which.is_checking = true;
  if (which.at == stage::validating) arm(which, limits::validation_timeout);
  const auto judged = [this, tx = which.tx](std::optional<bool> valid) {
    own_transaction* const own = closed_ ? nullptr : find(*tx);
    if (own != nullptr && own->is_checking) validated(*own, valid);
  };
  deps_.pool.validate_tx(which.tx, phase::stem, nullptr, limits::own_validation_timeout, judged);
}

void private_broadcaster::validated(own_transaction& which, std::optional<bool> valid) {
  if (!valid) return arm(which, limits::validation_retry_delay);
  which.is_checking = false;
  if (!*valid) return finish(which, {stem_outcome::invalid, std::nullopt});
  if (which.at == stage::validating) persist(which);
  which.at = stage::broadcasting;
  begin_round(which);
}

private_broadcast_status private_broadcaster::status() const noexcept {
  private_broadcast_status now;
  now.transactions = own_.size();
  now.bytes = bytes_;
  now.connections = connections_;
  now.stalled = stalled_;
  now.counted = counted_;
  return now;
}

}  // namespace pappus::peer
