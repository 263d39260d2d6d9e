// Handling of announced headers and blocks, and their announcement to other peers.
#include "follower.hpp"

#include <algorithm>

#include <pappus/io/timer.hpp>
#include <pappus/wire/grin_messages.hpp>

namespace mini_node {

namespace io = pappus::io;
namespace peer = pappus::peer;
namespace wire = pappus::wire;

follower::follower(io::runtime& on, pappus::node& node, memory_chain& chain, std::function<void(const record&)> tell,
                   std::function<void()> warn)
    : on_(on),
      node_(node),
      chain_(chain),
      tell_(std::move(tell)),
      warn_(std::move(warn)),
      fetcher_(on, node, chain,
               {[this](const wire::compact_block_ptr& said, const peer_info& from) {
                  tell_(mini_node::compact_block(*said, from));
                  chain_.add(said);
                },
                [this](const wire::block_ptr& said, const peer_info& from, bool by_id) {
                  take_answer(said, from, by_id);
                }}) {}

void follower::want(const block_name& which, const peer_info& from) {
  if (!chain_.has_had(which) && !fetcher_.want(which, from)) warn_();
}

void follower::heard(const wire::header& said, const peer_info& from) {
  tell_(mini_node::header(said, from));
  if (chain_.add(said)) want(name_of(said), from);
}

void follower::heard(const wire::compact_block_ptr& said, const peer_info& from) {
  tell_(mini_node::compact_block(*said, from));
  if (chain_.add(said)) want(name_of(said->header()), from);
}

void follower::heard(const wire::block_ptr& said, const peer_info& from) {
  tell_(mini_node::block(*said, from));
  const block_name name = name_of(said->header());
  chain_.add(said);
  arrived(name);
  if (!chain_.missing_before(name)) return;
  if (strays_.size() == strays) strays_.pop_front();
  strays_.push_back({name, from.id, on_.now()});
}

/// The block may have been requested from two peers. The predecessor of a block that was requested as missing is
/// probably missing, too, so it is requested at once.
void follower::take_answer(const wire::block_ptr& said, const peer_info& from, bool by_id) {
  const block_name name = name_of(said->header());
  if (chain_.has_had(name)) return fetcher_.has_come(name);
  heard(said, from);
  if (by_id) ask_before(name, from);
}

void follower::arrived(const block_name& which) {
  fetcher_.has_come(which);
  show_tip();
  wire::header news;
  if (!chain_.take_news(which, news) || node_.config().chain.on_internet) return;
  ++relayed_;
  node_.broadcast(news);
}

void follower::ask_before(const block_name& which, const peer_info& whom) {
  if (node_.config().chain.on_internet) return;
  const auto before = chain_.missing_before(which);
  if (before && !fetcher_.want_any(*before, whom)) warn_();
}

/// A peer that sent a block is preferred: it has more of the chain than a peer that only announced it.
void follower::ask_before(const stray& which) {
  const auto able = node_.peers_with(which.name.id);
  if (able.empty()) return;
  const auto giver = std::ranges::find(able, which.from, &peer_info::id);
  ask_before(which.name, giver == able.end() ? able.front() : *giver);
}

pappus::task<void> follower::run() {
  for (;;) {
    const auto slept = co_await io::sleep_for(on_, look_interval);
    if (!slept) co_return;
    fetcher_.look_again();
    for (; !strays_.empty() && on_.now() - strays_.front().came >= out_of_order; strays_.pop_front()) {
      ask_before(strays_.front());
    }
  }
}

void follower::show_tip() {
  if (!tip_is_given_) node_.set_chain_tip(chain_.tip());
}

void follower::set_tip(peer::chain_tip said) {
  tip_is_given_ = true;
  node_.set_chain_tip(said);
}

}  // namespace mini_node
