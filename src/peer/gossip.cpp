#include <algorithm>

#include <pappus/peer/address.hpp>
#include <pappus/peer/gossip.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

using wire::messages::get_peer_addrs;
using wire::messages::peer_addrs;

void gossip::addresses_requested(session& by, const get_peer_addrs& asked) {
  ++counted_.asked;
  if (!by.takes_answers() || !by.gossips().may_ask(on_.now())) return;
  if (is_outdated()) refresh_sample();
  const wire::peer_address itself = to_wire(by.peer().endpoint);
  peer_addrs answer;
  for (const named& each : sample_) {
    const bool fits = each.capabilities.has(asked.capabilities) && each.address != itself;
    if (fits && book_.find(each.address) != nullptr) answer.addresses.push_back(each.address);
  }
  if (by.offer(answer, lane::answers)) ++counted_.answered;
}

void gossip::addresses_received(session& from, const peer_addrs& said, bool wanted) {
  counted_.heard += said.addresses.size();
  const wire::peer_address source = to_wire(from.peer().endpoint);
  for (const wire::peer_address& each : said.addresses) {
    if (!wanted && !from.gossips().may_tell(on_.now())) {
      ++counted_.ignored;
      continue;
    }
    if (book_.add(each, source, clock_.now()) == hearsay::added) ++counted_.believed;
  }
}

void gossip::ask(session& whom) {
  if (!whom.peer().capabilities.has(wire::capability::peer_list) || !whom.gossips().may_be_asked(on_.now())) return;
  // The answer comes by way of `addresses_received`.
  whom.ask(get_peer_addrs{wire::capability::peer_list}, [](const auto&) {});
}

/// A book that has doubled since is another book, and a sample that is too small may soon be larger: or a node that has
/// just begun would have nothing to say for a day.
bool gossip::is_outdated() const noexcept {
  if (!sampled_at_) return true;
  const io::duration age = on_.now() - *sampled_at_;
  const bool grown = book_.tried() != 0 && book_.tried() >= 2 * tried_then_;
  const bool small = sample_.size() < limits::sample_least;
  return grown || age >= (small ? limits::small_sample_life : limits::sample_life);
}

void gossip::refresh_sample() {
  tried_then_ = book_.tried();
  sampled_at_ = on_.now();
  sample_.clear();
  const std::size_t share = tried_then_ * limits::sample_percent / 100;
  const std::size_t most = std::clamp<std::size_t>(share, limits::sample_least, wire::limits::peer_addrs);
  for (const wire::peer_address& each : book_.sample(most, {}, clock_.now())) {
    sample_.push_back({each, book_.find(each)->capabilities});
  }
  add_inbound();
}

/// Fills a sample that is too small. They listen where they say, or they do not: that is for others to find out.
void gossip::add_inbound() {
  for (const session* const each : sessions_.sessions()) {
    if (sample_.size() >= limits::sample_least) return;
    const peer_info& peer = each->peer();
    const wire::peer_address address = to_wire(peer.endpoint);
    const bool is_named = std::ranges::find(sample_, address, &named::address) != sample_.end();
    if (peer.way == direction::inbound && !is_named) sample_.push_back({address, peer.capabilities});
  }
}

}  // namespace pappus::peer
