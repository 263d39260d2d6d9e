#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <pappus/coro/yield.hpp>
#include <pappus/error.hpp>
#include <pappus/integration/sync/chain_sync.hpp>
#include <pappus/integration/sync/headers_summary.hpp>
#include <pappus/integration/sync/limits.hpp>
#include <pappus/io/random.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::integration {

chain_sync::chain_sync(const dependencies& on, misbehavior_handler report)
    : deps_(on),
      report_(std::move(report)),
      syncer_([&runtime = on.runtime] { return io::random_bits(runtime); },
              std::min(limits::max_sync_bytes, on.memory.cap() / limits::sync_memory_divisor)),
      memory_reservation_(on.memory) {
  deps_.sessions.attach(*this);
}

chain_sync::~chain_sync() { deps_.sessions.detach(*this); }

sync_statistics chain_sync::statistics() const {
  sync_statistics now = counted_;
  now.status = syncer_.status(deps_.runtime.now());
  return now;
}

task<void> chain_sync::run() {
  if (!deps_.application.can_synchronize()) co_return;
  io::time_point next_tick = io::never;
  for (;;) {
    has_news_.reset();
    if (deps_.runtime.now() >= next_poll_) {
      next_poll_ = io::saturating_add(deps_.runtime.now(), limits::sync_poll_interval);
      poll();
    }
    if (deps_.runtime.now() >= next_tick) syncer_.tick(deps_.runtime.now());
    co_await perform_all();
    next_tick = syncer_.next_due(deps_.runtime.now());
    const auto news = co_await io::with_deadline(deps_.runtime, std::min(next_poll_, next_tick), has_news_.wait());
    if (!news && news.error() == make_error_code(errc::canceled)) co_return;
  }
}

void chain_sync::poll_soon() noexcept {
  next_poll_ = io::time_point::min();
  has_news_.set();
}

void chain_sync::poll() {
  update_peers();
  update_tips();
  report_progress();
}

void chain_sync::report_progress() {
  if (deps_.runtime.now() < next_progress_) return;
  const sync_status now = syncer_.status(deps_.runtime.now());
  if (std::exchange(reported_, now) == now) return;
  next_progress_ = io::saturating_add(deps_.runtime.now(), limits::sync_poll_interval);
  deps_.application.sync_progressed(now);
}

void chain_sync::update_peers() {
  for (const peer::session* const each : deps_.sessions.sessions()) {
    const peer::peer_info& peer = each->peer();
    const auto [known, is_new] = peers_.try_emplace(peer.id, peer.tip);
    if (is_new) syncer_.peer_connected(deps_.runtime.now(), peer);
    else if (std::exchange(known->second, peer.tip) != peer.tip)
      syncer_.peer_changed(deps_.runtime.now(), peer.id, peer.tip);
  }
}

void chain_sync::update_tips() {
  const peer::chain_tip body = deps_.tip.latest();
  const peer::chain_tip header = deps_.header_tip.latest();
  if (header.total_difficulty == 0 || (body == tip_ && header == header_tip_)) return;
  tip_ = body;
  header_tip_ = header;
  syncer_.set_tips(deps_.runtime.now(), body, header);
}

void chain_sync::session_ended(std::uint64_t peer) noexcept {
  if (peers_.erase(peer) != 0) happened(peer, [=, this](io::time_point now) { syncer_.peer_disconnected(now, peer); });
}

template <class Report>
void chain_sync::happened(std::uint64_t peer, Report report) noexcept {
  deps_.exceptions.run(peer, "sync", [&] {
    update_tips();
    report(deps_.runtime.now());
    has_news_.set();
  });
}

task<void> chain_sync::perform_all() {
  while (const auto next = syncer_.next_action()) {
    perform(*next);
    if (std::holds_alternative<sync_action::import_headers>(*next) ||
        std::holds_alternative<sync_action::import_block>(*next)) {
      co_await coro::yield();
    }
  }
}

void chain_sync::perform(const any_sync_action& which) {
  const bool done =
      deps_.exceptions.run(0, "sync", [&] { std::visit([this](const auto& action) { carry_out(action); }, which); });
  if (!done) std::visit([this](const auto& action) { lost(action); }, which);
}

// What was received.

void chain_sync::keep(sync_ticket which, content received) {
  const std::size_t bytes = memory_reservation_.bytes() + received.bytes;
  counted_.bytes_received += received.bytes;
  received_.insert_or_assign(which, std::move(received));
  memory_reservation_.set(bytes);
}

void chain_sync::carry_out(const sync_action::discard& action) {
  const auto found = received_.find(action.ticket);
  if (found == received_.end()) return;
  memory_reservation_.set(memory_reservation_.bytes() - found->second.bytes);
  received_.erase(found);
}

