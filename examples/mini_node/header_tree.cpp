// Attaches and links headers, selects the main chain, and drops the oldest headers.
#include "header_tree.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include <pappus/wire/limits.hpp>

#include "header_chain.hpp"

namespace mini_node {

namespace wire = pappus::wire;

namespace {

/// Maximum difficulty that one block may add to the total: `free_step` in any case, or `step_growth` times what its
/// predecessor added. Grin's rule raises the difficulty by 0.42% a block at most, on its testing networks from 3 or 30
/// on (consensus.rs, next_wtema_difficulty), and before a chain's thirteenth block it at most doubles. Without this
/// limit one block could claim more than all that ever follow.
constexpr std::uint64_t free_step = 1024;
constexpr std::uint64_t step_growth = 2;

/// Maximum number of entries examined in one `trim`, each O(log headers); the rest of the excess is dropped in later
/// calls.
constexpr std::size_t headers_looked_at = 64;

/// A copy of a header that keeps nothing else alive, such as its block.
wire::header alone(const wire::header& of) {
  const wire::bytes_view raw = of.raw_bytes().view();
  return {wire::share(wire::bytes{raw.begin(), raw.end()}), of.hash()};
}

std::uint64_t most_after(std::uint64_t step) noexcept {
  constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();
  return std::max(free_step, step > endless / step_growth ? endless : step * step_growth);
}

}  // namespace

const header_tree::entry* header_tree::find(number which) const {
  const auto found = entries_.find(which);
  return found == entries_.end() ? nullptr : &found->second;
}

header_tree::entry* header_tree::at(number which) {
  const auto found = entries_.find(which);
  return found == entries_.end() ? nullptr : &found->second;
}

header_tree::entry* header_tree::find(const block_name& name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : at(found->second);
}

const header_tree::entry* header_tree::find(const block_name& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : find(found->second);
}

std::vector<const header_tree::entry*> header_tree::named(const hash& id) const {
  std::vector<const entry*> found;
  for (auto each = by_name_.lower_bound({id, {}}); each != by_name_.end() && each->first.id == id; ++each) {
    found.push_back(find(each->second));
  }
  return found;
}

bool header_tree::may_be_first(const wire::header& of) const {
  return of.height() == 1 && of.total_difficulty() <= free_step;
}

bool header_tree::may_follow(const wire::header& next, const entry& before) {
  const std::uint64_t total = before.header.total_difficulty();
  return next.height() == before.header.height() + 1 && next.total_difficulty() > total &&
         next.total_difficulty() - total <= most_after(before.step);
}

/// A header contradicts the stored ones if a predecessor is attached but it cannot follow any attached predecessor.
bool header_tree::contradicts(const wire::header& brought) const {
  if (brought.prev_hash() == genesis_) return !may_be_first(brought);
  bool any = false;
  for (const entry* const each : named(brought.prev_hash())) {
    if (each->attached && may_follow(brought, *each)) return false;
    any |= each->attached;
  }
  return any;
}

header_tree::entry* header_tree::add(const wire::header& brought) {
  if (brought.hash() == genesis_ || most_.headers == 0) return nullptr;
  const block_name name = name_of(brought);
  if (entry* const known = find(name)) return known;
  if (std::ranges::any_of(named(name.id), [](const entry* each) { return each->stays; })) return nullptr;
  if (contradicts(brought)) return nullptr;
  entry& made = enter(brought, name);
  made.came = ++last_came_;
  aside_.emplace(made.came, made.own);
  try_to_attach(made);
  return &made;
}

header_tree::entry* header_tree::restore(const wire::header& stored) {
  entry* const made = add(stored);
  if (made == nullptr) return nullptr;
  complete(*made);
  if (!made->linked) {
    made->is_root = true;
    link(*made, 0);
  }
  return made;
}

header_tree::entry& header_tree::enter(const wire::header& given, const block_name& name) {
  entry& made = entries_[++last_];
  made.header = alone(given);
  made.name = name;
  made.own = last_;
  by_name_.emplace(name, made.own);
  waiting_.emplace(given.prev_hash(), made.own);
  return made;
}

header_tree::entry& header_tree::keep(const wire::header& given) {
  const block_name name = name_of(given);
  for (const entry* const other : named(name.id)) {
    if (other->name != name) drop(other->own);
  }
  entry* known = find(name);
  if (known == nullptr) known = &enter(given, name);
  leave_queue(*known);
  known->stays = true;
  try_to_link(*known);
  return *known;
}

void header_tree::decree(entry& given) {
  decreed_[given.header.height()] = given.own;
  const auto [height, last] = *decreed_.rbegin();
  const bool stands = tip() != nullptr && ancestor(*tip(), height) == find(last);
  if (!stands) tip_ = last;
  if (!given.linked) return link(given, 0);
  if (stands) return;
  for (const auto& [own, each] : entries_) {  // O(headers), but only on an operator command
    if (each.linked) consider(each);
  }
}

void header_tree::complete(entry& which) {
  which.whole = true;
  try_to_link(which);
}

/// Of several predecessors with the same hash, one of the main chain is preferred, then one that is linked.
void header_tree::try_to_attach(entry& which) {
  if (which.header.prev_hash() == genesis_) {
    if (may_be_first(which.header)) attach(which, 0);
    return;
  }
  const auto rank = [this](const entry& each) { return std::tuple{each.linked && is_on_main(each), each.linked}; };
  const entry* before = nullptr;
  for (const entry* const each : named(which.header.prev_hash())) {
    if (!each->attached || !may_follow(which.header, *each)) continue;
    if (before == nullptr || rank(*before) < rank(*each)) before = each;
  }
  if (before != nullptr) attach(which, before->own);
}

/// Attaches an entry, and all entries that waited for it.
void header_tree::attach(entry& first, number before) {
  std::vector<std::pair<number, number>> next{{first.own, before}};
  while (!next.empty()) {
    const auto [own, behind] = next.back();
    next.pop_back();
    entry& each = *at(own);
    const entry* const predecessor = find(behind);
    each.attached = true;
    each.before = behind;
    each.step = each.header.total_difficulty() - (predecessor == nullptr ? 0 : predecessor->header.total_difficulty());
    changed_.push_back(own);
    for (auto after = waiting_.lower_bound({each.name.id, 0}); after != waiting_.end(); ++after) {
      if (after->first != each.name.id) break;
      const entry& child = *find(after->second);
      const bool has_predecessor = child.attached && find(child.before) != nullptr;
      if (!has_predecessor && may_follow(child.header, each)) next.emplace_back(child.own, own);
    }
  }
}

void header_tree::try_to_link(entry& which) {
  if (which.linked) return;
  if (which.header.prev_hash() == genesis_) {
    if (may_be_first(which.header)) link(which, 0);
    return;
  }
  const entry* before = nullptr;
  for (const entry* const each : named(which.header.prev_hash())) {
    if (!each->linked || !may_follow(which.header, *each)) continue;
    if (before == nullptr || is_on_main(*each)) before = each;
  }
  if (before != nullptr) link(which, before->own);
}

/// Links an entry, and all entries that waited for it.
void header_tree::link(entry& first, number before) {
  if (!first.attached) attach(first, before);
  std::vector<std::pair<number, number>> next{{first.own, before}};
  while (!next.empty()) {
    const auto [own, behind] = next.back();
    next.pop_back();
    entry& each = *at(own);
    if (each.linked) continue;
    put_behind(each, find(behind));
    consider(each);
    for (auto after = waiting_.lower_bound({each.name.id, 0}); after != waiting_.end(); ++after) {
      if (after->first != each.name.id) break;
      const entry& child = *find(after->second);
      if ((child.whole || child.stays) && may_follow(child.header, each)) next.emplace_back(child.own, own);
    }
  }
}

/// An entry without a linked predecessor counts its whole total difficulty as its step, since the operator may start a
/// chain anywhere. `far_before` follows Myers: it is the predecessor, or, if the predecessor's jump and the jump from
/// its target are equally long, the target of the latter.
void header_tree::put_behind(entry& which, const entry* before) {
  stop_waiting(which);
  which.linked = true;
  changed_.push_back(which.own);
  which.step = which.header.total_difficulty() - (before == nullptr ? 0 : before->header.total_difficulty());
  which.before = which.far_before = before == nullptr ? 0 : before->own;
  if (before == nullptr) return;
  const entry* const far = find(before->far_before);
  const entry* const farther = far == nullptr ? nullptr : find(far->far_before);
  if (farther == nullptr) return;
  const std::uint64_t height = far->header.height();
  if (before->header.height() - height == height - farther->header.height()) which.far_before = farther->own;
}

void header_tree::stop_waiting(entry& which) {
  waiting_.erase({which.header.prev_hash(), which.own});
  if (which.stays) return;
  leave_queue(which);
  which.came = ++last_came_;
  new_.emplace(which.came, which.own);
}

void header_tree::leave_queue(entry& which) {
  for (queue* const each : {&aside_, &new_, &old_}) each->erase(which.came);
  which.came = 0;
}

void header_tree::consider(const entry& candidate) {
  const entry* const best = tip();
  if (best != nullptr && candidate.header.total_difficulty() <= best->header.total_difficulty()) return;
  if (may_be_main(&candidate)) tip_ = candidate.own;
}

bool header_tree::may_be_main(const entry* linked) const {
  if (!believes_) return false;
  if (linked == nullptr) return decreed_.empty();
  const auto last = decreed_.rbegin();
  const bool stands = last == decreed_.rend() || ancestor(*linked, last->first) == find(last->second);
  return stands && has_beginning(*linked);
}

const header_tree::entry* header_tree::ancestor(const entry& of, std::uint64_t height) const {
  const entry* each = &of;
  while (each != nullptr && each->header.height() > height) {
    const entry* const far = find(each->far_before);
    each = far != nullptr && far->header.height() >= height ? far : find(each->before);
  }
  return each != nullptr && each->header.height() == height ? each : nullptr;
}

/// Whether all ancestors are stored, except the beginning of the main chain itself, which may have been dropped.
bool header_tree::has_beginning(const entry& which) const {
  const entry* each = &which;
  for (;;) {
    const entry* before = find(each->far_before);
    if (before == nullptr) before = find(each->before);
    if (before == nullptr) break;
    each = before;
  }
  return each->header.prev_hash() == genesis_ || each->stays || each->is_root || is_on_main(*each);
}

/// At a height without an operator's header, the main chain is the ancestor of the next operator's header, or of the
/// tip.
const header_tree::entry* header_tree::main_at(std::uint64_t height) const {
  const auto above = decreed_.lower_bound(height);
  const entry* const from = above == decreed_.end() ? tip() : find(above->second);
  return from == nullptr ? nullptr : ancestor(*from, height);
}

bool header_tree::serves() const {
  return !decreed_.empty() || (believes_ && (tip() == nullptr || main_at(1) != nullptr));
}

std::optional<std::uint64_t> header_tree::height_on_main(const hash& id) const {
  if (id == genesis_) return 0;
  for (const entry* const each : named(id)) {
    if (each->linked && is_on_main(*each)) return each->header.height();
  }
  return std::nullopt;
}

std::vector<wire::header> header_tree::after(std::span<const hash> locator) const {
  std::optional<std::uint64_t> known;
  for (auto each = locator.begin(); each != locator.end() && !known; ++each) known = height_on_main(*each);
  if (!known || tip() == nullptr || *known >= tip()->header.height()) return {};
  std::vector<wire::header> found;  // in descending order of height
  const std::uint64_t last = std::min(tip()->header.height(), *known + wire::limits::max_headers);
  const entry* each = main_at(last);
  for (std::uint64_t height = last; height != *known; --height) {
    if (const auto there = decreed_.find(height); there != decreed_.end()) each = find(there->second);
    if (each == nullptr) found.clear();
    else found.push_back(each->header);
    if (each != nullptr) each = find(each->before);
  }
  std::ranges::reverse(found);
  return found;
}

void header_tree::trim(const header_chain& needed) {
  while (aside_.size() > most_.aside + needed.ahead()) {
    const auto oldest = aside_.begin();
    entry& its = *at(oldest->second);
    if (!needed.is_ahead(its)) {
      drop(its.own);
      continue;
    }
    its.came = ++last_came_;
    aside_.erase(oldest);
    aside_.emplace(its.came, its.own);
  }
  for (std::size_t i = 0; i != headers_looked_at && new_.size() + old_.size() > most_.headers; ++i) {
    if (new_.empty()) {
      drop(old_.begin()->second);
      continue;
    }
    const auto oldest = new_.begin();
    if (is_on_main(*find(oldest->second))) old_.insert(new_.extract(oldest));
    else drop(oldest->second);
  }
}

void header_tree::drop(number which) {
  entry& of = *at(which);
  dropped_(which);
  waiting_.erase({of.header.prev_hash(), which});
  leave_queue(of);
  by_name_.erase(of.name);
  const auto there = decreed_.find(of.header.height());
  if (there != decreed_.end() && there->second == which) decreed_.erase(there);
  if (tip_ == which) tip_ = decreed_.empty() ? 0 : decreed_.rbegin()->second;
  entries_.erase(which);
}

}  // namespace mini_node
