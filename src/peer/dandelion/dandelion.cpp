#include <algorithm>
#include <utility>

#include <pappus/io/random.hpp>
#include <pappus/peer/dandelion/dandelion.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/wire/messages/transaction.hpp>
#include <pappus/wire/protocol_version.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::peer {
namespace {

wire::protocol_version version_of(wire::body_form form) noexcept {
  switch (form) {
    case wire::body_form::fixed_kernels: return {1};
    case wire::body_form::input_features: return {2};
    case wire::body_form::commitments: break;
  }
  return wire::latest_version;
}

template <class Transaction>
std::vector<wire::hash> kernels_of(const Transaction& of) {
  const auto ids = of.kernel_ids();
  return {ids.begin(), ids.end()};
}

}  // namespace

dandelion::dandelion(const surroundings& around, const dandelion_options& options)
    : around_(around),
      inquiries_(around.on, around.home),
      pool_(
          options, around.us.network.limits.transaction_weight(), around.us.network.on_internet, *this,
          [on = &around.on] { return io::random_bits(*on); }, around.on.now()),
      again_(around.on) {}

void dandelion::open() {
  for (const stored_stem& each : around_.kept.take_stems()) restore(each);
  carry_out();
}

/// Whose time has passed meanwhile waits a while: that it comes when the node has just started must not say whose it
/// is. What a clock that has stepped says of the rest is believed only so far.
void dandelion::restore(const stored_stem& kept) {
  wire::reader in{kept.body, {kept.version, around_.us.network.limits}};
  const wire::transaction_ptr tx = wire::transaction::read(in);
  if (tx == nullptr) return around_.kept.drop_stem(kept.kernel);
  const io::duration left =
      std::min(io::duration{kept.deadline - around_.kept.clock().now()}, io::duration{limits::longest_embargo});
  const double share = io::random_unit(around_.on);
  const auto pause = std::chrono::duration_cast<io::duration>(limits::stem_restart * share);
  pool_.restore(tx, io::later(around_.on.now(), std::max(left, pause)));
}

/// Calls `then` with whether the host has it among what is public.
template <class Then>
void dandelion::look_up(const wire::transaction_ptr& tx, std::uint64_t peer, Then then) {
  const auto looked_up = [this, then](std::optional<wire::transaction_ptr> found) {
    if (!closed_) then(found && *found != nullptr);
  };
  inquiries_.ask(around_.above.find_transaction, {inquiry_kind::find_transaction, peer}, looked_up, tx->kernel_id(0));
}

void dandelion::stem(const wire::transaction_ptr& tx, stemmed done) {
  look_up(tx, 0, [this, tx, done = std::move(done)](bool is_public) {
    if (is_public) done(failure{std::string{"it is public already"}});
    else submit(tx, done);
  });
}

void dandelion::submit(const wire::transaction_ptr& tx, const stemmed& done) {
  if (pool_.contains(tx->kernel_id(0))) return done(failure{std::string{"it is on its way already"}});
  waiting_.insert_or_assign(tx->kernel_id(0), done);
  if (!pool_.submit(around_.on.now(), tx)) {
    waiting_.erase(tx->kernel_id(0));
    return done(failure{std::string{"there are too many private transactions"}});
  }
  carry_out();
}

broadcast_report dandelion::fluff(const wire::transaction_ptr& tx) {
  if (!pool_.release(tx->kernel_id(0))) return around_.spread.send(tx);
  told_ = {};
  carry_out();
  return told_;
}

bool dandelion::when_over(const wire::hash& kernel, ended done) {
  if (!pool_.contains(kernel)) return false;
  asked_[kernel].push_back(std::move(done));
  return true;
}

/// One that is public already is passed over in silence.
void dandelion::received(session& from, const wire::transaction_ptr& tx) {
  if (closed_) return;
  const std::uint64_t peer = from.peer().id;
  if (pool_.contains(tx->kernel_id(0))) return take(peer, tx);
  if (around_.told.has_told(news_kind::transaction, tx->kernel_ids())) return;
  look_up(tx, peer, [this, peer, tx](bool is_public) {
    const session* const by = around_.peers.find(peer);
    if (!is_public && by != nullptr) judge(by->peer(), tx);
  });
}

/// One that is here needs no verdict: it has come again.
void dandelion::judge(const peer_info& from, const wire::transaction_ptr& tx) {
  const auto judged = [this, peer = from.id, tx](std::optional<verdict> found) {
    if (!closed_ && found == verdict::accept) take(peer, tx);
  };
  const inquiry about{inquiry_kind::transaction_received, from.id, tx->as_received().size()};
  inquiries_.ask(around_.above.transaction_received, about, judged, tx, phase::stem, from);
}

void dandelion::take(std::uint64_t peer, const wire::transaction_ptr& tx) {
  pool_.received(around_.on.now(), tx, peer);
  carry_out();
}

void dandelion::seen(const wire::transaction& tx) {
  if (pool_.size() == 0) return;
  pool_.made_public(kernels_of(tx), stem_fate::seen);
  carry_out();
}

void dandelion::confirmed(const wire::block& in) {
  pool_.made_public(kernels_of(in), stem_fate::confirmed);
  carry_out();
}

void dandelion::forget(session& leaving) {
  const std::uint64_t peer = leaving.peer().id;
  pool_.forget(peer);
  const auto found = under_way_.find(peer);
  if (found == under_way_.end()) return;
  const std::vector<sent> frames = std::move(found->second);
  under_way_.erase(found);
  if (closed_) return;
  for (const sent& each : frames) {
    if (!leaving.has_written(each.frame)) pool_.not_sent(around_.on.now(), each.kernel, peer);
  }
  carry_out();
}

