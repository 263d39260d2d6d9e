// Whom to dial next: keeps the outbound slots filled, never with the same peers for ever, and looks after addresses
// that nobody has tried.
#pragma once

#include <algorithm>
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
#include <pappus/peer/session/containment.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/peer/store/address_book.hpp>

namespace pappus::peer {

struct dialer_statistics {
  std::uint64_t dials = 0;     // for a slot
  std::uint64_t failures = 0;  // of these
  std::uint64_t feelers = 0;
  std::uint64_t rotations = 0;  // outbound peers that had to make room for another
  std::uint64_t paced = 0;      // times that a dial had to wait for others
  std::uint64_t fruitless = 0;  // looks at the book that found nobody to dial
  bool network_down = false;    // as far as one can tell: of many dialled nobody has answered, and nobody talks to us
};

/// Dials peers of the book, and before them those it was told to, one to a netgroup. Where an inbound peer says that it
/// is others come first, and seldom that one; but a feeler looks whether it is. While nobody at all answers, it takes
/// the network to be down: then it dials less and less often, and nothing counts against an address.
class dialer {
public:
  struct dependencies {
    io::runtime& on;
    const local_node& us;
    const connection_limits& room;
    const connection_gater& judge;
    const accounts& charged;
    address_book& book;
    const node_clock& clock;
    const session_registry& sessions;
    connection_manager& through;
    containment& faults;
  };

  explicit dialer(const dependencies& around);
  dialer(const dialer&) = delete;
  dialer& operator=(const dialer&) = delete;

  /// Fills the slots until it is stopped. Connections live in `into`.
  [[nodiscard]] task<void> fill_slots(scope& into);

  /// Dials an address every `limits::feeler_interval`, more often while few are known, to see whether a peer is there,
  /// until it is stopped.
  [[nodiscard]] task<void> run_feelers(scope& into);

  /// Every `limits::rotation_interval`, when all slots are taken, dials one more peer and lets one of the others go,
  /// until it is stopped. Whoever attacks keeps the slots it has got, while honest peers come and go: without this it
  /// would have them all in the end.
  [[nodiscard]] task<void> rotate();

  /// To be dialled before any other.
  void prefer(io::endpoint where) { first_.push_back(where); }
  /// The book has more to choose from: looks again.
  void look_again() noexcept { woken_.set(); }

  /// Slots with nobody in them, and nobody dialled for them.
  [[nodiscard]] std::size_t missing() const noexcept { return missing_of(deps_.room.outbound); }
  /// Completes when there are some, at the latest when it is next looked for somebody to dial. Fails only with
  /// `errc::canceled`.
  [[nodiscard]] event::wait_operation some_missing() noexcept { return some_missing_.wait(); }
  [[nodiscard]] const dialer_statistics& statistics() const noexcept { return counted_; }

  /// Called when a peer that was dialled for a slot has shaken hands, and when the network seems to go down or be back.
  /// May be empty.
  std::function<void(const peer_info&)> connected;
  std::function<void(bool down)> network_changed;

private:
  [[nodiscard]] std::size_t wanted() const noexcept { return std::max(deps_.room.outbound, while_rotating_); }
  [[nodiscard]] std::size_t missing_of(std::size_t slots) const noexcept;
  void fill(scope& into);
  void let_one_go(std::uint64_t newcomer);
  [[nodiscard]] io::duration pause();
  [[nodiscard]] std::optional<io::endpoint> next();
  [[nodiscard]] std::optional<io::endpoint> next_feeler();
  [[nodiscard]] bool may_dial(io::endpoint where) const;
  [[nodiscard]] bool was_just_dialled(io::endpoint where, io::wall_time now) const;
  [[nodiscard]] bool fits_a_slot(io::endpoint where) const;
  task<void> attempt(io::endpoint where);
  void ended(io::endpoint where, io::time_point began, const result<peer_info, disconnect_info>& how);
  void note_answer(bool answered);

  dependencies deps_;
  io::token_bucket rate_;
  io::backoff pauses_;
  std::deque<io::endpoint> first_;
  std::vector<io::endpoint> under_way_;  // dialled for a slot, no hands shaken yet
  std::size_t unanswered_ = 0;           // dials in a row
  std::size_t while_rotating_ = 0;       // slots, one more than are taken, while one is to change its peer
  event woken_;
  event some_missing_;
  dialer_statistics counted_;
};

}  // namespace pappus::peer
