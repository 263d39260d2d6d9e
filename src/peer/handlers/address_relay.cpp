#include <algorithm>
#include <cstdint>

#include <pappus/io/random.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/handlers/address_relay.hpp>
#include <pappus/peer/handlers/limits.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/store/address_rules.hpp>

namespace pappus::peer {

using wire::messages::get_peer_addrs;
using wire::messages::peer_addrs;

namespace {

/// Whether the node is not known to the peer by an address, nor by the listener that the peer has connected to.
bool is_unknown_to(const peer_info& peer) noexcept {
  return peer.direction == direction::outbound && peer.transport != transport_type::direct && !peer.tls_key;
}

}  // namespace

void address_relay::addresses_requested(session& session, const get_peer_addrs& request) {
  ++counted_.requests;
  if (!session.accepts_responses()) return;
  if (!may_ask(session)) {
    ++counted_.rate_limited;
    return;
  }
  const wire::peer_address itself = to_wire(session.peer().endpoint);
  peer_addrs answer;
  if (!is_unknown_to(session.peer())) {
    for (const named& each : sample_for(session.peer()).addresses) {
      const bool is_either = each.address == itself || local_.own.contains(to_endpoint(each.address));
      const bool fits = each.capabilities.has(request.capabilities) && !is_either;
      if (fits && book_.find(each.address) != nullptr) answer.addresses.push_back(each.address);
    }
  }
  if (session.enqueue(answer, send_priority::responses)) ++counted_.answered;
}

/// Once a minute for a session; for an account as often as it may have sessions.
bool address_relay::may_ask(session& session) {
  const auto unused = [this] { return io::token_bucket{limits::addr_request_rate, 1, runtime_.now()}; };
  return requests_.get(session, unused).try_consume(runtime_.now()) &&
         session.charged_account().address_requests_received.try_consume(runtime_.now());
}

void address_relay::addresses_received(session& session, const peer_addrs& message, bool wanted) {
  counted_.received += message.addresses.size();
  const wire::peer_address source = to_wire(session.peer().endpoint);
  // A name that a proxy looks up has no netgroup: several may be one host.
  const bool is_chosen = session.peer().direction == direction::outbound && !source.ip.is_named();
  for (const wire::peer_address& each : message.addresses) {
    if (!wanted && !session.charged_account().unrequested_addresses.try_consume(runtime_.now())) {
      ++counted_.unsolicited_rate_limited;
      continue;
    }
    if (is_service_port(each.port)) {
      ++counted_.refused;
      continue;
    }
    if (local_.own.contains(to_endpoint(each))) continue;
    if (book_.add(each, source, clock_.now()) == add_result::added) ++counted_.added;
    if (is_chosen) book_.advertised(each, source.ip.netgroup());
  }
}

void address_relay::request_addresses(session& peer) {
  if (!peer.peer().capabilities.has(wire::capability::peer_list) ||
      !peer.charged_account().address_requests_sent.try_consume(runtime_.now()))
    return;
  // The response is delivered to `addresses_received`.
  peer.request(get_peer_addrs{wire::capability::peer_list}, [](const auto&) {});
}

/// Whether a new sample is needed: also when the tried table has doubled, since it is then largely another one, and
/// soon for a sample that is too small, since it may be larger by then. Otherwise a node that has just started would
/// have nothing to send for a day.
bool address_relay::is_outdated(const sample& which) const noexcept {
  if (!which.at) return true;
  const io::duration age = runtime_.now() - *which.at;
  const bool grown = book_.tried() != 0 && book_.tried() >= 2 * which.tried;
  const bool small = which.addresses.size() < limits::min_addr_sample;
  return grown || age >= (small ? limits::small_addr_sample_lifetime : which.lifetime);
}

const address_relay::sample& address_relay::sample_for(const peer_info& peer) {
  const bool by_onion = peer.direction == direction::inbound && peer.transport == transport_type::onion;
  sample& which = by_onion ? onion_sample_ : sample_;
  if (is_outdated(which)) refresh(which);
  return which;
}

void address_relay::refresh(sample& which) {
  which.tried = book_.tried();
  which.at = runtime_.now();
  constexpr io::duration spread = limits::max_addr_sample_lifetime - limits::min_addr_sample_lifetime;
  const std::uint64_t drawn = io::uniform_below(runtime_, static_cast<std::uint64_t>(spread.count()));
  which.lifetime = limits::min_addr_sample_lifetime + io::duration{static_cast<io::duration::rep>(drawn)};
  which.addresses.clear();
  const std::size_t share = which.tried * limits::addr_sample_percent / 100;
  const std::size_t max = std::clamp<std::size_t>(share, limits::min_addr_sample, wire::limits::max_peer_addrs);
  for (const wire::peer_address& each : book_.get_addresses(max, {}, clock_.now())) {
    which.addresses.push_back({each, book_.find(each)->capabilities});
  }
}

}  // namespace pappus::peer