dandelion_status dandelion::status() const {
  dandelion_status now;
  now.epoch = pool_.epoch();
  now.mode = pool_.mode();
  now.epoch_left = pool_.epoch_ends() - around_.on.now();
  now.relays = pool_.relays();
  now.transactions = pool_.size();
  now.bytes = pool_.bytes();
  now.counted = pool_.statistics();
  now.inquiries = inquiries_.statistics();
  return now;
}

bool dandelion::can_relay(const session& peer) const {
  return !closed_ && peer.peer().way == direction::outbound && !peer.is_ending();
}

bool dandelion::is_there(std::uint64_t peer) const {
  const session* const found = around_.peers.find(peer);
  return found != nullptr && can_relay(*found);
}

std::vector<stem_relay> dandelion::all() const {
  std::vector<stem_relay> found;
  for (const session* const each : around_.peers.sessions()) {
    if (!can_relay(*each) || each->falls_behind()) continue;
    found.push_back({each->peer().id, each->peer().endpoint.address.netgroup()});
  }
  return found;
}

bool dandelion::alone() const {
  return closed_ || around_.peers.count([](const session&) { return true; }) == 0;
}

/// What the host does and answers from within its own functions is carried out by whoever has called these.
void dandelion::carry_out() {
  if (std::exchange(carrying_out_, true)) return;
  while (const auto next = pool_.next_order()) {
    std::visit([this](const auto& order) { perform(order); }, *next);
  }
  carrying_out_ = false;
  look_again(pool_.next_due());
}

void dandelion::look_again(io::time_point when) {
  if (closed_) return;
  const io::duration pause = std::max(when - around_.on.now(), io::duration::zero());
  again_.start_once(pause, [this] {
    pool_.tick(around_.on.now());
    carry_out();
  });
}

/// The host has answered, at once or later.
void dandelion::answered() {
  if (!carrying_out_) look_again(around_.on.now());
}

/// What is not answered is given up by the stempool in its own time.
void dandelion::perform(const stem_order::verify& order) {
  const auto judged = [this, kernel = order.tx->kernel_id(0), before = order.before](std::optional<bool> valid) {
    if (closed_ || !valid) return;
    pool_.verified(around_.on.now(), kernel, before, *valid);
    answered();
  };
  if (!around_.above.verify_transaction) return judged(true);
  inquiries_.ask(around_.above.verify_transaction, {inquiry_kind::verify_transaction, 0}, judged, order.tx,
                 order.before);
}

void dandelion::perform(const stem_order::send& order) {
  session* const to = around_.peers.find(order.to);
  if (to == nullptr || !send(*to, order.tx)) {
    pool_.not_sent(around_.on.now(), order.tx->kernel_id(0), order.to);
  } else if (around_.above.transaction_stemmed) {
    around_.above.transaction_stemmed(order.tx, to->peer());
  }
}

/// False if the peer cannot take it.
bool dandelion::send(session& to, const wire::transaction_ptr& tx) {
  if (!can_relay(to) || to.falls_behind()) return false;
  if (!to.offer(wire::messages::stem_transaction{tx}, lane::news) || to.is_ending()) return false;
  std::vector<sent>& before = under_way_[to.peer().id];
  std::erase_if(before, [&to](const sent& each) { return to.has_written(each.frame); });
  before.push_back({to.last_frame(), tx->kernel_id(0)});
  return true;
}

void dandelion::perform(const stem_order::aggregate& order) {
  const auto made = [this, held = order.held](const std::optional<std::vector<wire::transaction_ptr>>& aggregates) {
    if (closed_ || !aggregates) return;
    pool_.aggregated(around_.on.now(), held, *aggregates);
    answered();
  };
  if (!around_.above.aggregate_transactions) return made(std::vector<wire::transaction_ptr>{});
  inquiries_.ask(around_.above.aggregate_transactions, {inquiry_kind::aggregate_transactions, 0}, made, order.held);
}

void dandelion::perform(const stem_order::fluff& order) {
  told_ = around_.spread.send(order.tx);
  if (around_.above.transaction_fluffed) around_.above.transaction_fluffed(order.tx, order.why, told_);
  pool_.made_public(kernels_of(*order.tx), stem_fate::seen);
}

/// It may go on its way before it is on the disk: whatever happens then, others have it.
void dandelion::perform(const stem_order::keep& order) {
  stored_stem kept;
  kept.kernel = order.tx->kernel_id(0);
  kept.version = version_of(order.tx->form());
  const wire::bytes_view body = order.tx->as_received();
  kept.body.assign(body.begin(), body.end());
  kept.deadline =
      around_.kept.clock().now() + std::chrono::ceil<io::wall_time::duration>(order.deadline - around_.on.now());
  auto waiting = waiting_.extract(kept.kernel);
  around_.kept.keep_stem(std::move(kept), waiting.empty() ? stemmed{} : std::move(waiting.mapped()));
}

void dandelion::perform(const stem_order::over& order) {
  const wire::hash kernel = order.tx->kernel_id(0);
  if (order.own) around_.kept.drop_stem(kernel);
  if (const auto waiting = waiting_.extract(kernel)) {
    const bool public_by_now = order.how != stem_fate::evicted;
    waiting.mapped()(public_by_now ? result<void, std::string>{}
                                   : result<void, std::string>{failure{std::string{"it is not valid"}}});
  }
  if (const auto asked = asked_.extract(kernel)) {
    for (const ended& each : asked.mapped()) each({order.how, order.why});
  }
}

}  // namespace pappus::peer
