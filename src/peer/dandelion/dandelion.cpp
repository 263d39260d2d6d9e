#include <algorithm>
#include <chrono>
#include <utility>

#include <pappus/io/random.hpp>
#include <pappus/peer/adapter/limits.hpp>
#include <pappus/peer/dandelion/dandelion.hpp>
#include <pappus/peer/dandelion/limits.hpp>
#include <pappus/peer/kernels.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/wire/messages/transaction.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::peer {
namespace {

/// Sets a flag for as long as it lives.
class while_alive {
public:
  explicit while_alive(bool& flag) noexcept : flag_(flag) { flag_ = true; }
  while_alive(const while_alive&) = delete;
  while_alive& operator=(const while_alive&) = delete;
  ~while_alive() { flag_ = false; }

private:
  bool& flag_;
};

const dandelion_options& checked(const dandelion_options& given) {
  given.check();
  return given;
}

/// Whether the peer's chain is more than `limits::max_relay_lag` blocks behind the node's own. The total difficulty
/// from the handshake counts only until the peer has reported its height with its first ping or pong.
bool is_behind(const chain_tip& theirs, const chain_tip& tip) noexcept {
  if (theirs.height == 0 && theirs.total_difficulty >= tip.total_difficulty) return false;
  return theirs.height < tip.height && tip.height - theirs.height > limits::max_relay_lag;
}

}  // namespace

dandelion::dandelion(const dependencies& deps, const dandelion_options& options)
    : deps_(deps),
      budget_(checked(options).by_address),
      intake_({deps.peers, deps.pool, deps.inventory, budget_},
              [this](std::uint64_t peer, const wire::transaction_ptr& tx) { take(peer, tx); }),
      pool_(
          options, deps.local.chain.limits, deps.local.chain.on_internet, *this,
          [on = &deps.runtime] { return io::random_bits(*on); }, deps.runtime.now()),
      memory_reservation_(*deps.local.memory),
      retry_timer_(deps.runtime),
      lookups_(deps.pool, deps.inventory) {}

void dandelion::open() {
  for (const stem_transaction& each : deps_.store.restore_stems()) restore(each);
  execute();
}

/// The remaining embargo is computed by the wall clock, which may have stepped, and so is limited to
/// `limits::max_restored_embargo`. What the last run has broadcast privately was on no stem yet, and goes on one.
void dandelion::restore(const stem_transaction& stored) {
  wire::reader in{stored.body, {stored.version, deps_.local.chain.limits}};
  const wire::transaction_ptr tx = wire::transaction::read(in);
  if (tx == nullptr) return deps_.store.drop_stem(stored.kernel);
  if (stored.is_private()) {
    return stem(tx, [this, kernel = stored.kernel](const result<void>& taken) {
      const bool is_public = !taken && taken.error() == make_error_code(stem_errc::already_public);
      if (is_public) deps_.store.drop_stem(kernel);
    });
  }
  const auto longest = std::chrono::duration_cast<io::wall_time::duration>(limits::max_restored_embargo);
  const io::wall_time::duration remaining = io::saturating_sub(stored.deadline, deps_.store.clock().now());
  pool_.restore(deps_.runtime.now(), tx, std::clamp(remaining, io::wall_time::duration::zero(), longest));
}

void dandelion::stem(const wire::transaction_ptr& tx, stemmed done) {
  lookups_.start(tx, [this, tx, done = std::move(done)](bool is_public) {
    if (is_public) done(failure{make_error_code(stem_errc::already_public)});
    else submit(tx, done);
  });
}

void dandelion::submit(const wire::transaction_ptr& tx, const stemmed& done) {
  const auto taken = pool_.submit(deps_.runtime.now(), tx);
  if (!taken) return done(failure{taken.error()});
  waiting_.insert_or_assign(*taken, done);
  execute();
}

broadcast_report dandelion::fluff(const wire::transaction_ptr& tx) {
  if (!pool_.release(*tx)) {
    lookups_.note_public(kernels_of(*tx));
    return deps_.diffuser.send(tx);
  }
  last_report_ = {};
  execute();
  return last_report_;
}

void dandelion::close() {
  closed_ = true;
  lookups_.close();
  retry_timer_.stop();
  waiting_.clear();
  for (const auto& [ticket, callbacks] : std::exchange(finish_handlers_, {})) {
    for (const ended& each : callbacks) each(failure{make_error_code(errc::closed)});
  }
}

bool dandelion::on_finished(const wire::transaction& tx, ended done) {
  const auto found = closed_ ? std::nullopt : pool_.find(tx);
  if (found) finish_handlers_[*found].push_back(std::move(done));
  return found.has_value();
}

