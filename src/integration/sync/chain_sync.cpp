#include <algorithm>
#include <concepts>
#include <string>
#include <utility>

#include <pappus/coro/when_all.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/error.hpp>
#include <pappus/integration/sync/chain_sync.hpp>
#include <pappus/integration/sync/limits.hpp>
#include <pappus/io/random.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::integration {

namespace {

[[nodiscard]] sync_options bounded(sync_options options, const peer::memory_budget& memory) {
  options.max_bytes = std::min(options.max_bytes, memory.cap() / limits::sync_memory_divisor);
  return options;
}

[[nodiscard]] state_methods usable(const adapter_bridge& application, const std::string& archive_folder) {
  return {application.can_import_segments(), application.can_import_archives() && !archive_folder.empty()};
}

/// The application may take its time in the call.
template <class Action>
[[nodiscard]] constexpr bool is_import(const Action&) noexcept {
  return std::same_as<Action, sync_action::import_headers> || std::same_as<Action, sync_action::import_block> ||
         std::same_as<Action, sync_action::continue_state> || std::same_as<Action, sync_action::import_segment> ||
         std::same_as<Action, sync_action::finish_state> || std::same_as<Action, sync_action::import_archive>;
}

}  // namespace

chain_sync::chain_sync(const dependencies& on, const sync_options& options, const std::string& archive_folder,
                       misbehavior_handler report)
    : deps_(on),
      report_(std::move(report)),
      archives_(on.runtime, on.sessions, on.log, archive_folder, options.max_archive_bytes),
      usable_(usable(on.application, archive_folder)),
      minimum_work_(options.minimum_work),
      syncer_([&runtime = on.runtime] { return io::random_bits(runtime); }, bounded(options, on.memory), usable_),
      memory_reservation_(on.memory) {
  deps_.sessions.attach(*this);
}

chain_sync::~chain_sync() { deps_.sessions.detach(*this); }

sync_statistics chain_sync::statistics() const {
  sync_statistics now = counted_;
  now.status = status();
  return now;
}

sync_status chain_sync::status() const {
  sync_status now = syncer_.status(deps_.runtime.now());
  now.archive_bytes = archives_.bytes();
  return now;
}

task<void> chain_sync::run() {
  if (!deps_.application.can_synchronize()) co_return;
  if (!usable_.archive) co_return co_await run_syncer();
  co_await coro::when_all(run_syncer(), archives_.run());
}

task<void> chain_sync::run_syncer() {
  io::time_point next_tick = io::time_point::min();
  for (;;) {
    woken_.reset();
    const io::time_point now = deps_.runtime.now();
    if (std::exchange(has_news_, false) || now >= std::min(next_poll_, next_tick)) {
      const bool is_up_to_date = deps_.exceptions.run(0, "sync", [&] { look(now); });
      co_await perform_all();
      // What has become due since `now`, while the application was called, must not be missed. Without memory it waits.
      next_tick = is_up_to_date ? syncer_.next_due(now) : io::never;
    }
    const auto woken = co_await io::with_deadline(deps_.runtime, std::min(next_poll_, next_tick), woken_.wait());
    if (!woken && woken.error() == make_error_code(errc::canceled)) co_return;
  }
}

void chain_sync::poll_soon() noexcept {
  next_poll_ = std::min(next_poll_, io::saturating_add(polled_at_, limits::min_sync_poll_interval));
  woken_.set();
}

void chain_sync::look(io::time_point now) {
  if (now >= next_poll_) {
    polled_at_ = now;
    next_poll_ = io::saturating_add(now, limits::sync_poll_interval);
    poll();
  }
  syncer_.tick(now);
}

/// The tips come first, so that no header is requested that the application has from the announcement of a peer.
void chain_sync::poll() {
  update_tips();
  report_progress();
}

void chain_sync::report_progress() {
  if (deps_.runtime.now() < next_progress_) return;
  const sync_status now = status();
  warn_of_work(now);
  if (std::exchange(reported_, now) == now) return;
  next_progress_ = io::saturating_add(deps_.runtime.now(), limits::sync_poll_interval);
  deps_.application.sync_progressed(now);
}

/// Tells the operator, once until a peer has it, that no peer has the work that is required.
void chain_sync::warn_of_work(const sync_status& now) {
  if (std::max(now.best.total_difficulty, now.header.total_difficulty) >= minimum_work_)
    return work_warning_due_.reset();
  if (now.best == peer::chain_tip{}) return;
  if (!work_warning_due_)
    work_warning_due_ = io::saturating_add(deps_.runtime.now(), limits::minimum_work_warning_delay);
  if (deps_.runtime.now() < *work_warning_due_) return;
  work_warning_due_ = io::never;
  deps_.log(peer::log_level::warning, peer::log_category::sync, [&] {
    return "no peer has the work that sync_options::minimum_work requires: the best claims a total difficulty of " +
           std::to_string(now.best.total_difficulty) + ", and " + std::to_string(minimum_work_) +
           " is required; until then no state or block is requested";
  });
}

void chain_sync::update_tips() {
  const peer::chain_tip body = deps_.tip.latest();
  const peer::chain_tip header = deps_.header_tip.latest();
  if (header.total_difficulty == 0 || (body == tip_ && header == header_tip_)) return;
  syncer_.set_tips(deps_.runtime.now(), body, header);
  tip_ = body;
  header_tip_ = header;
}

void chain_sync::session_started(const peer::peer_info& peer) noexcept {
  if (!deps_.application.can_synchronize()) return;
  if (deps_.exceptions.run(peer.id, "sync", [&] { syncer_.peer_connected(peer); })) poll_soon();
}

void chain_sync::session_ended(std::uint64_t peer) noexcept {
  syncer_.peer_disconnected(peer);
  poll_soon();
}

task<void> chain_sync::perform_all() {
  while (const auto next = syncer_.next_action()) {
    perform(*next);
    if (std::visit([](const auto& action) { return is_import(action); }, *next)) co_await coro::yield();
  }
}

void chain_sync::perform(const any_sync_action& which) {
  const bool done =
      deps_.exceptions.run(0, "sync", [&] { std::visit([this](const auto& action) { carry_out(action); }, which); });
  if (!done) deps_.exceptions.run(0, "sync", [&] { std::visit([this](const auto& action) { lost(action); }, which); });
}

}  // namespace pappus::integration
