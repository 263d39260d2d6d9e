#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <pappus/io/timer.hpp>
#include <pappus/peer/reachability/limits.hpp>
#include <pappus/peer/reachability/reachability.hpp>

namespace pappus::peer {
namespace {

/// Whether a socket that listens at this address accepts connections of the family.
bool accepts(const ip_address& listening, bool is_v4) noexcept {
  const bool is_both = !listening.is_v4() && listening.is_unspecified();
  return is_both || listening.is_v4() == is_v4;
}

}  // namespace

reachability::reachability(const dependencies& deps, const reachability_options& options)
    : deps_(deps),
      options_(options),
      v4_(deps.runtime, deps.log, mapped_port::family::v4, *this),
      v6_(deps.runtime, deps.log, mapped_port::family::v6, *this) {}

void reachability::start(scope& tasks, io::endpoint listening) {
  listening_ = listening;
  started_ = deps_.runtime.now();
  update();
  tasks.spawn(deps_.exceptions.keep_running(deps_.runtime, "reachability", [this] { return check_often(); }));
  if (!options_.map_port) return;
  for (family* const each : {&v4_, &v6_}) {
    if (!accepts(listening.address, each == &v4_)) continue;
    tasks.spawn(deps_.exceptions.keep_running(deps_.runtime, "port mapping", [this, each] {
      return each->port.run(listening_.port, options_.withdraw_timeout);
    }));
  }
}

task<void> reachability::check_often() {
  for (;;) {
    const auto slept = co_await io::sleep_for(deps_.runtime, limits::reachability_check_interval);
    if (!slept) co_return;
    check();
  }
}

void reachability::check() {
  for (family* const each : {&v4_, &v6_}) {
    const std::optional<ip_address> before = each->votes.elected();
    each->votes.expire(deps_.runtime.now());
    note_election(each->votes, before);
  }
  if (!options_.is_expected || state() != reachability_state::no || std::exchange(has_warned_, true)) return;
  deps_.log(log_level::warning, log_category::reachability, [] {
    return "this node seems not to be reachable: no peer on the Internet has connected to it for " +
           std::to_string(std::chrono::floor<std::chrono::hours>(limits::reachable_window).count()) + " hours";
  });
}

/// The handshake of a peer that is refused afterwards, for example for lack of a slot, counts, too: it has reached the
/// node.
void reachability::note_handshake(const peer_info& peer, const io::endpoint& dialed) {
  const bool is_from_internet = peer.endpoint.address.is_routable();
  const bool is_direct = peer.transport == transport_type::direct && !peer.tls_key;
  if (peer.direction == direction::outbound || !is_direct || !is_from_internet) return;
  ++inbound_;
  const bool was_known = last_inbound_.has_value() && !has_warned_;
  last_inbound_ = deps_.runtime.now();
  has_warned_ = false;
  if (!was_known) {
    deps_.log(log_level::info, log_category::reachability,
              [] { return "this node is reachable: a peer on the Internet has connected to it"; });
  }
  const bool is_plausible = dialed.address.is_routable() && dialed.address.is_v4() == peer.endpoint.address.is_v4();
  if (!is_plausible) return;
  address_votes& votes = dialed.address.is_v4() ? v4_.votes : v6_.votes;
  const std::optional<ip_address> before = votes.elected();
  votes.add(peer.endpoint.address.netgroup(), dialed.address, deps_.runtime.now());
  note_election(votes, before);
}

void reachability::note_election(const address_votes& votes, const std::optional<ip_address>& before) {
  if (votes.elected() == before) return;
  update();
  deps_.log(log_level::info, log_category::reachability, [&votes] {
    return votes.elected() ? "peers reach this node at " + to_string(*votes.elected())
                           : std::string{"no peer has said for long where it reaches this node"};
  });
}

void reachability::update() noexcept {
  deps_.local.advertised = {told_of(v4_), told_of(v6_)};
  deps_.local.own = {endpoint_of(v4_), endpoint_of(v6_)};
}

/// A peer takes the address from the connection, so that another one would only say which nodes are the same one.
io::endpoint reachability::told_of(const family& which) const noexcept {
  if (options_.is_hidden) return {{}, deps_.local.chain.default_port};
  if (options_.advertise) return *options_.advertise;
  const auto& mapping = which.port.mapping();
  return {listening_.address.unspecified(), mapping ? mapping->external.port : listening_.port};
}

io::endpoint reachability::endpoint_of(const family& which) const noexcept {
  if (options_.advertise) return *options_.advertise;
  io::endpoint where = listening_;
  if (const auto& mapping = which.port.mapping()) {
    where.port = mapping->external.port;
    if (mapping->external.address.is_routable()) where.address = mapping->external.address;
  }
  if (which.votes.elected()) where.address = *which.votes.elected();
  return where;
}

/// Unknown before the node listens.
reachability_state reachability::state() const noexcept {
  const auto since = last_inbound_ ? last_inbound_ : started_;
  const bool is_over = since && deps_.runtime.now() - *since >= limits::reachable_window;
  if (is_over && (last_inbound_ || options_.is_expected)) return reachability_state::no;
  return last_inbound_ ? reachability_state::yes : reachability_state::unknown;
}

reachability_status reachability::status() const {
  reachability_status now;
  now.state = state();
  now.v4 = status_of(v4_, deps_.local.advertised.v4);
  now.v6 = status_of(v6_, deps_.local.advertised.v6);
  return now;
}

family_reachability reachability::status_of(const family& which, const io::endpoint& advertised) const {
  family_reachability now;
  now.mapping = which.port.mapping();
  now.observed = which.votes.elected();
  now.votes = which.votes.size();
  now.advertised = advertised;
  return now;
}

reachability_statistics reachability::statistics() const noexcept {
  reachability_statistics now;
  now.state = state();
  now.inbound = inbound_;
  now.address_votes = v4_.votes.size() + v6_.votes.size();
  for (const family* const each : {&v4_, &v6_}) {
    const auto& mapping = each->port.mapping();
    if (mapping) ++(mapping->protocol == portmap::mapping_protocol::pcp ? now.mapped_by_pcp : now.mapped_by_nat_pmp);
    now.mappings += each->port.mappings();
    now.mapping_failures += each->port.failures();
  }
  return now;
}

}  // namespace pappus::peer
