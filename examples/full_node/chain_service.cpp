#include "full_node/chain_service.hpp"

#include <utility>
#include <variant>

#include <pappus/node.hpp>

namespace full_node {

namespace integration = pappus::integration;
namespace wire = pappus::wire;
using pappus::peer::chain_tip;
using pappus::peer::validation_result;
using wire::reason_for_ban;

namespace {

chain_tip tip_of(const place& head) { return {head.total_difficulty, head.height}; }

/// Only what is invalid by rules that do not change blames the peer.
validation_result judged(verdict what, reason_for_ban if_invalid) {
  switch (what) {
    case verdict::accepted: return validation_result::accept;
    case verdict::invalid: return validation_result::reject(if_invalid);
    default: return validation_result::ignore;
  }
}

}  // namespace

wire::capabilities capabilities_of(const heads& chain) noexcept {
  using wire::capability;
  wire::capabilities ours = capability::header_hist | capability::peer_list | capability::tx_kernel_hash;
  if (chain.tail.height <= 1) ours = ours | capability::block_hist;
  const bool has_state = chain.archive.height > 0 && chain.archive.height <= chain.body.height;
  if (has_state) ours = ours | capability::txhashset_hist | capability::pibd_hist_1;
  return ours;
}

chain_service::chain_service(grin_chain chain, observer to) : chain_(std::move(chain)), observer_(std::move(to)) {}

void chain_service::attach(pappus::node_handle net) {
  net_.emplace(std::move(net));
  report(origin::peer);
}

// Imports.

integration::import_result chain_service::import_headers(std::span<const wire::header> headers) {
  const verdict what = noted("import of headers", chain_.import_headers(headers));
  report(origin::peer);
  return import_result_of(what);
}

integration::import_result chain_service::import_block(const wire::block& block) {
  return import_result_of(import(block));
}

verdict chain_service::import(const wire::block& block) {
  const verdict what = noted("import of a block", chain_.import_block(block));
  report(origin::peer);
  return what;
}

outcome<wire::block_ptr> chain_service::mine(std::uint32_t salt) {
  auto mined = chain_.mine(salt);
  report(origin::here);
  return mined;
}

verdict chain_service::noted(std::string_view what, const outcome<void>& done) {
  if (!done && done.error().what == verdict::failed) observer_.failed(what, done.error());
  return verdict_of(done);
}

// What the node is told.

/// Also after an import that has failed: a part of it may have been imported.
void chain_service::report(origin from) {
  const auto now = chain_.heads();
  if (!now) return observer_.failed("reading of the heads", now.error());
  net_->set_chain_tip(tip_of(now->body));
  net_->set_header_tip(tip_of(now->header));
  const auto before = std::exchange(reported_, now->body);
  if (!before || *before == now->body) return;
  net_->post([ours = capabilities_of(*now)](pappus::node& on) { on.set_capabilities(ours); }, {});
  const std::uint64_t disconnected = tell_of_blocks(*before, now->body);
  observer_.head_moved(now->body, disconnected);
  // A node that is still behind has nothing new for others.
  if (now->body.hash == now->header.hash) broadcast(now->body.hash, from);
}

/// Tells the node of the blocks of the chain to `to` that are not on that to `from`, the last one first: their
/// transactions are public. Returns the number of those that are only on the chain to `from`.
std::uint64_t chain_service::tell_of_blocks(const place& from, const place& to) {
  std::uint64_t disconnected = 0;
  wire::hash old = from.hash;
  std::uint64_t old_height = from.height;
  wire::hash next = to.hash;
  std::uint64_t height = to.height;
  while (next != old) {
    if (old_height >= height) {
      const auto dropped = chain_.header(old);
      if (!dropped) break;
      old = dropped->prev_hash();
      --old_height;
      ++disconnected;
      continue;
    }
    const auto connected = chain_.block(next);
    if (!connected) break;  // its state was imported without its block
    net_->block_accepted(*connected, {});
    next = (*connected)->header().prev_hash();
    --height;
  }
  return disconnected;
}

/// Others request what they lack of it. A compact block of our own saves them a round trip.
void chain_service::broadcast(const wire::hash& block, origin from) {
  if (from == origin::here) {
    if (const auto mined = chain_.compact_block(block)) net_->broadcast(*mined, {});
  } else if (const auto header = chain_.header(block)) {
    net_->broadcast(*header, {});
  }
}

// News of peers.

validation_result chain_service::header_received(const wire::header& header) {
  const verdict what = noted("import of a header", chain_.import_headers({&header, 1}));
  report(origin::peer);
  return judged(what, reason_for_ban::bad_header);
}

validation_result chain_service::compact_block_received(const wire::compact_block& block) {
  if (chain_.block(block.hash())) return validation_result::ignore;
  const auto completed = chain_.hydrate(block);
  if (!completed) {
    report(origin::peer);
    return judged(completed.error().what, reason_for_ban::bad_compact_block);
  }
  if (const auto* const whole = std::get_if<wire::block_ptr>(&*completed)) {
    const verdict what = import(**whole);
    // Transactions of the pool may have the kernels of the block's and yet be others.
    const bool has_all_from_peer = block.short_ids().size() == 0;
    if (what != verdict::invalid || has_all_from_peer) return judged(what, reason_for_ban::bad_compact_block);
  }
  report(origin::peer);
  return validation_result::ignore;
}

validation_result chain_service::block_received(const wire::block& block) {
  return judged(import(block), reason_for_ban::bad_block);
}

// Transactions.

validation_result chain_service::transaction_received(const wire::transaction& tx, pappus::peer::phase at) {
  const bool is_public = at == pappus::peer::phase::fluff;
  const verdict what =
      noted("validation of a transaction", is_public ? chain_.add_transaction(tx) : chain_.validate_transaction(tx));
  if (what == verdict::accepted) return validation_result::accept;
  return what == verdict::invalid ? validation_result::reject() : validation_result::ignore;
}

outcome<void> chain_service::add_transaction(const wire::transaction& tx) {
  auto added = chain_.add_transaction(tx);
  static_cast<void>(noted("adding of a transaction", added));
  return added;
}

}  // namespace full_node
