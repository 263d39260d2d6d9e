// A timer that calls a member function of its owner.
#pragma once

#include <pappus/io/timer_queue.hpp>

namespace pappus::sim {

/// Calls the owner's `Happen` at a virtual time, inside a turn; the call may destroy the owner.
template <class Owner, void (Owner::*Happen)() noexcept>
class event final : public io::timer_node {
public:
  explicit event(Owner& owner) noexcept : owner_(owner) {}

private:
  void on_timer() noexcept override { (owner_.*Happen)(); }

  Owner& owner_;
};

}  // namespace pappus::sim
