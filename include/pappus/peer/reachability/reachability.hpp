// Whether and where peers reach this node: learned from inbound peers and from the gateway.
#pragma once

#include <cstdint>
#include <optional>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/reachability/address_votes.hpp>
#include <pappus/peer/reachability/mapped_port.hpp>
#include <pappus/peer/reachability/statistics.hpp>
#include <pappus/peer/reachability/status.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/peer/session/local_node.hpp>

namespace pappus::peer {

struct reachability_options {
  std::optional<io::endpoint> advertise;  // instead of anything learned
  bool is_hidden = false;                 // all connections of the node go through proxies: peers are told nothing
  bool map_port = false;                  // by the default gateways
  io::duration withdraw_timeout{};        // for the mappings, after a stop
  bool is_expected = false;               // peers on the Internet are to reach the node: if none does, it is logged
};

/// Keeps `local_node::own` and `advertised`. The own address of each family is that which enough netgroups of inbound
/// peers have dialed (`address_votes`), else that of the gateway's mapping, if it is routable, else that on which the
/// node listens; the port is that of the mapping, if there is one, else that on which the node listens. No port is
/// learned from peers. Peers are told the port alone, with an unspecified address: Grin takes no more from it.
///
/// Peers can have a wrong address elected together. It is then in statistics, and not dialed; nothing else follows.
///
/// For the loop's thread.
class reachability {
public:
  /// All but the options outlive it.
  struct dependencies {
    io::runtime& runtime;
    local_node& local;
    logger& log;
    exception_boundary& exceptions;
  };

  reachability(const dependencies& deps, const reachability_options& options);
  reachability(const reachability&) = delete;
  reachability& operator=(const reachability&) = delete;

  /// The node has begun to listen there. Starts what runs beside it in `tasks`; after a stop of these the port is
  /// withdrawn. To be called once.
  void start(scope& tasks, io::endpoint listening);

  /// A peer has completed its handshake. `dialed`: where an inbound one says that it has connected to. Counted are only
  /// those that have connected directly, from an address on the Internet.
  void note_handshake(const peer_info& peer, const io::endpoint& dialed);

  [[nodiscard]] reachability_status status() const;
  [[nodiscard]] reachability_statistics statistics() const noexcept;

private:
  struct family {
    family(io::runtime& runtime, logger& log, mapped_port::family of, reachability& owner)
        : port(runtime, log, of, [&owner] { owner.update(); }) {}

    address_votes votes;
    mapped_port port;
  };

  [[nodiscard]] task<void> check_often();
  void check();
  void note_election(const address_votes& votes, const std::optional<ip_address>& before);
  void update() noexcept;
  [[nodiscard]] io::endpoint told_of(const family& which) const noexcept;
  [[nodiscard]] io::endpoint endpoint_of(const family& which) const noexcept;
  [[nodiscard]] family_reachability status_of(const family& which, const io::endpoint& advertised) const;
  [[nodiscard]] reachability_state state() const noexcept;

  dependencies deps_;
  reachability_options options_;
  family v4_;
  family v6_;
  io::endpoint listening_;
  std::optional<io::time_point> started_;
  std::optional<io::time_point> last_inbound_;  // from the Internet
  std::uint64_t inbound_ = 0;
  bool has_warned_ = false;  // that the node is not reached, since it was last
};

}  // namespace pappus::peer