void dandelion::received(session& session, const wire::transaction_ptr& tx) {
  if (!closed_) intake_.received(session, tx, pool_.epoch_ends());
}

void dandelion::take(std::uint64_t peer, const wire::transaction_ptr& tx) {
  if (closed_) return;
  if (!deps_.local.memory->has_room(tx->raw_bytes().size())) {
    ++rejected_for_memory_;
    return;
  }
  pool_.received(deps_.runtime.now(), tx, peer);
  execute();
}

void dandelion::seen(const wire::transaction& tx) {
  if (pool_.size() == 0 && lookups_.empty()) return;
  made_public(kernels_of(tx), stem_outcome::seen);
  execute();
}

void dandelion::confirmed(const wire::block& in) {
  made_public(kernels_of(in), stem_outcome::confirmed);
  execute();
}

/// `kernels` are in ascending order.
void dandelion::made_public(const std::vector<wire::hash>& kernels, stem_outcome outcome) {
  lookups_.note_public(kernels);
  pool_.made_public(kernels, outcome);
}

void dandelion::forget(session& session) {
  const std::uint64_t peer = session.peer().id;
  const auto found = unconfirmed_.find(peer);
  if (found == unconfirmed_.end()) return;
  const std::vector<sent> frames = std::move(found->second);
  unconfirmed_.erase(found);
  if (closed_) return;
  for (const sent& each : frames) {
    if (!session.has_written(each.frame)) pool_.not_sent(deps_.runtime.now(), each.ticket, peer);
  }
  execute();
}

dandelion_status dandelion::status() const {
  dandelion_status now;
  now.epoch = pool_.epoch();
  now.mode = pool_.mode();
  now.epoch_left = io::saturating_sub(pool_.epoch_ends(), deps_.runtime.now());
  now.relays = pool_.relays();
  now.transactions = pool_.size();
  now.bytes = pool_.bytes();
  now.counted = pool_.statistics();
  now.counted.refused += rejected_for_memory_;
  return now;
}

bool dandelion::can_relay(const session& peer) const {
  return !closed_ && peer.peer().direction == direction::outbound && !peer.is_ending();
}

bool dandelion::is_connected(std::uint64_t peer) const {
  const session* const found = deps_.peers.find(peer);
  return found != nullptr && can_relay(*found);
}

/// Those that are not behind the node's own chain, if there are any; otherwise all.
std::vector<stem_relay> dandelion::candidates() const {
  const chain_tip tip = deps_.local.tip();
  std::vector<stem_relay> level;
  std::vector<stem_relay> behind;
  for (const session* const each : deps_.peers.sessions()) {
    if (!can_relay(*each)) continue;
    const stem_relay found{each->peer().id, each->peer().endpoint.address.netgroup()};
    (is_behind(each->peer().tip, tip) ? behind : level).push_back(found);
  }
  return level.empty() ? behind : level;
}

/// Other nodes' transactions have room for so few that none of the node's own has to wait for long behind them. The
/// node's own do not wait for announcements in the send queue, only for a peer that reads nothing at all: half of
/// `limits::max_send_queue_bytes` leaves room for one more.
std::size_t dandelion::room(std::uint64_t peer, bool own) const {
  const session* const to = deps_.peers.find(peer);
  if (to == nullptr || !can_relay(*to)) return 0;
  if (own) return to->bytes_waiting() < limits::max_send_queue_bytes / 2 ? limits::max_stempool_transactions : 0;
  if (to->is_congested()) return 0;
  const auto found = unconfirmed_.find(peer);
  if (found == unconfirmed_.end()) return limits::max_stems_in_flight;
  const auto waiting =
      std::ranges::count_if(found->second, [to](const sent& each) { return !to->has_written(each.frame); });
  return limits::max_stems_in_flight - std::min(limits::max_stems_in_flight, static_cast<std::size_t>(waiting));
}

std::size_t dandelion::public_room() const {
  std::vector<std::size_t> dialed;
  std::size_t max = 0;
  for (const session* const each : deps_.peers.sessions()) {
    if (closed_ || each->is_ending()) continue;
    max = std::max(max, each->announcement_room());
    if (each->peer().direction == direction::outbound) dialed.push_back(each->announcement_room());
  }
  if (dialed.empty()) return max;
  const auto middle = dialed.begin() + static_cast<std::ptrdiff_t>(dialed.size() / 2);
  std::ranges::nth_element(dialed, middle, std::greater{});
  return *middle;
}

bool dandelion::none_expected() const { return !deps_.looks_for_relays && deps_.peers.count(direction::outbound) == 0; }

