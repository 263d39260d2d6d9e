// Dialer: keeps the outbound slots filled, replaces outbound peers from time to time, and tests new addresses with
// feelers.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/backoff.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/access/connection_gater.hpp>
#include <pappus/peer/accounts/accounts.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/peer/connections/connection_limits.hpp>
#include <pappus/peer/connections/connection_manager.hpp>
#include <pappus/peer/discovery/limits.hpp>
#include <pappus/peer/discovery/statistics.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/peer/store/address_book.hpp>
#include <pappus/peer/transport/connector.hpp>

namespace pappus::peer {

/// Dials the endpoints passed to `prefer` first, then addresses of the address book; on the Internet at most
/// `connection_limits::outbound_per_netgroup` in one netgroup. An endpoint that an inbound peer claims is dialed for a
/// slot last and seldom, but feelers test whether the claim is right. While no dial is answered and no peer sends
/// anything, the dialer considers the network down: it dials less and less often, and no failure is recorded for an
/// address.
class dialer {
public:
  struct dependencies {
    io::runtime& runtime;
    const local_node& local;
    const connection_limits& room;
    const connection_gater& gater;
    const accounts& account;
    address_book& book;
    const node_clock& clock;
    const session_registry& sessions;
    connector& paths;
    connection_manager& through;
    exception_boundary& exceptions;
  };

  explicit dialer(const dependencies& deps);
  dialer(const dialer&) = delete;
  dialer& operator=(const dialer&) = delete;

  /// Fills the outbound slots until stopped. Connections run in `tasks`.
  [[nodiscard]] task<void> fill_slots(scope& tasks);

  /// Runs feelers until stopped: dials an address about every `limits::feeler_interval`, or about every
  /// `limits::initial_feeler_interval` while there are fewer than `limits::tried_target` tried addresses, to test
  /// whether a peer is there. Connections run in `tasks`.
  ///
  /// A peer with more work than the node's chain and than all its peers have is dialed again, for an extra slot: after
  /// a network was cut in two and healed, all slots of both parts may be taken by peers of the same part. If the node's
  /// chain comes to have that work within `limits::ahead_trial_time`, the peer replaces another outbound one; otherwise
  /// it is disconnected. There is one such peer at a time.
  [[nodiscard]] task<void> run_feelers(scope& tasks);

  /// Rotates outbound peers until stopped: about every `limits::outbound_rotation_interval`, when all slots are taken,
  /// dials one more peer and disconnects one of the others. An attacker keeps the slots that it has gained, while
  /// honest peers come and go: without rotation it would finally have all slots.
  [[nodiscard]] task<void> rotate();

  /// Adds an endpoint to be dialed before all others, once.
  void prefer(io::endpoint endpoint) { priority_endpoints_.push_back(endpoint); }
  /// Searches the address book again, because it has new addresses.
  void wake() noexcept { wakeup_.set(); }

  /// Number of outbound slots that have neither a peer nor a dial under way.
  [[nodiscard]] std::size_t missing() const noexcept { return missing_of(deps_.room.outbound); }
  /// Completes when slots are missing after a search for an address to dial. Fails only with `errc::canceled`.
  [[nodiscard]] event::wait_operation some_missing() noexcept { return slot_free_.wait(); }
  [[nodiscard]] const dialer_statistics& statistics() const noexcept { return counted_; }

  /// Called when the network seems to be down or up again. May be empty.
  std::function<void(bool down)> network_changed;

private:
  [[nodiscard]] std::size_t wanted() const noexcept { return std::max(deps_.room.outbound, rotation_slots_); }
  [[nodiscard]] std::size_t missing_of(std::size_t slots) const noexcept;
  void fill(scope& tasks);
  void disconnect_one(std::uint64_t newcomer);
  void replace_another(std::uint64_t newcomer);
  [[nodiscard]] bool is_ahead(std::uint64_t work) const;
  task<void> try_ahead(scope& tasks, io::endpoint endpoint, std::uint64_t work);
  [[nodiscard]] io::duration pause();
  [[nodiscard]] std::optional<io::endpoint> next();
  [[nodiscard]] std::optional<io::endpoint> next_feeler();
  [[nodiscard]] std::optional<wire::peer_address> select_dialed(const address_filter& fits);
  [[nodiscard]] bool may_dial(io::endpoint endpoint, std::chrono::seconds rest = limits::redial_interval) const;
  [[nodiscard]] bool was_dialed_within(std::chrono::seconds rest, io::endpoint endpoint, io::wall_time now) const;
  [[nodiscard]] bool fits_a_slot(io::endpoint endpoint, std::chrono::seconds rest,
                                 const std::vector<std::uint64_t>& full) const;
  [[nodiscard]] std::vector<std::uint64_t> full_netgroups() const;
  task<void> attempt(io::endpoint endpoint);
  void ended(io::endpoint endpoint, io::time_point started_at, const result<peer_info, disconnect_info>& outcome);
  void note_answer(bool answered);

  dependencies deps_;
  io::token_bucket rate_;
  io::backoff pauses_;
  std::deque<io::endpoint> priority_endpoints_;
  std::vector<io::endpoint> dialing_;  // dialed for a slot, handshake not complete
  std::size_t unanswered_ = 0;         // consecutive dials
  std::size_t rotation_slots_ = 0;     // during a rotation: the taken slots and one more; else 0
  bool trying_ahead_ = false;
  std::optional<std::uint64_t> ahead_;  // session on trial
  event wakeup_;
  event slot_free_;
  dialer_statistics counted_;
};

}  // namespace pappus::peer
