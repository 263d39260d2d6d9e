#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

#include <pappus/peer/dandelion/stem_table.hpp>

namespace pappus::peer {
namespace {

/// End of a bucket's list.
constexpr std::uint32_t no_entry = std::numeric_limits<std::uint32_t>::max();

constexpr std::size_t first_buckets = 16;

/// Purposes of the keyed hash.
constexpr std::uint64_t hashed_name = 0;
constexpr std::uint64_t hashed_kernel = 1;

}  // namespace

stem_ticket stem_table::add(const wire::transaction& tx, const stem_name& name) {
  if (size() == by_name_.size()) grow();
  stem_entry made;
  static_cast<packed_transaction&>(made) = packed_transaction{tx};
  made.name = name;
  made.serial_ = ++serials_;
  made.kernel_ = hash_of(tx.kernel_hash(0));
  const place added = entries_.add(std::move(made));
  by_time_.push_back(added);
  put(added, by_time_.size() - 1);
  link(added);
  return ticket_of(added);
}

void stem_table::remove(stem_ticket ticket) noexcept {
  unlink(ticket.place);
  const std::size_t rank = entries_[ticket.place].rank_;
  const place last = by_time_.back();
  by_time_.pop_back();
  if (last != ticket.place) {
    put(last, rank);
    reorder(last);
  }
  entries_.remove(ticket.place);
  if (!by_time_.empty()) return;
  entries_ = {};
  by_name_ = by_kernel_ = {};
  by_time_ = {};
}

const stem_entry* stem_table::find(stem_ticket ticket) const noexcept {
  if (ticket.place >= entries_.places()) return nullptr;
  const stem_entry& found = entries_[ticket.place];
  return found && found.serial_ == ticket.serial ? &found : nullptr;
}

std::optional<stem_ticket> stem_table::find(const stem_name& name) const noexcept {
  if (by_name_.empty()) return std::nullopt;
  place each = by_name_[hash_of(name) & (by_name_.size() - 1)];
  while (each != no_entry && entries_[each].name != name) each = entries_[each].next_named_;
  return each == no_entry ? std::nullopt : std::optional{ticket_of(each)};
}

std::vector<stem_ticket> stem_table::with_kernel(const wire::hash& first) const {
  std::vector<stem_ticket> found;
  if (by_kernel_.empty()) return found;
  const std::uint32_t hash = hash_of(first);
  for (place each = by_kernel_[hash & (by_kernel_.size() - 1)]; each != no_entry; each = entries_[each].after_) {
    if (entries_[each].kernel_ == hash) found.push_back(ticket_of(each));
  }
  return found;
}

void stem_table::arm(stem_ticket ticket, io::time_point due) {
  entries_[ticket.place].due_ = due;
  reorder(ticket.place);
}

io::time_point stem_table::earliest() const noexcept {
  return by_time_.empty() ? io::never : entries_[by_time_.front()].due_;
}

std::uint64_t stem_table::hash_of(const stem_name& name) const noexcept {
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(name.raw);
  return keyed_(hashed_name, halves[0], halves[1]);
}

std::uint32_t stem_table::hash_of(const wire::hash& kernel) const noexcept {
  return static_cast<std::uint32_t>(keyed_(hashed_kernel, kernel));
}

/// Doubles the number of buckets, links all entries again, and reserves heap positions for as many entries.
void stem_table::grow() {
  const std::size_t more = std::max(first_buckets, 2 * by_name_.size());
  buckets names(more, no_entry);
  buckets kernels(more, no_entry);
  by_time_.reserve(more);
  by_name_ = std::move(names);
  by_kernel_ = std::move(kernels);
  for (const place each : by_time_) link(each);
}

void stem_table::link(place added) noexcept {
  stem_entry& entry = entries_[added];
  entry.next_named_ = std::exchange(in(by_name_, hash_of(entry.name)), added);
  entry.before_ = no_entry;
  entry.after_ = std::exchange(in(by_kernel_, entry.kernel_), added);
  if (entry.after_ != no_entry) entries_[entry.after_].before_ = added;
}

void stem_table::unlink(place removed) noexcept {
  const stem_entry& entry = entries_[removed];
  place* named = &in(by_name_, hash_of(entry.name));
  while (*named != removed) named = &entries_[*named].next_named_;
  *named = entry.next_named_;
  (entry.before_ == no_entry ? in(by_kernel_, entry.kernel_) : entries_[entry.before_].after_) = entry.after_;
  if (entry.after_ != no_entry) entries_[entry.after_].before_ = entry.before_;
}

void stem_table::put(place position, std::size_t rank) noexcept {
  by_time_[rank] = position;
  entries_[position].rank_ = static_cast<std::uint32_t>(rank);
}

/// Moves an entry up or down in the heap until no parent is due later than its children.
void stem_table::reorder(place position) noexcept {
  const auto due_at = [this](std::size_t rank) { return entries_[by_time_[rank]].due_; };
  const io::time_point due = entries_[position].due_;
  std::size_t rank = entries_[position].rank_;
  for (; rank != 0 && due < due_at((rank - 1) / 2); rank = (rank - 1) / 2) put(by_time_[(rank - 1) / 2], rank);
  for (std::size_t child = 2 * rank + 1; child < size(); child = 2 * rank + 1) {
    if (child + 1 < size() && due_at(child + 1) < due_at(child)) ++child;
    if (due <= due_at(child)) break;
    put(by_time_[child], std::exchange(rank, child));
  }
  put(position, rank);
}

}  // namespace pappus::peer
