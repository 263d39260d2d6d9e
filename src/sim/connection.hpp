// A simulated connection: two ends and a flow in each direction.
#pragma once

#include <array>
#include <cstdint>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/sim/world.hpp>

#include "flow.hpp"
#include "route.hpp"
#include "stream.hpp"

namespace pappus::sim {

/// Deletes itself when neither end has an owner any more. In parameters, `acceptor` selects the end, `from_acceptor`
/// the direction.
class connection final : public coro::intrusive_list<connection>::hook {
public:
  /// `back`: the dialer is at the route's second end.
  connection(world& in, route& over, bool back, io::endpoint from, io::endpoint to, std::uint64_t seed) noexcept;
  ~connection();

  [[nodiscard]] world& in() const noexcept { return owner_; }
  [[nodiscard]] bool blocked() const noexcept { return over_.blocked(); }
  [[nodiscard]] lane& way(bool from_acceptor) const noexcept { return over_.way_to(from_acceptor != back_); }

  [[nodiscard]] stream& end(bool acceptor) noexcept { return acceptor ? acceptor_ : dialer_; }
  [[nodiscard]] flow& bytes(bool from_acceptor) noexcept { return from_acceptor ? backward_ : forward_; }
  [[nodiscard]] io::endpoint address(bool acceptor) const noexcept { return acceptor ? to_ : from_; }

  void owned() noexcept { ++owners_; }
  void disowned() noexcept {
    if (--owners_ == 0) delete this;
  }

  void release_held() noexcept;
  void reset() noexcept;
  void silence() noexcept;

private:
  world& owner_;
  route& over_;
  bool back_;
  std::uint8_t owners_ = 0;
  io::endpoint from_;
  io::endpoint to_;
  stream dialer_{*this, false};
  stream acceptor_{*this, true};
  flow forward_;
  flow backward_;
};

}  // namespace pappus::sim
