// Stores block bodies next to their headers, and drops the oldest.
#include "block_store.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace mini_node {

namespace wire = pappus::wire;

block_store::block_store(const hash& genesis, bool believes, const limits& most)
    : most_(most), headers_(genesis, believes, most.headers, [this](number gone) {
        ++dropped_;
        drop_body(gone);
      }) {}

std::size_t block_store::body::size() const noexcept {
  return (block == nullptr ? 0 : block->raw_bytes().size()) + (compact == nullptr ? 0 : compact->raw_bytes().size());
}

void block_store::keep(const wire::header& given) {
  headers_.decree(headers_.keep(given));
  headers_.trim();
}

template <class Block>
header_tree::entry& block_store::keep_body(const Block& given, Block body::*where) {
  header_tree::entry& made = headers_.keep(given->header());
  const auto found = bodies_.find(made.own);
  if (found != bodies_.end() && found->second.came != 0) drop_body(made.own);
  bodies_[made.own].*where = given;
  return made;
}

void block_store::keep(const wire::block_ptr& given) {
  header_tree::entry& made = keep_body(given, &body::block);
  made.told = true;
  headers_.complete(made);
  trim();
}

void block_store::keep(const wire::compact_block_ptr& given) {
  static_cast<void>(keep_body(given, &body::compact));
  trim();
}

bool block_store::add(const wire::header& brought) {
  const bool is_kept = headers_.add(brought) != nullptr;
  trim();
  return is_kept;
}

/// Stores one body per name: a later body with the same name is ignored.
template <class Block>
bool block_store::add_body(const Block& brought, Block body::*where) {
  const header_tree::entry* const known = headers_.add(brought->header());
  if (known == nullptr) return false;
  const bool is_new = !bodies_.contains(known->own);
  body& its = bodies_[known->own];
  if (its.*where != nullptr) return true;
  its.*where = brought;
  if (is_new) {
    its.came = ++last_came_;
    ages_.emplace(its.came, known->own);
  }
  bytes_ += its.came == 0 ? 0 : brought->raw_bytes().size();  // additions to the operator's bodies are permanent
  return true;
}

bool block_store::add(const wire::block_ptr& brought) {
  const bool is_kept = add_body(brought, &body::block);
  if (is_kept) headers_.complete(*headers_.find(name_of(brought->header())));
  trim();
  return is_kept;
}

bool block_store::add(const wire::compact_block_ptr& brought) {
  const bool is_kept = add_body(brought, &body::compact);
  trim();
  return is_kept;
}

void block_store::trim() {
  headers_.trim();
  while (ages_.size() > most_.blocks || bytes_ > most_.bytes) {
    ++dropped_;
    drop_body(ages_.begin()->second);
  }
}

void block_store::drop_body(number of) {
  const auto found = bodies_.find(of);
  if (found == bodies_.end()) return;
  if (ages_.erase(found->second.came) != 0) bytes_ -= found->second.size();
  bodies_.erase(found);
}

bool block_store::has_had(const block_name& which) const {
  const header_tree::entry* const known = headers_.find(which);
  return known != nullptr && known->whole;
}

bool block_store::has_had(const hash& id) const {
  return std::ranges::any_of(headers_.named(id), [](const auto* each) { return each->whole; });
}

std::optional<wire::hash> block_store::missing_before(const block_name& which) const {
  const header_tree::entry* const known = headers_.find(which);
  const bool waits = known != nullptr && known->whole && !known->linked && known->header.height() > 1;
  if (!waits || headers_.aside() > (most_.headers.aside + 1) / 2) return std::nullopt;
  const hash before = known->header.prev_hash();
  return has_had(before) ? std::nullopt : std::optional{before};
}

bool block_store::take_news(const block_name& which, wire::header& into) {
  header_tree::entry* const known = headers_.find(which);
  if (known == nullptr || !known->whole || std::exchange(known->told, true)) return false;
  into = known->header;
  return true;
}

template <class Serves>
const block_store::body* block_store::best_of(const hash& id, Serves serves) const {
  const body* best = nullptr;
  std::tuple<bool, bool, number> rank;
  for (const header_tree::entry* const each : headers_.named(id)) {
    const auto found = bodies_.find(each->own);
    if (found == bodies_.end() || !serves(found->second)) continue;
    const std::tuple its{each->linked && headers_.is_on_main(*each), each->linked, each->own};
    if (best != nullptr && its < rank) continue;
    best = &found->second;
    rank = its;
  }
  return best;
}

wire::block_ptr block_store::find_block(const hash& id) const {
  const body* const best = best_of(id, [](const body& each) { return each.block != nullptr; });
  return best == nullptr ? nullptr : best->block;
}

wire::compact_block_ptr block_store::find_compact_block(const hash& id) const {
  const body* const best = best_of(id, [](const body&) { return true; });
  return best == nullptr ? nullptr : best->compact;
}

bool block_store::has_compact_block(const block_name& which) const {
  const header_tree::entry* const known = headers_.find(which);
  const auto found = known == nullptr ? bodies_.end() : bodies_.find(known->own);
  return found != bodies_.end() && found->second.compact != nullptr;
}

pappus::peer::chain_tip block_store::tip() const {
  pappus::peer::chain_tip said;
  const header_tree::entry* const last = headers_.tip();
  if (last == nullptr) return said;
  said.total_difficulty = last->header.total_difficulty();
  said.height = last->header.height();
  return said;
}

block_store::statistics block_store::counted() const noexcept {
  statistics now;
  now.headers = headers_.size();
  now.orphans = headers_.aside();
  now.blocks = ages_.size();
  now.bytes = bytes_;
  now.dropped = dropped_;
  return now;
}

}  // namespace mini_node
