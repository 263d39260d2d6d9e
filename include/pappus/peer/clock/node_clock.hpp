// Clock of a node: dates what is stored, detects headers from the future, and warns the operator if the machine's clock
// is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/clock/clock_trust.hpp>
#include <pappus/peer/clock/statistics.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/wire/header.hpp>

namespace pappus::peer {

/// For the loop's thread. Its arguments outlive it.
class node_clock {
public:
  /// `believes`: the operator vouches for the wall clock, whatever the store says.
  node_clock(io::runtime& runtime, logger& log, bool believes = false);
  node_clock(const node_clock&) = delete;
  node_clock& operator=(const node_clock&) = delete;

  /// The node's time, as defined by `clock_trust`. It steps only by a correction.
  [[nodiscard]] io::wall_time now() const noexcept { return trust_.time(runtime_.now()); }
  /// When this run of the node began.
  [[nodiscard]] io::wall_time began() const noexcept { return trust_.began(); }
  /// Whether anything may expire.
  [[nodiscard]] bool trusted() const noexcept { return trust_.trusted(); }
  [[nodiscard]] bool trusts_wall_clock() const noexcept { return trusts_wall_clock_; }

  /// Continues from the time read from the store.
  void start(clock_start from);

  /// Adds a new header that a peer has announced. Inbound peers choose the node: together they count as one group, each
  /// netgroup of outbound peers as another.
  void announced(const peer_info& peer, const wire::header& header);

  /// Whether a header is further in the future than `wire::limits::max_future_seconds`, by the later of the node's time
  /// and the wall clock. If so, it is counted and logged: it is not accepted, but the peer that sent it is not at
  /// fault.
  [[nodiscard]] bool is_from_future(const wire::header& header);

  /// Checks whether the wall clock is to be trusted; to be called every `limits::maintenance_interval`.
  void check();

  /// Trusts the wall clock, at the operator's request.
  void trust();

  /// Called with what must be added to every stored date.
  std::function<void(io::wall_time::duration by)> corrected;

  [[nodiscard]] clock_statistics statistics() const;

private:
  void correct(io::wall_time::duration by);
  void note_trust();
  void warn_of_difference();
  [[nodiscard]] bool may_warn(io::time_point& next) const;

  io::runtime& runtime_;
  logger& log_;
  bool trusts_wall_clock_;
  clock_trust trust_;
  clock_doubt reported_doubt_ = clock_doubt::none;  // reported to the operator
  io::time_point warns_of_difference_{};            // next warning not before then
  io::time_point warns_of_future_{};
  std::uint64_t early_headers_ = 0;
  std::uint64_t corrections_ = 0;
};

}  // namespace pappus::peer
