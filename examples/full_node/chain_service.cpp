#include "full_node/chain_service.hpp"

#include <utility>
#include <variant>

#include <pappus/node.hpp>
#include <pappus/wire/mmr.hpp>

namespace full_node {

namespace integration = pappus::integration;
namespace wire = pappus::wire;
using pappus::peer::chain_tip;
using pappus::peer::validation_result;
using wire::reason_for_ban;

namespace {

/// Grin's import by segments needs more than one leaf in the bitmap of outputs, which has 1,024 bits; it panics else.
bool has_enough_for_segments(const heads& chain) { return wire::mmr::leaves(chain.archive_output_mmr_size) > 1'024; }

state_rules state_rules_of(wire::chain_type type) noexcept {
  const bool is_for_testing = type == wire::chain_type::usernet || type == wire::chain_type::automated_testing;
  return is_for_testing ? state_rules{20, 10} : state_rules{2'880, 720};
}

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
  if (has_state) ours = ours | capability::txhashset_hist;
  if (has_state && has_enough_for_segments(chain)) ours = ours | capability::pibd_hist_1;
  return ours;
}

chain_service::chain_service(grin_chain chain, wire::chain_type type, observer to)
    : chain_(std::move(chain)), rules_(state_rules_of(type)), observer_(std::move(to)) {}

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

outcome<wire::block_ptr> chain_service::mine(std::uint32_t salt) { return mined(chain_.mine(salt)); }

outcome<wire::block_ptr> chain_service::mine_history() { return mined(chain_.mine_history()); }

outcome<wire::block_ptr> chain_service::mined(outcome<wire::block_ptr> block) {
  report(origin::here);
  return block;
}

outcome<void> chain_service::compact() {
  auto done = chain_.compact();
  report(origin::peer);
  return done;
}

verdict chain_service::noted(std::string_view what, const outcome<void>& done) {
  if (!done && done.error().what == verdict::failed) observer_.failed(what, done.error());
  return verdict_of(done);
}

outcome<integration::missing_blocks> chain_service::missing_blocks(const std::optional<wire::hash>& after,
                                                                   std::size_t max) const {
  PAPPUS_TRY(now, chain_.heads());
  integration::missing_blocks found;
  // On testing networks the state that is served may be further below the tip than the horizon: then Grin says, also
  // after its import, that one is needed.
  if (now.state_is_needed && now.archive.height > now.fork_point.height) {
    const std::uint64_t from = now.archive.height + rules_.depth;
    found.state = integration::state_target{now.archive.hash, now.archive.height, has_enough_for_segments(now), from,
                                            from + rules_.interval - 1};
    return found;
  }
  return chain_.missing_blocks(after, max);
}

// A state. Until it has been imported the body head does not move.

outcome<integration::state_progress> chain_service::continue_state(const wire::hash& block, std::size_t max) {
  const auto begun = chain_.begin_state(block);
  if (!begun) {
    static_cast<void>(noted("begin of the import of a state", begun));
    return pappus::failure{begun.error()};
  }
  report(origin::peer);
  return chain_.continue_state(max);
}

integration::import_result chain_service::import_segment(const integration::any_segment& segment) {
  const auto added = std::visit([this](const auto& each) { return chain_.add_segment(each); }, segment);
  const verdict what = noted("import of a segment", added);
  return what == verdict::refused ? integration::import_result::known : import_result_of(what);
}

/// Grin does not tell a state that is invalid from a fault of its own. Nobody is blamed for either, and the other
/// method may succeed.
integration::import_result chain_service::finish_state() {
  const auto finished = chain_.finish_state();
  if (!finished) {
    observer_.failed("validation of a state", finished.error());
    static_cast<void>(noted("reset of a state", chain_.reset_state()));
  }
  report(origin::peer);
  return finished ? integration::import_result::accepted : integration::import_result::invalid;
}

integration::import_result chain_service::import_archive(const integration::state_archive& archive) {
  const verdict what = noted("import of an archive", chain_.write_archive(archive.block, archive.path));
  report(origin::peer);
  return import_result_of(what);
}

// What the node is told.

/// Also after an import that has failed: a part of it may have been imported.
void chain_service::report(origin from) {
  const auto now = chain_.heads();
  if (!now) return observer_.failed("reading of the heads", now.error());
  net_->set_chain_tip(tip_of(now->body));
  net_->set_header_tip(tip_of(now->header));
  const auto ours = capabilities_of(*now);
  if (std::exchange(reported_capabilities_, ours) != ours) {
    net_->post([ours](pappus::node& on) { on.set_capabilities(ours); }, {});
  }
  const auto before = std::exchange(reported_, now->body);
  if (!before || *before == now->body) return;
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
