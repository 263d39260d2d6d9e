// The route between two machines: a link in each direction, and the connections that use them.
#pragma once

#include <array>
#include <cstddef>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/sim/link.hpp>
#include <pappus/sim/machine.hpp>

namespace pappus::sim {

class connection;

/// One direction of a route.
struct lane {
  link properties;
  machine* to = nullptr;     // null: no machine is there
  bool cut = false;          // in this direction alone
  io::time_point free_at{};  // when all bytes sent so far have left, if the bandwidth is limited
};

class route {
public:
  route(machine* one, machine* other, const link& there, const link& back) noexcept
      : lanes_{lane{there, other}, lane{back, one}} {}

  [[nodiscard]] lane& way_to(bool back) noexcept { return lanes_[back ? 1 : 0]; }
  [[nodiscard]] coro::intrusive_list<connection>& connections() noexcept { return connections_; }

  /// Whether `world::cut` cut these two machines apart; `blocked` also includes partitions.
  [[nodiscard]] bool cut() const noexcept { return cut_; }
  void set_cut(bool cut) noexcept { cut_ = cut; }
  /// Undoes the cuts of both directions and of each.
  void heal() noexcept { cut_ = lanes_[0].cut = lanes_[1].cut = false; }
  [[nodiscard]] bool blocked() const noexcept { return blocked_; }
  void set_blocked(bool blocked) noexcept { blocked_ = blocked; }

private:
  std::array<lane, 2> lanes_;
  coro::intrusive_list<connection> connections_;
  bool cut_ = false;
  bool blocked_ = false;
};

}  // namespace pappus::sim
