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
  refresh_sample();
  const wire::peer_address itself = to_wire(by.peer().endpoint);
  peer_addrs answer;
  std::ranges::copy_if(sample_, std::back_inserter(answer.addresses), [&](const wire::peer_address& each) {
    const known_address* const known = book_.find(each);
    return known != nullptr && known->capabilities.has(asked.capabilities) && each != itself;
  });
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
    if (book_.add(each, source, on_.wall_clock()) == hearsay::added) ++counted_.believed;
  }
}

void gossip::ask(session& whom) {
  if (!whom.peer().capabilities.has(wire::capability::peer_list) || !whom.gossips().may_be_asked(on_.now())) return;
  // The answer comes by way of `addresses_received`.
  whom.ask(get_peer_addrs{wire::capability::peer_list}, [](const auto&) {});
}

/// A book that has doubled since is another book: or a node that has just begun would have nothing to say for a day.
void gossip::refresh_sample() {
  const std::size_t tried = book_.tried();
  const bool grown = tried != 0 && tried >= 2 * tried_then_;
  const bool stale = on_.now() - sampled_at_ >= limits::sample_life;
  if (!grown && !stale) return;
  const std::size_t share = tried * limits::sample_percent / 100;
  const std::size_t most = std::clamp<std::size_t>(share, limits::sample_least, wire::limits::peer_addrs);
  sample_ = book_.sample(most, {}, on_.wall_clock());
  sampled_at_ = on_.now();
  tried_then_ = tried;
}

}  // namespace pappus::peer
