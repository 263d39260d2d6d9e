// A host that keeps a port mapped by its gateway, in a simulated network.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <support/gateway.hpp>

#include <pappus/portmap/port_mapper.hpp>

#include "support.hpp"

namespace portmap_support {

using namespace pappus;
using namespace pappus::portmap;
using namespace std::chrono_literals;

inline constexpr std::uint16_t port = 3414;

/// A host that keeps a port mapped by its gateway.
class home {
public:
  explicit home(const sim::link& wires = sim::link{1ms}, bool is_v6 = false)
      : world(7, options_of(wires)),
        router_machine(world.add_machine(address(is_v6 ? "2001:db8::1" : "192.168.1.1"))),
        host(world.add_machine(address(is_v6 ? "2001:db8::2" : "192.168.1.2"))),
        router(std::make_unique<gateway>(router_machine, address(is_v6 ? "2001:db8::2" : "203.0.113.9"))) {}

  home(const home&) = delete;
  home& operator=(const home&) = delete;
  /// Ends the processes, whose tasks refer to the members.
  ~home() {
    router->alter = nullptr;  // its captures are gone
    host.runtime().request_stop();
    run_for(10s);
    router_machine.runtime().request_stop();
    run_for(0s);
  }

  /// Starts to map the port; the rest of `options` as given.
  void start(std::optional<port_mapper_options> options = std::nullopt) {
    port_mapper_handlers handlers;
    handlers.changed = [this](std::optional<io::endpoint> now) { changes.push_back(now); };
    handlers.failed = [this](std::error_code why) { errors.push_back(why); };
    mapper = std::make_unique<port_mapper>(host.runtime(), options.value_or(port_mapper_options{router->where(), port}),
                                           std::move(handlers));
    host.spawn(run(*mapper, ended_at));
  }
  void stop() {
    host.runtime().request_stop();
    stopped_at = world.now();
  }
  void run_for(io::duration length) { world.run_for(length); }
  [[nodiscard]] bool ended() const { return ended_at.has_value(); }
  [[nodiscard]] io::endpoint expected() const { return {router->external, 40000}; }

  sim::world world;
  sim::machine& router_machine;
  sim::machine& host;
  std::unique_ptr<gateway> router;
  std::unique_ptr<port_mapper> mapper;
  std::vector<std::optional<io::endpoint>> changes;
  std::vector<std::error_code> errors;
  std::optional<io::time_point> ended_at;
  io::time_point stopped_at;

private:
  static sim::world_options options_of(const sim::link& wires) {
    sim::world_options given;
    given.default_link = wires;
    return given;
  }
  static task<void> run(port_mapper& started, std::optional<io::time_point>& ended, io::runtime& on) {
    co_await started.run();
    ended = on.now();
  }
  task<void> run(port_mapper& started, std::optional<io::time_point>& ended) {
    return run(started, ended, host.runtime());
  }
};

using changes = std::vector<std::optional<io::endpoint>>;

/// One of the two protocols of the gateway.
inline void speak(home& in, mapping_protocol protocol) {
  in.router->speaks_pcp = protocol == mapping_protocol::pcp;
  in.router->speaks_nat_pmp = protocol == mapping_protocol::nat_pmp;
}

inline constexpr std::array both{mapping_protocol::pcp, mapping_protocol::nat_pmp};

}  // namespace portmap_support
