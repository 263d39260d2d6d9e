// Synchronizes the application's chain with the network: performs the actions of `syncer`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include <pappus/coro/event.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/integration/bridge/adapter_bridge.hpp>
#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/integration/bridge/state_import.hpp>
#include <pappus/integration/bridge/sync_status.hpp>
#include <pappus/integration/sync/archive_receiver.hpp>
#include <pappus/integration/sync/statistics.hpp>
#include <pappus/integration/sync/sync_action.hpp>
#include <pappus/integration/sync/sync_options.hpp>
#include <pappus/integration/sync/syncer.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/memory_budget.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/messages/ban_reason.hpp>
#include <pappus/wire/messages/segments.hpp>

namespace pappus::integration {

/// When a session starts or ends, at most every `limits::min_sync_poll_interval`, and every
/// `limits::sync_poll_interval`, it looks for what has changed, which is O(peers). Headers, blocks and
/// segments are held here from when they were received until the application has imported them, and count as memory
/// that peers make the node hold; archives are held on the disk.
class chain_sync final : private peer::session_observer {
public:
  /// Called for a peer that has certainly misbehaved.
  using misbehavior_handler = std::function<void(const peer::peer_info& peer, wire::reason_for_ban reason)>;

  /// All outlive it.
  struct dependencies {
    io::runtime& runtime;
    peer::session_registry& sessions;
    adapter_bridge& application;
    peer::tip_source& tip;         // of the application's chain of blocks
    peer::tip_source& header_tip;  // of its header chain; without work until the application has set it
    peer::memory_budget& memory;
    peer::exception_boundary& exceptions;
    peer::logger& log;
  };

  /// `archive_folder`: where archives of states are stored while they are imported; empty if none are.
  chain_sync(const dependencies& on, const sync_options& options, const std::string& archive_folder,
             misbehavior_handler report);
  chain_sync(const chain_sync&) = delete;
  chain_sync& operator=(const chain_sync&) = delete;
  ~chain_sync();

  /// Synchronizes until it is stopped. Completes at once if the application cannot be synchronized.
  [[nodiscard]] task<void> run();

  /// To be called when the application's tips or those of peers have changed: they are looked at in the next turn, or
  /// `limits::min_sync_poll_interval` after the last time.
  void poll_soon() noexcept;

  /// O(peers).
  [[nodiscard]] sync_statistics statistics() const;

private:
  /// What a peer has sent.
  struct content {
    std::variant<headers_ptr, wire::block_ptr, any_segment, received_archive_ptr> items;
    std::size_t bytes;  // of memory
  };

  void session_started(const peer::peer_info& peer) noexcept override;
  void session_tip_changed(const peer::peer_info& peer) noexcept override { syncer_.peer_changed(peer.id, peer.tip); }
  void session_ended(std::uint64_t peer) noexcept override;
  [[nodiscard]] task<void> run_syncer();
  void look(io::time_point now);
  void poll();
  void update_tips();
  void report_progress();
  void warn_of_work(const sync_status& now);

  /// Performs the actions that are due. An import may take its time in the call, so each is in a turn of its own.
  [[nodiscard]] task<void> perform_all();
  void perform(const any_sync_action& which);

  // Carrying them out, and what comes of it: in chain_sync_actions.cpp.
  void carry_out(const sync_action::get_locator& action);
  void carry_out(const sync_action::import_headers& action);
  void carry_out(const sync_action::list_missing& action);
  void carry_out(const sync_action::import_block& action);
  void carry_out(const sync_action::continue_state& action);
  void carry_out(const sync_action::import_segment& action);
  void carry_out(const sync_action::finish_state& action);
  void carry_out(const sync_action::import_archive& action);
  void carry_out(const sync_action::request_headers& action);
  void carry_out(const sync_action::request_block& action);
  void carry_out(const sync_action::request_segment& action);
  void carry_out(const sync_action::request_archive& action);
  void carry_out(const sync_action::cancel_archive& action) noexcept { archives_.cancel(action.ticket); }
  void carry_out(const sync_action::discard& action);
  void carry_out(const sync_action::report& action);
  void carry_out(const sync_action::disconnect& action);

  // Results of actions that were lost to an exception.
  void lost(const sync_action::get_locator& action);
  void lost(const sync_action::import_headers& action);
  void lost(const sync_action::list_missing& action);
  void lost(const sync_action::import_block& action);
  void lost(const sync_action::continue_state& action);
  void lost(const sync_action::import_segment& action);
  void lost(const sync_action::finish_state& action);
  void lost(const sync_action::import_archive& action);
  void lost(const sync_action::request_headers& action) { unanswered(action.ticket); }
  void lost(const sync_action::request_block& action) { unanswered(action.ticket); }
  void lost(const sync_action::request_segment& action) { unanswered(action.ticket); }
  void lost(const sync_action::request_archive& action) { unanswered(action.ticket); }
  template <class Other>
  void lost(const Other&) noexcept {}

  /// Reports an event to `syncer`. `peer`: the peer that has caused it, 0 for the application. False if it has thrown.
  template <class Report>
  bool happened(std::uint64_t peer, Report report) noexcept;
  /// The same for the result of a request to a peer: if it has thrown before the response was kept there is none.
  template <class Report>
  void responded(std::uint64_t peer, sync_ticket which, Report report) noexcept;
  /// The completion of an import. `report`: called with the time and the result.
  template <class Report>
  [[nodiscard]] auto imported(sync_statistics::import_counts& counts, Report report);
  void keep(sync_ticket which, content received);
  /// What was received with that ticket.
  template <class Items>
  [[nodiscard]] Items kept(sync_ticket which) const {
    return std::get<Items>(received_.at(which).items);
  }
  template <wire::messages::segment_type Of>
  void request_segment(const sync_action::request_segment& action, peer::session& asked);
  [[nodiscard]] sync_status status() const;
  /// Tells the operator of a state that is needed and cannot be imported.
  void warn_of(const state_target& needed);
  void unanswered(sync_ticket which);

  dependencies deps_;
  misbehavior_handler report_;
  archive_receiver archives_;
  const state_methods usable_;
  const std::uint64_t minimum_work_;
  syncer syncer_;
  io::time_point polled_at_ = io::time_point::min();
  io::time_point next_poll_ = io::time_point::min();
  io::time_point next_progress_ = io::time_point::min();
  std::optional<io::time_point> work_warning_due_;  // while no peer has the minimum work; `io::never` once it is given
  bool has_news_ = false;                           // events that may be followed by actions
  coro::event woken_;                               // set with that, and when `next_poll_` is earlier
  std::map<sync_ticket, content> received_;
  peer::memory_budget::reservation memory_reservation_;  // of what was received
  peer::chain_tip tip_;                                  // that `syncer` knows
  peer::chain_tip header_tip_;
  sync_status reported_;  // to the application
  sync_statistics counted_;
};

}  // namespace pappus::integration
