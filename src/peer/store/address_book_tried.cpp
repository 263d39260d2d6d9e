// The way of an address into the table of those that were dialed with success, and collisions there.
#include <algorithm>
#include <vector>

#include <pappus/peer/store/address_book.hpp>
#include <pappus/peer/store/limits.hpp>

#include "address_age.hpp"

namespace pappus::peer {

/// Moves a new address that was dialed with success to `tried`, or records a collision with the entry there.
void address_book::try_to_settle(number index, io::wall_time now) {
  const wire::peer_address& address = entries_[index].info.address;
  if (!family_of(address).tried.at(tried_place(address))) return move_to_tried(index);
  const bool claims = std::ranges::any_of(claims_, [&](const tried_collision& each) { return each.by == address; });
  if (claims) return;
  if (claims_.size() < limits::max_tried_collisions) claims_.push_back({address, now});
  else ++counted_.tried_collisions_refused;
}

/// Moves an address to `tried`; the present entry of its place moves back to `new`. What may fail comes first.
void address_book::move_to_tried(number index) {
  const bucket_position from = entries_[index].at;
  family& among = family_of(entries_[index].info.address);
  bucket_table& fresh = among.fresh;
  bucket_table& tried = among.tried;
  const bucket_position where = tried_place(entries_[index].info.address);
  if (const auto before = tried.at(where)) {
    const bucket_position back = make_new_place(*before, index);
    if (back != from) fresh.put(back, *before);
    tried.replace(where, index);
    if (back == from) fresh.replace(from, *before);
    else fresh.clear(from);
    ++counted_.displaced;
    move_to(*before, back, false);
  } else {
    tried.put(where, index);
    fresh.clear(from);
  }
  move_to(index, where, true);
}

void address_book::move_to(number index, bucket_position position, bool tried) noexcept {
  entry& moved = entries_[index];
  moved.info.tried = tried;
  moved.info.bucket = position.bucket;
  moved.at = position;
  mark_changed(index);
}

/// The place in `new` of an entry that moves back there. The present entry of that place is removed, unless it is
/// `leaving`.
bucket_position address_book::make_new_place(number index, number leaving) {
  const address_info& moves = entries_[index].info;
  const bucket_position where = new_place(moves.address, moves.source);
  const auto there = family_of(moves.address).fresh.at(where);
  if (there && *there != leaving) remove(*there);
  return where;
}

void address_book::settle_claims(io::wall_time now) {
  std::erase_if(claims_, [&](const tried_collision& each) { return is_decided(each, now); });
}

/// Whether a collision is decided; if the new address has won, moves it to `tried`.
bool address_book::is_decided(const tried_collision& made, io::wall_time now) {
  const entry* const claimant = look_up(made.by);
  if (claimant == nullptr || claimant->info.tried || claimant->info.failures != 0) return true;
  const auto holder = family_of(made.by).tried.at(tried_place(made.by));
  const address_info* const held = holder ? &entries_[*holder].info : nullptr;
  if (held != nullptr && held->failures == 0) {
    if (age(held->last_success, now) < limits::tried_replacement_age) return true;  // it was reached recently
    if (age(made.since, now) < limits::tried_collision_timeout) return false;       // it is to be dialed first
  }
  move_to_tried(numbers_.at(made.by));
  return true;
}

std::optional<wire::peer_address> address_book::select_tried_collision(io::wall_time now) {
  settle_claims(now);
  if (claims_.empty()) return std::nullopt;
  const auto may_be_dialed = [&](const tried_collision& each) { return is_selectable(family_of(each.by), now); };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(claims_, may_be_dialed));
  if (count == 0) return std::nullopt;
  std::size_t left = draw() % count;
  const auto chosen =
      std::ranges::find_if(claims_, [&](const auto& each) { return may_be_dialed(each) && left-- == 0; });
  return entries_[*family_of(chosen->by).tried.at(tried_place(chosen->by))].info.address;
}

}  // namespace pappus::peer
