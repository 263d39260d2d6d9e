#include <algorithm>

#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/handlers/address_relay.hpp>
#include <pappus/peer/handlers/limits.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/store/address_rules.hpp>

namespace pappus::peer {

using wire::messages::get_peer_addrs;
using wire::messages::peer_addrs;

void address_relay::addresses_requested(session& session, const get_peer_addrs& request) {
  ++counted_.requests;
  if (!session.accepts_responses()) return;
  if (!may_ask(session)) {
    ++counted_.rate_limited;
    return;
  }
  if (is_outdated()) refresh_sample();
  const wire::peer_address itself = to_wire(session.peer().endpoint);
  peer_addrs answer;
  for (const named& each : sample_) {
    const bool is_either = each.address == itself || local_.advertised.contains(to_endpoint(each.address));
    const bool fits = each.capabilities.has(request.capabilities) && !is_either;
    if (fits && book_.find(each.address) != nullptr) answer.addresses.push_back(each.address);
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
  const bool is_chosen = session.peer().direction == direction::outbound;
  for (const wire::peer_address& each : message.addresses) {
    if (!wanted && !session.charged_account().unrequested_addresses.try_consume(runtime_.now())) {
      ++counted_.unsolicited_rate_limited;
      continue;
    }
    if (is_service_port(each.port)) {
      ++counted_.refused;
      continue;
    }
    if (local_.advertised.contains(to_endpoint(each))) continue;
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
bool address_relay::is_outdated() const noexcept {
  if (!sampled_at_) return true;
  const io::duration age = runtime_.now() - *sampled_at_;
  const bool grown = book_.tried() != 0 && book_.tried() >= 2 * tried_when_sampled_;
  const bool small = sample_.size() < limits::min_addr_sample;
  return grown || age >= (small ? limits::small_addr_sample_lifetime : limits::addr_sample_lifetime);
}

void address_relay::refresh_sample() {
  tried_when_sampled_ = book_.tried();
  sampled_at_ = runtime_.now();
  sample_.clear();
  const std::size_t share = tried_when_sampled_ * limits::addr_sample_percent / 100;
  const std::size_t max = std::clamp<std::size_t>(share, limits::min_addr_sample, wire::limits::max_peer_addrs);
  for (const wire::peer_address& each : book_.get_addresses(max, {}, clock_.now())) {
    sample_.push_back({each, book_.find(each)->capabilities});
  }
}

}  // namespace pappus::peer
