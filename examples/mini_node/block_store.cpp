// Stores block bodies next to their headers, and drops the oldest.
#include "block_store.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace mini_node {

namespace wire = pappus::wire;
using pappus::integration::import_result;

block_store::block_store(const hash& genesis, bool believes, const limits& most, std::unique_ptr<chain_file> file)
    : most_(most), headers_(genesis, believes, most.headers, [this](number gone) { drop(gone); }) {
  if (file != nullptr) read(*file);
  file_ = std::move(file);
  trim();
}

void block_store::read(chain_file& file) {
  file.read([this](const chain_file::row& stored) {
    header_tree::entry* const made = stored.is_linked ? headers_.restore(stored.header) : headers_.add(stored.header);
    if (made == nullptr || stored.block == nullptr) return;
    bodies_[made->own].block = stored.block;
    bytes_ += stored.block->raw_bytes().size();
    age(made->own);
  });
  settle();
}

std::size_t block_store::body::size() const noexcept {
  return (block == nullptr ? 0 : block->raw_bytes().size()) + (compact == nullptr ? 0 : compact->raw_bytes().size());
}

void block_store::keep(const wire::header& given) {
  headers_.decree(headers_.keep(given));
  best_.clear();
  trim();
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
  headers_.complete(made);
  trim();
}

void block_store::keep(const wire::compact_block_ptr& given) {
  static_cast<void>(keep_body(given, &body::compact));
  trim();
}

bool block_store::add(const wire::header& brought) {
  const bool is_kept = best_.ahead() < max_ahead && headers_.add(brought) != nullptr;
  trim();
  return is_kept;
}

import_result block_store::import(std::span<const wire::header> batch) {
  if (best_.ahead() + batch.size() > max_ahead) return import_result::busy;
  const header_tree::entry* last = nullptr;
  for (const wire::header& each : batch) {
    last = headers_.add(each);
    if (last == nullptr || !last->attached) break;
    best_.consider(*last);
  }
  settle();
  const header_tree::entry* const tip = best_.tip();
  const bool is_followed = last != nullptr && last->attached && tip != nullptr &&
                           tip->header.total_difficulty() >= batch.back().total_difficulty();
  trim();
  return is_followed ? import_result::accepted : import_result::unlinked;
}

import_result block_store::import(const wire::block_ptr& block) {
  const block_name name = name_of(block->header());
  const header_tree::entry* const known = headers_.find(name);
  if (known != nullptr && known->whole) return import_result::known;
  add(block);
  const header_tree::entry* const made = headers_.find(name);
  return made != nullptr && made->linked ? import_result::accepted : import_result::unlinked;
}

void block_store::forget_ahead() {
  while (const number last = best_.last_ahead()) {
    if (headers_.find(last)->stays) best_.clear();
    else headers_.drop(last);
  }
  trim();
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
  if (is_new) age(known->own);
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

void block_store::age(number of) {
  bodies_[of].came = ++last_came_;
  ages_.emplace(last_came_, of);
}

/// Called when headers have been attached or linked.
void block_store::settle() {
  const std::vector<number> changed = headers_.take_changed();
  for (const number each : changed) {
    const header_tree::entry* const its = headers_.find(each);
    if (its == nullptr) continue;
    best_.consider(*its);
    const auto found = bodies_.find(each);
    if (file_) file_->put(its->header, its->linked, found == bodies_.end() ? nullptr : found->second.block);
  }
}

void block_store::trim() {
  settle();
  headers_.trim(best_);
  while (ages_.size() > most_.blocks || bytes_ > most_.bytes) {
    ++dropped_;
    const number oldest = ages_.begin()->second;
    if (file_) file_->drop_block(headers_.find(oldest)->name.digest);
    drop_body(oldest);
  }
  if (file_) file_->commit();
}

/// Called before a header is dropped.
void block_store::drop(number of) {
  ++dropped_;
  const header_tree::entry& gone = *headers_.find(of);
  best_.dropped(gone);
  if (file_) file_->drop(gone.name.digest);
  drop_body(of);
}

void block_store::drop_body(number of) {
  const auto found = bodies_.find(of);
  if (found == bodies_.end()) return;
  if (ages_.erase(found->second.came) != 0) bytes_ -= found->second.size();
  bodies_.erase(found);
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

const wire::header* block_store::tip() const {
  const header_tree::entry* const last = headers_.tip();
  return last == nullptr ? nullptr : &last->header;
}

block_store::statistics block_store::counted() const noexcept {
  statistics now;
  now.headers = headers_.size();
  now.ahead = best_.ahead();
  now.orphans = headers_.aside() - std::min(headers_.aside(), now.ahead);
  now.blocks = ages_.size();
  now.bytes = bytes_;
  now.dropped = dropped_;
  return now;
}

}  // namespace mini_node