// Calls of the application.

void chain_sync::carry_out(const sync_action::get_locator&) {
  deps_.application.get_locator([this](std::optional<std::vector<wire::hash>> locator) {
    happened(0,
             [&](io::time_point now) { syncer_.located(now, std::move(locator).value_or(std::vector<wire::hash>{})); });
  });
}

void chain_sync::carry_out(const sync_action::import_headers& action) {
  const headers_ptr batch = std::get<headers_ptr>(received_.at(action.ticket).items);
  deps_.application.import_headers(batch, [this, ticket = action.ticket](std::optional<import_result> given) {
    const import_result what = given.value_or(import_result::failed);
    counted_.header_imports.add(what);
    happened(0, [&](io::time_point now) { syncer_.headers_imported(now, ticket, what); });
  });
}

void chain_sync::carry_out(const sync_action::list_missing& action) {
  deps_.application.get_missing_blocks(action.after, action.count, [this](std::optional<missing_blocks> found) {
    happened(0, [&](io::time_point now) { syncer_.missing_listed(now, std::move(found)); });
  });
}

void chain_sync::carry_out(const sync_action::import_block& action) {
  const wire::block_ptr block = std::get<wire::block_ptr>(received_.at(action.ticket).items);
  deps_.application.import_block(block, [this, ticket = action.ticket](std::optional<import_result> given) {
    const import_result what = given.value_or(import_result::failed);
    counted_.block_imports.add(what);
    happened(0, [&](io::time_point now) { syncer_.block_imported(now, ticket, what); });
  });
}

// Requests to peers.

void chain_sync::unanswered(sync_ticket which) {
  ++counted_.unanswered;
  syncer_.unanswered(deps_.runtime.now(), which);
}

void chain_sync::carry_out(const sync_action::request_headers& action) {
  peer::session* const asked = deps_.sessions.find(action.peer);
  if (asked == nullptr) return unanswered(action.ticket);
  const auto batch = std::make_shared<std::vector<wire::header>>();
  peer::headers_request request{action.locator, [batch](std::span<const wire::header> arrived) {
                                  batch->insert(batch->end(), arrived.begin(), arrived.end());
                                }};
  const auto done = [this, batch, ticket = action.ticket,
                     peer = action.peer](const result<peer::headers_response, peer::request_error>& response) {
    happened(peer, [&](io::time_point now) {
      if (!response) return unanswered(ticket);
      headers_summary found = summarize(*batch);
      found.truncated = response->truncated;
      counted_.headers_received += batch->size();
      std::size_t bytes = 0;
      for (const wire::header& each : *batch) bytes += each.size();
      keep(ticket, {headers_ptr{batch}, bytes});
      syncer_.headers_received(now, ticket, found);
    });
  };
  asked->request<peer::headers_request>(std::move(request), done);
}

void chain_sync::carry_out(const sync_action::request_block& action) {
  using wire::messages::get_block;
  peer::session* const asked = deps_.sessions.find(action.peer);
  if (asked == nullptr) return unanswered(action.ticket);
  const auto done = [this, ticket = action.ticket,
                     peer = action.peer](const result<wire::messages::block, peer::request_error>& response) {
    happened(peer, [&](io::time_point now) {
      if (!response) return unanswered(ticket);
      const std::size_t bytes = response->value->raw_bytes().size();
      ++counted_.blocks_received;
      keep(ticket, {response->value, bytes});
      syncer_.block_received(now, ticket, bytes);
    });
  };
  asked->request<get_block>(get_block{action.hash}, done);
}

void chain_sync::carry_out(const sync_action::report& action) {
  const peer::session* const found = deps_.sessions.find(action.peer);
  if (found != nullptr) report_(found->peer(), action.reason);
}

void chain_sync::carry_out(const sync_action::disconnect& action) {
  peer::session* const found = deps_.sessions.find(action.peer);
  if (found == nullptr || found->is_ending()) return;
  ++counted_.disconnected;
  found->end({action.reason, {}});
}

void chain_sync::lost(const sync_action::get_locator&) { syncer_.located(deps_.runtime.now(), {}); }
void chain_sync::lost(const sync_action::import_headers& action) {
  syncer_.headers_imported(deps_.runtime.now(), action.ticket, import_result::failed);
}
void chain_sync::lost(const sync_action::list_missing&) { syncer_.missing_listed(deps_.runtime.now(), std::nullopt); }
void chain_sync::lost(const sync_action::import_block& action) {
  syncer_.block_imported(deps_.runtime.now(), action.ticket, import_result::failed);
}
void chain_sync::lost(const sync_action::request_headers& action) { unanswered(action.ticket); }
void chain_sync::lost(const sync_action::request_block& action) { unanswered(action.ticket); }

}  // namespace pappus::integration