/// A call from within an adapter function that this loop is calling returns at once; the loop performs the resulting
/// actions. An action that throws does not prevent the others.
void dandelion::execute() {
  if (is_executing_) return;
  {
    const while_alive carrying{is_executing_};
    while (const auto next = pool_.next_order()) {
      deps_.exceptions.run(0, "dandelion", [&] { std::visit([this](const auto& order) { perform(order); }, *next); });
    }
  }
  memory_reservation_.set(pool_.bytes() + pool_.size() * sizeof(stem_entry));
  look_again(pool_.next_due());
}

void dandelion::look_again(io::time_point when) {
  if (closed_) return;
  retry_timer_.start_once(io::saturating_sub(when, deps_.runtime.now()), [this] {
    deps_.exceptions.run(0, "dandelion", [this] { pool_.tick(deps_.runtime.now()); });
    execute();
  });
}

/// The adapter has given a result, at once or later: unless the loop of `execute` is running, it runs in the next
/// turn.
void dandelion::answered() {
  if (!is_executing_) look_again(deps_.runtime.now());
}

void dandelion::perform(const stem_action::validate& order) {
  const auto judged = [this, order](std::optional<bool> valid) {
    if (closed_) return;
    if (valid) pool_.verified(deps_.runtime.now(), order, *valid);
    else pool_.unanswered(deps_.runtime.now(), order);
    answered();
  };
  const io::duration timeout = order.own ? limits::own_validation_timeout : limits::validation_timeout;
  deps_.pool.validate_tx(order.tx, order.before, nullptr, timeout, judged);
}

/// A transaction that cannot be encoded for its relay is treated as sent, as if the relay had dropped it: its embargo
/// applies.
void dandelion::perform(const stem_action::send& order) {
  if (room(order.to, order.own) == 0) return pool_.not_sent(deps_.runtime.now(), order.ticket, order.to);
  session* const to = deps_.peers.find(order.to);
  bool is_queued = false;
  const bool contained = deps_.exceptions.run(order.to, "dandelion", [&] {
    is_queued = to->enqueue(wire::messages::stem_transaction{order.tx}, send_priority::announcements).has_value();
    if (is_queued) note_sent(*to, order.ticket);
  });
  if (!contained) return pool_.not_sent(deps_.runtime.now(), order.ticket, order.to);
  if (is_queued) deps_.events.transaction_stemmed(order.tx, to->peer());
}

void dandelion::note_sent(session& session, stem_ticket ticket) {
  std::vector<sent>& before = unconfirmed_[session.peer().id];
  std::erase_if(before, [&session](const sent& each) { return session.has_written(each.frame); });
  before.push_back({session.last_frame(), ticket});
}

void dandelion::perform(const stem_action::aggregate& order) {
  const auto made = [this, order](const std::optional<std::vector<wire::transaction_ptr>>& aggregates) {
    if (closed_ || !aggregates) return;
    pool_.aggregated(deps_.runtime.now(), order, *aggregates);
    answered();
  };
  deps_.pool.aggregate_transactions(order.held, made);
}

void dandelion::perform(const stem_action::fluff& order) {
  // If this throws, some peers may have been sent it already, so the adapter is notified in any case.
  deps_.exceptions.run(0, "dandelion", [&] { last_report_ = deps_.diffuser.send(order.tx); });
  deps_.events.transaction_fluffed(order.tx, order.reason, last_report_);
  made_public(kernels_of(*order.tx), stem_outcome::seen);
}

/// The transaction may be sent before it is on the disk: if the node stops in between, other nodes have it.
void dandelion::perform(const stem_action::persist& order) {
  stem_transaction stored;
  stored.kernel = order.tx->kernel_hash(0);
  stored.version = wire::version_of(order.tx->form());
  const wire::bytes_view body = order.tx->raw_bytes();
  stored.body.assign(body.begin(), body.end());
  const io::duration left = io::saturating_sub(order.deadline, deps_.runtime.now());
  stored.deadline = io::saturating_add(deps_.store.clock().now(), std::chrono::ceil<io::wall_time::duration>(left));
  auto waiting = waiting_.extract(order.ticket);
  deps_.store.save_stem(std::move(stored), waiting.empty() ? stemmed{} : std::move(waiting.mapped()));
}

void dandelion::perform(const stem_action::finished& order) {
  if (order.own != nullptr) deps_.store.drop_stem(order.own->kernel_hash(0));
  if (const auto waiting = waiting_.extract(order.ticket)) {
    const bool is_public = order.outcome != stem_outcome::invalid;
    if (is_public) waiting.mapped()({});
    else waiting.mapped()(failure{make_error_code(stem_errc::invalid)});
  }
  if (const auto handlers = finish_handlers_.extract(order.ticket)) {
    for (const ended& each : handlers.mapped()) each(stem_result{order.outcome, order.reason});
  }
}

}  // namespace pappus::peer
