#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <pappus/peer/store/address_book.hpp>
#include <pappus/peer/store/address_rules.hpp>
#include <pappus/peer/store/limits.hpp>

#include "address_age.hpp"

namespace pappus::peer {
namespace {

/// Purpose of a keyed hash.
enum purpose : std::uint64_t {
  number_of_address = 1,
  slot_of_source,
  new_bucket,
  new_position,
  slot_of_group,
  tried_bucket,
  tried_position,
  chance
};

std::array<io::wall_time*, 3> times_of(address_info& info) noexcept {
  return {&info.last_seen, &info.last_try, &info.last_success};
}

/// Makes room for `size` elements, so that adding up to that many does not throw.
template <class T>
void reserve_at_least(std::vector<T>& list, std::size_t size) {
  if (list.capacity() < size) list.reserve(std::max(size, 2 * list.capacity()));
}

bucket_position place_in(std::uint64_t bucket, std::uint64_t position) noexcept {
  return {static_cast<std::uint16_t>(bucket), static_cast<std::uint8_t>(position % limits::bucket_size)};
}

}  // namespace

std::string_view to_string(add_result became) noexcept {
  switch (became) {
    case add_result::added: return "added";
    case add_result::known: return "known";
    case add_result::refused: return "refused";
    case add_result::crowded_out: return "crowded_out";
  }
  return "unknown";
}

std::size_t address_book::hasher::operator()(const wire::peer_address& address) const noexcept {
  return static_cast<std::size_t>(keyed(number_of_address, address));
}

address_book::address_book(const keyed_hash::key& secret, bool on_internet)
    : keyed_(secret), on_internet_(on_internet), numbers_(0, hasher{keyed_}) {}

add_result address_book::add(const wire::peer_address& address, const wire::peer_address& source, io::wall_time now) {
  const add_result became = address.ip.is_named() ? add_result::refused : add_unverified(address, source, now);
  counted_.adds.add(became);
  return became;
}

/// An address that stands for a name is this node's own; only with the name it leads to anybody.
bool address_book::may_have(const wire::peer_address& address) const {
  return address.ip.is_named() ? hosts_.contains(address) : is_peers_address(address, on_internet_);
}

add_result address_book::add_unverified(const wire::peer_address& address, const wire::peer_address& source,
                                        io::wall_time now) {
  if (!may_have(address)) return add_result::refused;
  if (entry* const there = look_up(address)) {
    if (age(there->info.last_seen, now) >= limits::address_update_interval) {
      there->info.last_seen = now;
      mark_changed(numbers_.at(address));
    }
    return add_result::known;
  }
  address_info info;
  info.address = address;
  info.source = source;
  info.last_seen = now;
  const bucket_position where = new_place(address, source);
  if (const auto taken = table_of(info).at(where)) {
    if (!is_stale(entries_[*taken].info, now)) return add_result::crowded_out;
    remove(*taken);
    ++counted_.stale;
  }
  mark_changed(insert(std::move(info), where));
  return add_result::added;
}

void address_book::attempted(const wire::peer_address& address, io::wall_time now) {
  entry* const there = look_up(address);
  if (there == nullptr) return;
  there->info.last_try = now;
  ++there->info.attempts;
  mark_changed(numbers_.at(address));
}

void address_book::no_route(const wire::peer_address& address, io::wall_time now) noexcept {
  family_of(address).no_route_since = now;
}

void address_book::failed(const wire::peer_address& address, io::wall_time now) {
  entry* const there = look_up(address);
  if (there == nullptr) return;
  ++there->info.failures;
  mark_changed(numbers_.at(address));
  settle_claims(now);
}

void address_book::succeeded(const wire::peer_address& address, wire::capabilities capabilities,
                             std::string_view user_agent, io::wall_time now, std::string_view host) {
  std::string agent{user_agent};
  if (address.ip.is_named() && !host.empty()) hosts_.try_emplace(address, host);
  const bool is_new = look_up(address) == nullptr && may_have(address);
  const auto taken = family_of(address).fresh.at(new_place(address, address));
  if (is_new && taken) remove(*taken);
  family_of(address).no_route_since.reset();
  counted_.adds.add(add_unverified(address, address, now));
  entry* const there = look_up(address);
  if (there == nullptr) return;
  address_info& info = there->info;
  info.capabilities = capabilities;
  info.user_agent = std::move(agent);
  info.last_seen = info.last_try = info.last_success = now;
  info.failures = 0;
  info.attempts = std::max<std::uint32_t>(info.attempts, 1);  // the address was not known when it was dialed
  const number which = numbers_.at(address);
  mark_changed(which);
  if (!info.tried) try_to_settle(which, now);
  settle_claims(now);
}

void address_book::disconnected(const wire::peer_address& address, io::wall_time now) {
  entry* const there = look_up(address);
  if (there == nullptr) return;
  there->info.last_seen = now;
  if (there->info.tried) there->info.last_success = now;
  mark_changed(numbers_.at(address));
}

void address_book::restore(const named_host& stored) {
  if (stored.address.ip.is_named()) hosts_.try_emplace(stored.address, stored.name);
}

void address_book::restore(address_info stored, io::wall_time now) {
  for (io::wall_time* const each : times_of(stored)) *each = std::clamp(*each, long_ago, std::max(now, long_ago));
  const bool fits = may_have(stored.address) && look_up(stored.address) == nullptr;
  if (fits && stored.tried && !family_of(stored.address).tried.at(tried_place(stored.address))) {
    const bucket_position where = tried_place(stored.address);
    insert(std::move(stored), where);
    return;
  }
  stored.tried = false;
  const bucket_position where = new_place(stored.address, stored.source);
  if (fits && !table_of(stored).at(where)) insert(std::move(stored), where);
  else if (look_up(stored.address) == nullptr) discard(stored.address);
}

/// Drops an address that is stored and has no entry.
void address_book::discard(const wire::peer_address& address) {
  drop(address);
  hosts_.erase(address);
}

void address_book::adjust_times(io::wall_time::duration by) {
  for (number which = 0; which != entries_.size(); ++which) {
    if (!entries_[which].used) continue;
    for (io::wall_time* const each : times_of(entries_[which].info)) {
      if (*each != long_ago) *each = io::saturating_add(*each, by);
    }
    mark_changed(which);
  }
  for (family* const each : {&v4_, &v6_}) {
    if (each->no_route_since) each->no_route_since = io::saturating_add(*each->no_route_since, by);
  }
  for (tried_collision& each : claims_) each.since = io::saturating_add(each.since, by);
}

std::optional<wire::peer_address> address_book::select(io::wall_time now, io::wall_time::duration rest,
                                                       const address_filter& fits) {
  std::size_t tried = 0;
  for (const family* const each : {&v4_, &v6_}) {
    if (is_selectable(*each, now)) tried += each->tried.size();
  }
  const std::uint64_t one_new_in = tried < limits::tried_target ? 2 : limits::new_address_divisor;
  const bool from_new = draw() % one_new_in == 0;
  const auto picked = pick_from(from_new ? &family::fresh : &family::tried, now, rest, fits);
  return picked ? picked : pick_from(from_new ? &family::tried : &family::fresh, now, rest, fits);
}

std::optional<wire::peer_address> address_book::select_new(io::wall_time now, const address_filter& fits) {
  return pick_from(&family::fresh, now, limits::recent_dial_window, fits);
}

bool address_book::is_selectable(const family& which, io::wall_time now) const noexcept {
  const auto has_route = [now](const family& of) {
    return !of.no_route_since || *of.no_route_since > now || now - *of.no_route_since >= limits::no_route_pause;
  };
  const family& other = &which == &v4_ ? v6_ : v4_;
  return has_route(which) || !has_route(other) || other.size() == 0;
}

/// Draws until an address is selected, from the families in proportion to their sizes. The probability grows by 1.2
/// with each draw, so that one that has often failed is selected if no other fits.
std::optional<wire::peer_address> address_book::pick_from(bucket_table family::*tables, io::wall_time now,
                                                          io::wall_time::duration rest, const address_filter& fits) {
  constexpr double sinks = 1.2;
  const bucket_table& v4 = v4_.*tables;
  const bucket_table& v6 = v6_.*tables;
  const std::size_t size_v4 = is_selectable(v4_, now) ? v4.size() : 0;
  const std::size_t size_v6 = is_selectable(v6_, now) ? v6.size() : 0;
  if (size_v4 + size_v6 == 0) return std::nullopt;
  double factor = 1.0;
  for (std::size_t draws = 0; draws != limits::max_draws; ++draws, factor *= sinks) {
    const bool from_v4 = size_v6 == 0 || (size_v4 != 0 && draw() % (size_v4 + size_v6) < size_v4);
    const std::uint64_t drawn = draw();
    const address_info& info = entries_[(from_v4 ? v4 : v6).select(drawn & 0xffffffff)].info;
    const double bar = static_cast<double>(drawn >> 32) * 0x1.0p-32;
    if (bar < factor * eagerness(info, now, rest) && (!fits || fits(info))) return info.address;
  }
  return std::nullopt;
}

std::vector<wire::peer_address> address_book::get_addresses(std::size_t max, wire::capabilities wanted,
                                                            io::wall_time now) {
  std::vector<wire::peer_address> fit;
  for (const entry& each : entries_) {
    if (!each.used || !each.info.tried || each.info.state() != address_state::healthy) continue;
    if (each.info.address.ip.is_named()) continue;
    if (is_stale(each.info, now) || !each.info.capabilities.has(wanted)) continue;
    fit.push_back(each.info.address);
  }
  const std::size_t count = std::min(max, fit.size());
  for (std::size_t i = 0; i < count; ++i) std::swap(fit[i], fit[i + draw() % (fit.size() - i)]);
  fit.resize(count);
  return fit;
}

void address_book::expire(std::size_t count, io::wall_time now) {
  for (count = std::min(count, entries_.size()); count != 0; --count) {
    expiry_cursor_ = expiry_cursor_ + 1 < entries_.size() ? expiry_cursor_ + 1 : 0;
    const entry& each = entries_[expiry_cursor_];
    if (!each.used || !is_stale(each.info, now)) continue;
    remove(static_cast<number>(expiry_cursor_));
    ++counted_.stale;
  }
}

const address_info* address_book::find(const wire::peer_address& address) const noexcept {
  const auto found = numbers_.find(address);
  return found == numbers_.end() ? nullptr : &entries_[found->second].info;
}

std::vector<address_info> address_book::list() const {
  std::vector<address_info> all;
  all.reserve(size());
  for (const entry& each : entries_) {
    if (each.used) all.push_back(each.info);
  }
  std::ranges::sort(all, {}, &address_info::address);
  return all;
}

book_changes address_book::drain_changes() {
  book_changes taken;
  for (const number which : changed_) {
    if (!entries_[which].used) continue;
    taken.updated.push_back(entries_[which].info);
    const auto named = hosts_.find(entries_[which].info.address);
    if (named != hosts_.end()) taken.hosts.push_back({named->first, named->second});
  }
  for (const wire::peer_address& address : dropped_) {
    if (find(address) == nullptr) taken.dropped.push_back(address);
  }
  for (const number which : changed_) entries_[which].changed = false;
  changed_.clear();
  dropped_ = {};
  return taken;
}

book_statistics address_book::statistics() const noexcept {
  book_statistics now = counted_;
  now.tried_collisions = claims_.size();
  return now;
}

address_book::entry* address_book::look_up(const wire::peer_address& address) noexcept {
  const auto found = numbers_.find(address);
  return found == numbers_.end() ? nullptr : &entries_[found->second];
}

/// A source reaches only the buckets of its netgroup, and with all addresses of one netgroup only one of them.
bucket_position address_book::new_place(const wire::peer_address& address, const wire::peer_address& source) const {
  const std::uint64_t from = source.ip.netgroup();
  const std::uint64_t slot = keyed_(slot_of_source, address.ip.netgroup(), from) % limits::new_buckets_per_source_group;
  const std::uint64_t buckets = address.ip.is_v4() ? limits::new_bucket_count : limits::new_bucket_count_v6;
  const std::uint64_t bucket = keyed_(new_bucket, from, slot) % buckets;
  return place_in(bucket, keyed_(new_position, address, bucket));
}

/// The addresses of a netgroup reach at most `limits::tried_buckets_per_group` buckets.
bucket_position address_book::tried_place(const wire::peer_address& address) const {
  const std::uint64_t slot = keyed_(slot_of_group, address) % limits::tried_buckets_per_group;
  const std::uint64_t buckets = address.ip.is_v4() ? limits::tried_bucket_count : limits::tried_bucket_count_v6;
  const std::uint64_t bucket = keyed_(tried_bucket, address.ip.netgroup(), slot) % buckets;
  return place_in(bucket, keyed_(tried_position, address, bucket));
}

std::uint64_t address_book::draw() noexcept { return keyed_(chance, ++draws_); }

address_book::number address_book::insert(address_info info, bucket_position position) {
  if (free_.empty()) add_entry();
  const number which = free_.back();
  const auto numbered = numbers_.emplace(info.address, which).first;
  try {
    table_of(info).put(position, which);
  } catch (...) {
    numbers_.erase(numbered);
    throw;
  }
  free_.pop_back();
  info.bucket = position.bucket;
  entry& added = entries_[which];
  added.info = std::move(info);
  added.at = position;
  added.used = true;
  return which;
}

/// An entry is at most once in each of these lists, which then have room for all.
void address_book::add_entry() {
  const std::size_t size = entries_.size() + 1;
  reserve_at_least(free_, size);
  reserve_at_least(changed_, size);
  entries_.emplace_back();
  free_.push_back(static_cast<number>(size - 1));
}

void address_book::remove(number index) {
  entry& gone = entries_[index];
  drop(gone.info.address);
  table_of(gone.info).clear(gone.at);
  numbers_.erase(gone.info.address);
  hosts_.erase(gone.info.address);
  gone.info = {};
  gone.used = false;
  free_.push_back(index);
}

void address_book::mark_changed(number index) noexcept {
  entry& each = entries_[index];
  if (std::exchange(each.changed, true)) return;
  notify_change();
  changed_.push_back(index);
}

void address_book::drop(const wire::peer_address& address) {
  reserve_at_least(dropped_, dropped_.size() + 1);
  notify_change();
  dropped_.push_back(address);
}

void address_book::notify_change() const noexcept {
  if (on_change && changed_.empty() && dropped_.empty()) on_change();
}

}  // namespace pappus::peer
