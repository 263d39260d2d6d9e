// Handling of headers and blocks, and the announcement of new tips.
#include "follower.hpp"

#include <utility>

#include <pappus/io/timer.hpp>

namespace mini_node {

namespace integration = pappus::integration;
namespace peer = pappus::peer;
namespace wire = pappus::wire;

namespace {

/// Total difficulty of the first block of usernet and automated. Grin consensus.rs, MIN_DMA_DIFFICULTY.
constexpr std::uint64_t genesis_difficulty = 3;

}  // namespace

/// The tip of a chain of which `last` is the last header; null for the first block.
peer::chain_tip follower::tip_of(const wire::header* last) const {
  if (last != nullptr) return {last->total_difficulty(), last->height()};
  return {node_.config().chain.on_internet ? 0 : genesis_difficulty, 0};
}

/// Changes the chain, shows and announces what is new.
template <class Add>
auto follower::change(Add add) {
  const peer::chain_tip before = tip_of(chain_.tip());
  const auto result = add(chain_);
  show();
  const bool is_news = tip_of(chain_.tip()) != before && chain_.best().ahead() == 0;
  if (is_news && !node_.config().chain.on_internet) {
    ++relayed_;
    node_.broadcast(*chain_.tip());
  }
  return result;
}

/// Blocks are not verified, so the peers that send them get no credit.
void follower::receive_for(integration::adapter& host, bool follows) {
  host.header_received = [this](const wire::header& said, const peer_info& from) {
    tell_(header(said, from));
    change([&said](memory_chain& chain) { return chain.add(said); });
    return peer::validation_result::ignore;
  };
  host.compact_block_received = [this](const wire::compact_block_ptr& said, const peer_info& from) {
    tell_(compact_block(*said, from));
    change([&said](memory_chain& chain) { return chain.add(said); });
    return peer::validation_result::ignore;
  };
  host.block_received = [this](const wire::block_ptr& said, const peer_info& from) {
    tell_(block(*said, from));
    change([&said](memory_chain& chain) { return chain.add(said); });
    return peer::validation_result::ignore;
  };
  if (!follows) return;
  host.get_locator = [this] { return chain_.best().locator(); };
  host.get_missing_blocks = [this](const auto& after, std::size_t count) {
    return chain_.best().missing(after, count);
  };
  host.import_headers = [this](const integration::headers_ptr& batch) {
    return change([&batch](memory_chain& chain) { return chain.import(*batch); });
  };
  host.import_block = [this](const wire::block_ptr& requested) {
    tell_(block(*requested));
    return change([&requested](memory_chain& chain) { return chain.import(requested); });
  };
}

pappus::task<void> follower::run(pappus::io::runtime& on) {
  constexpr int looks = 12;
  header_tree::number first = 0;
  for (int seen = 0;; ++seen) {
    const auto slept = co_await pappus::io::sleep_for(on, patience / looks);
    if (!slept) co_return;
    if (std::exchange(first, chain_.best().first_ahead()) != chain_.best().first_ahead()) seen = 0;
    if (first == 0 || seen < looks) continue;
    chain_.forget_ahead();
    show();
  }
}

void follower::show() {
  const header_tree::entry* const best = chain_.best().tip();
  node_.set_capabilities(chain_.capabilities());
  if (!tip_is_given_) node_.set_chain_tip(tip_of(chain_.tip()));
  node_.set_header_tip(tip_of(best == nullptr ? nullptr : &best->header));
}

void follower::set_tip(peer::chain_tip said) {
  tip_is_given_ = true;
  node_.set_chain_tip(said);
}

}  // namespace mini_node
