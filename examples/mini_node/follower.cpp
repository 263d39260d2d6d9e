// Whom to ask for a block, what to do with the answer, and whom to tell.
#include "follower.hpp"

#include <algorithm>
#include <utility>

#include <pappus/wire/grin_messages.hpp>

namespace mini_node {

using namespace pappus::wire::messages;
namespace peer = pappus::peer;
namespace wire = pappus::wire;

void follower::heard(const wire::header& said, const peer_info& from) {
  tell_(mini_node::header(said, from));
  chain_.add(said);
  show_tip();
  want(said.id(), from);
}

void follower::heard(const wire::compact_block_ptr& said, const peer_info& from) {
  tell_(mini_node::compact_block(*said, from));
  chain_.add(said);
  show_tip();
  want(said->id(), from);
}

void follower::heard(const wire::block_ptr& said, const peer_info& from) {
  tell_(mini_node::block(*said, from));
  chain_.add(said);
  arrived(said->id());
}

void follower::want(const hash& id, const peer_info& from) {
  if (!chain_.lacks(id) || wanted_.contains(id)) return;
  const auto is_asked = [&from](const auto& each) { return each.second.back() == from.id; };
  const auto of_this_one = std::count_if(wanted_.begin(), wanted_.end(), is_asked);
  if (wanted_.size() >= requests || static_cast<std::size_t>(of_this_one) >= requests_of_one) return;
  ask(id, from);
}

void follower::ask(const hash& id, const peer_info& whom) {
  wanted_[id].push_back(whom.id);
  if (chain_.find_compact_block(id) == nullptr) ask_compact(id, whom);
  else ask_block(id, whom);
}

/// Nobody is left to be asked, or the block is here by another way: then it is wanted no more.
void follower::ask_next(const hash& id) {
  const auto found = wanted_.find(id);
  if (found == wanted_.end()) return;
  const peers_asked& asked = found->second;
  const auto have_it = node_.knowing(id);
  const auto next = std::ranges::find_if(
      have_it, [&asked](const peer_info& each) { return std::ranges::find(asked, each.id) == asked.end(); });
  if (chain_.lacks(id) && next != have_it.end() && asked.size() != asked_for_one) return ask(id, *next);
  wanted_.erase(found);
}

/// Some have the block although they do not give the compact one.
void follower::ask_compact(const hash& id, const peer_info& from) {
  using outcome = pappus::result<wire::messages::compact_block, peer::no_answer>;
  node_.ask(from.id, get_compact_block{id}, [this, id, from](const outcome& got) {
    if (got) {
      tell_(mini_node::compact_block(*got->value, from));
      chain_.add(got->value);
    }
    ask_block(id, from);
  });
}

void follower::ask_block(const hash& id, const peer_info& from) {
  using outcome = pappus::result<wire::messages::block, peer::no_answer>;
  node_.ask(from.id, get_block{id}, [this, id, from](const outcome& got) {
    if (!got) return ask_next(id);
    tell_(mini_node::block(*got->value, from));
    wanted_.erase(id);
    chain_.add(got->value);
    arrived(id);
  });
}

void follower::arrived(const hash& id) {
  show_tip();
  wire::header news;
  if (!chain_.take_news(id, news) || node_.config().network.on_internet) return;
  ++passed_on_;
  node_.broadcast(news);
}

void follower::show_tip() {
  if (!tip_is_given_) node_.set_tip(chain_.tip());
}

void follower::set_tip(peer::chain_tip said) {
  tip_is_given_ = true;
  node_.set_tip(said);
}

}  // namespace mini_node
