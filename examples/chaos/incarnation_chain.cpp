// The chain of an incarnation: headers and blocks that its host is told of, and those that it mines.
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <pappus/pappus.hpp>

#include "incarnation.hpp"

namespace chaos {

using peer::validation_result;

validation_result incarnation::received(const wire::header& head, const peer::peer_info& from) {
  told("header_received");
  const ledger::block* const found = deps_.all.find(head);
  if (found == nullptr) return validation_result::reject(wire::reason_for_ban::bad_header);
  if (accepted_headers_.is_known(head.hash(), deps_.world.now())) {
    broken("no header is told to a host twice",
           fmt::format("height {}, from {}", found->height, to_string(from.endpoint)));
  }
  const auto outcome = host_.kept.blocks.import_headers({&head, 1});
  if (outcome != integration::import_result::accepted) return validation_result::ignore;
  if (host_.faults.none()) accepted_headers_.insert(head.hash(), deps_.world.now());
  node_.set_header_tip(host_.kept.blocks.header_tip());
  return validation_result::accept;
}

validation_result incarnation::received(const wire::block_ptr& block, const peer::peer_info& from) {
  told("block_received");
  const ledger::block* const found = deps_.all.find(block->header());
  if (found == nullptr) return validation_result::reject(wire::reason_for_ban::bad_block);
  if (accepted_blocks_.is_known(block->hash(), deps_.world.now())) {
    broken("no block is told to a host twice",
           fmt::format("height {}, from {}", found->height, to_string(from.endpoint)));
  }
  if (import(block) != integration::import_result::accepted) return validation_result::ignore;
  if (host_.faults.none()) accepted_blocks_.insert(block->hash(), deps_.world.now());
  return validation_result::accept;
}

integration::import_result incarnation::import(const wire::block_ptr& block) {
  told("import_block");
  const ledger::block& before = host_.kept.blocks.best();
  const auto outcome = host_.kept.blocks.import_block(*block);
  if (outcome != integration::import_result::accepted) return outcome;
  for (const std::size_t each : deps_.all.find(block->hash())->transactions) host_.keep(each);  // public, on any fork
  tips_changed(before);
  return outcome;
}

/// Tells the node of its tips, and the peers of a new one.
void incarnation::tips_changed(const ledger::block& before) {
  const chain& blocks = host_.kept.blocks;
  node_.set_chain_tip(blocks.tip());
  node_.set_header_tip(blocks.header_tip());
  if (&blocks.best() == &before) return;
  static_cast<void>(node_.broadcast(blocks.best().whole->header()));
}

void incarnation::mine(std::size_t max) {
  const ledger::block& before = host_.kept.blocks.best();
  std::vector<std::size_t> included;
  for (const std::size_t each : host_.pool) {
    if (included.size() == max) break;
    if (!host_.kept.blocks.confirms(each)) included.push_back(each);
  }
  const ledger::block& mined = deps_.all.add_block(before, std::move(included), deps_.world.now());
  static_cast<void>(host_.kept.blocks.import_block(*mined.whole));
  node_.block_accepted(*mined.whole);
  tips_changed(before);
}

}  // namespace chaos
