// Keeping headers and blocks, linking them, and letting go of the oldest.
#include "block_store.hpp"

#include <iterator>
#include <utility>

#include <pappus/wire/limits.hpp>

namespace mini_node {

namespace wire = pappus::wire;

namespace {

/// One that keeps nothing else alive, such as its block.
wire::header alone(const wire::header& of) {
  const wire::bytes_view raw = of.as_received().view();
  return {wire::share(wire::bytes{raw.begin(), raw.end()}), of.id()};
}

}  // namespace

std::size_t block_store::entry::body_size() const noexcept {
  return (block == nullptr ? 0 : block->as_received().size()) +
         (compact == nullptr ? 0 : compact->as_received().size());
}

const block_store::entry* block_store::find(const hash& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

block_store::entry* block_store::find(const hash& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

bool block_store::has_linked_predecessor(const wire::header& of) const {
  const entry* const before = find(of.previous());
  return of.previous() == genesis_ || (before != nullptr && before->linked);
}

/// Of one that has a linked predecessor.
bool block_store::follows_predecessor(const wire::header& next) const {
  if (next.previous() == genesis_) return next.height() == 1;
  const wire::header& before = find(next.previous())->header;
  return next.height() == before.height() + 1 && next.total_difficulty() > before.total_difficulty();
}

void block_store::add(const wire::header& brought) { static_cast<void>(enter(brought)); }

/// Null if it is not kept.
block_store::entry* block_store::enter(const wire::header& brought) {
  if (brought.id() == genesis_ || find(brought.id()) != nullptr || most_.headers == 0) return nullptr;
  const bool counts = has_linked_predecessor(brought);
  if (counts && !follows_predecessor(brought)) return nullptr;
  entry& made = by_id_[brought.id()];
  made.header = alone(brought);
  made.came = ++last_came_;
  ages_.emplace(made.came, brought.id());
  if (counts) link(made);
  else wait_for_link(made);
  trim();
  return find(brought.id());
}

void block_store::wait_for_link(const entry& aside) {
  waiting_.emplace(aside.header.previous(), aside.header.id());
  if (aside.came != 0) aside_.emplace(aside.came, aside.header.id());
}

void block_store::stop_waiting(const entry& aside) {
  aside_.erase(aside.came);
  const auto [first, last] = waiting_.equal_range(aside.header.previous());
  for (auto each = first; each != last; ++each) {
    if (each->second != aside.header.id()) continue;
    waiting_.erase(each);
    return;
  }
}

/// Links one whose predecessor is linked, and all that have waited for it. What contradicts it goes, unless it is the
/// operator's.
void block_store::link(entry& from) {
  std::vector<hash> next{from.header.id()};
  from.linked = true;
  while (!next.empty()) {
    const hash id = next.back();
    next.pop_back();
    consider(*find(id));
    std::vector<hash> children;
    const auto [first, last] = waiting_.equal_range(id);
    for (auto each = first; each != last; ++each) children.push_back(each->second);
    for (const hash& each : children) {
      entry& child = *find(each);
      if (follows_predecessor(child.header)) {
        stop_waiting(child);
        child.linked = true;
        next.push_back(each);
      } else if (child.came != 0) {
        drop(each);
      }
    }
  }
}

/// Makes a linked header the main chain's tip, if it has the most difficulty and nothing decreed is against it. What
/// was before it when it was linked may be gone, and another header be there under its name.
void block_store::consider(const entry& tip) {
  if (!believes_ || tip.header.total_difficulty() <= this->tip().total_difficulty) return;
  std::map<std::uint64_t, hash> path;
  std::uint64_t common = 0;
  const entry* each = &tip;
  for (;;) {
    const std::uint64_t height = each->header.height();
    const auto there = main_.find(height);
    if (there != main_.end() && there->second == each->header.id()) {
      common = height;
      break;
    }
    path.emplace(height, each->header.id());
    if (each->header.previous() == genesis_) break;
    const entry* const before = find(each->header.previous());
    if (before == nullptr || !follows_predecessor(each->header)) return;
    each = before;
  }
  for (auto above = main_.upper_bound(common); above != main_.end(); ++above) {
    if (find(above->second)->decreed) return;
  }
  cut_main_above(common);
  main_.merge(path);
}

void block_store::cut_main_above(std::uint64_t height) { main_.erase(main_.upper_bound(height), main_.end()); }

/// The operator's word.
void block_store::keep(const wire::header& given) {
  const std::uint64_t height = given.height();
  entry& made = enter_for_good(given);
  made.decreed = true;
  const auto there = main_.find(height);
  if (there == main_.end() || there->second != given.id()) {
    auto above = main_.upper_bound(height);
    while (above != main_.end()) above = find(above->second)->decreed ? std::next(above) : main_.erase(above);
    main_[height] = given.id();
  }
  if (made.linked) return;
  stop_waiting(made);
  link(made);
}

/// What else was known under its name goes.
block_store::entry& block_store::enter_for_good(const wire::header& given) {
  const entry* const known = find(given.id());
  if (known != nullptr && !(known->header == given)) drop(given.id());
  const bool is_new = find(given.id()) == nullptr;
  entry& made = by_id_[given.id()];
  made.header = alone(given);
  ages_.erase(made.came);
  aside_.erase(made.came);
  made.came = 0;
  if (!is_new) return made;
  if (has_linked_predecessor(given) && follows_predecessor(given)) link(made);
  else wait_for_link(made);
  return made;
}

template <class Block>
void block_store::keep_body(Block given, Block entry::*where) {
  entry& made = enter_for_good(given->header());
  if (made.body_came != 0) drop_body(made);
  made.*where = std::move(given);
  made.was_whole |= made.block != nullptr;
  made.told |= made.block != nullptr;
}

void block_store::keep(wire::block_ptr given) { keep_body(std::move(given), &entry::block); }
void block_store::keep(wire::compact_block_ptr given) { keep_body(std::move(given), &entry::compact); }

/// A name stands for one block: who comes with another one under it comes too late.
template <class Block>
void block_store::add_body(Block brought, Block entry::*where) {
  const hash id = brought->id();
  entry* kept = find(id);
  if (kept == nullptr) kept = enter(brought->header());
  if (kept == nullptr || !(kept->header == brought->header()) || kept->*where != nullptr) return;
  const bool stays = kept->body_came == 0 && kept->body_size() != 0;  // with what the operator has put in
  bytes_ += stays ? 0 : brought->as_received().size();
  kept->*where = std::move(brought);
  kept->was_whole |= kept->block != nullptr;
  if (!stays && kept->body_came == 0) {
    kept->body_came = ++last_came_;
    bodies_.emplace(kept->body_came, id);
  }
  trim();
}

void block_store::add(wire::block_ptr brought) { add_body(std::move(brought), &entry::block); }
void block_store::add(wire::compact_block_ptr brought) { add_body(std::move(brought), &entry::compact); }

void block_store::trim() {
  while (aside_.size() > most_.aside) drop(hash{aside_.begin()->second});
  while (ages_.size() > most_.headers) drop(hash{ages_.begin()->second});
  while (bodies_.size() > most_.blocks || bytes_ > most_.bytes) drop_body(*find(bodies_.begin()->second));
}

void block_store::drop(const hash& id) {
  entry& of = *find(id);
  if (of.body_came != 0) drop_body(of);
  if (!of.linked) stop_waiting(of);
  ages_.erase(of.came);
  const auto there = main_.find(of.header.height());
  if (there != main_.end() && there->second == id) main_.erase(there);
  by_id_.erase(id);
  ++dropped_;
}

void block_store::drop_body(entry& of) {
  bytes_ -= of.body_size();
  bodies_.erase(std::exchange(of.body_came, 0));
  of.block.reset();
  of.compact.reset();
  ++dropped_;
}

bool block_store::lacks(const hash& id) const {
  const entry* const kept = find(id);
  return kept != nullptr && !kept->was_whole;
}

bool block_store::take_news(const hash& id, wire::header& into) {
  entry* const kept = find(id);
  if (kept == nullptr || kept->block == nullptr || std::exchange(kept->told, true)) return false;
  into = kept->header;
  return true;
}

std::vector<wire::header> block_store::after(std::span<const hash> locator) const {
  std::vector<wire::header> found;
  for (const hash& known : locator) {
    const entry* const at = find(known);
    const std::uint64_t height = at == nullptr ? 0 : at->header.height();
    const auto on_main = main_.find(height);
    if (known != genesis_ && (on_main == main_.end() || on_main->second != known)) continue;
    for (auto next = main_.find(height + 1); next != main_.end(); ++next) {
      const bool gap = next->first != height + 1 + found.size();
      if (gap || found.size() == wire::limits::headers) break;
      found.push_back(find(next->second)->header);
    }
    break;
  }
  return found;
}

wire::block_ptr block_store::find_block(const hash& id) const {
  const entry* const kept = find(id);
  return kept == nullptr ? nullptr : kept->block;
}

wire::compact_block_ptr block_store::find_compact_block(const hash& id) const {
  const entry* const kept = find(id);
  return kept == nullptr ? nullptr : kept->compact;
}

pappus::peer::chain_tip block_store::tip() const {
  pappus::peer::chain_tip found;
  if (main_.empty()) return found;
  const wire::header& last = find(main_.rbegin()->second)->header;
  found.total_difficulty = last.total_difficulty();
  found.height = last.height();
  return found;
}

block_store::statistics block_store::counted() const noexcept {
  statistics now;
  now.headers = ages_.size();
  now.aside = aside_.size();
  now.blocks = bodies_.size();
  now.bytes = bytes_;
  now.dropped = dropped_;
  return now;
}

}  // namespace mini_node
