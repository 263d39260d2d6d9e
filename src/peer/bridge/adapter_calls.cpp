#include <algorithm>

#include <pappus/peer/bridge/adapter_calls.hpp>

namespace pappus::peer {
namespace {

/// Look-ups time out sooner: the peer that waits for their result does not wait forever either.
io::duration patience_with(adapter_method kind) noexcept {
  switch (kind) {
    case adapter_method::get_transaction:
    case adapter_method::locate_headers:
    case adapter_method::get_block:
    case adapter_method::get_compact_block:
    case adapter_method::get_segment: return limits::adapter_result;
    default: return limits::host_verdict;
  }
}

constexpr std::size_t room_left(std::size_t taken, std::size_t most) noexcept { return most - std::min(most, taken); }

/// Whether an account that holds so much may add more. What it holds counts `limits::inquiry_share` times against the
/// room that is left, and what is added twice: so any number of accounts leave some room to one that holds nothing.
constexpr bool fits(std::size_t held, std::size_t added, std::size_t most, std::size_t room) noexcept {
  return held + added <= most && limits::inquiry_share * held + 2 * added <= room;
}

}  // namespace

adapter_call::adapter_call(adapter_method what, const peer_info& by, std::size_t held) noexcept
    : kind(what), peer(by.id), account(account_key(by)), bytes(held), patience(patience_with(what)) {}

adapter_call::adapter_call(adapter_method what) noexcept
    : kind(what), peer(0), bytes(0), patience(patience_with(what)) {}

std::string_view to_string(adapter_method kind) noexcept {
  switch (kind) {
    case adapter_method::transaction_received: return "transaction_received";
    case adapter_method::header_received: return "header_received";
    case adapter_method::compact_block_received: return "compact_block_received";
    case adapter_method::block_received: return "block_received";
    case adapter_method::get_transaction: return "find_transaction";
    case adapter_method::validate_tx: return "verify_transaction";
    case adapter_method::aggregate_transactions: return "aggregate_transactions";
    case adapter_method::locate_headers: return "locate_headers";
    case adapter_method::get_block: return "find_block";
    case adapter_method::get_compact_block: return "find_compact_block";
    case adapter_method::get_segment: return "find_segment";
    case adapter_method::txhashset_read: return "open_archive";
  }
  return "unknown";
}

/// Calls for the node itself are always admitted: they are bounded where they are made, and must not be refused because
/// of peers.
bool adapter_calls::admits(const adapter_call& about) const noexcept {
  if (about.peer == 0) return true;
  if (!memory_.has_room(about.bytes)) return false;
  const auto found = by_account_.find(about.account);
  const sum held = found == by_account_.end() ? sum{} : found->second;
  return fits(held.count, 1, limits::inquiries_by_peer, room_left(all_.count, limits::adapter_calls)) &&
         fits(held.bytes, about.bytes, limits::inquiry_bytes_by_peer, room_left(all_.bytes, limits::inquiry_bytes));
}

void adapter_calls::enter(const adapter_call& about) {
  sum& of_account = by_account_[about.account];
  ++of_account.count;
  of_account.bytes += about.bytes;
  ++all_.count;
  all_.bytes += about.bytes;
  held_.set(all_.bytes);
}

void adapter_calls::leave(const adapter_call& about) noexcept {
  const auto found = by_account_.find(about.account);
  sum& of_account = found->second;
  of_account.bytes -= about.bytes;
  if (--of_account.count == 0) by_account_.erase(found);
  --all_.count;
  all_.bytes -= about.bytes;
  held_.set(all_.bytes);
}

const std::shared_ptr<dispatcher>& adapter_calls::home() {
  if (home_ == nullptr) home_ = make_home_();
  return home_;
}

std::unique_ptr<adapter_calls::pending> adapter_calls::take(std::uint64_t id, adapter_method kind,
                                                            bool answered) noexcept {
  auto found = open_.extract(id);
  if (found.empty()) {
    if (answered) counted_.late.add(kind);
    return nullptr;
  }
  if (!answered && found.mapped() != nullptr) counted_.unanswered.add(kind);
  return std::move(found.mapped());
}

/// Ends a call without a result: its time is up, or it could not be made.
void adapter_calls::give_up(std::uint64_t id, const adapter_call& about) noexcept {
  const auto given_up = take(id, about.kind, false);
  if (given_up != nullptr) faults_.run(about.peer, to_string(about.kind), [&] { given_up->give_up(); });
}

adapter_call_statistics adapter_calls::statistics() const noexcept {
  adapter_call_statistics now = counted_;
  now.open = all_.count;
  now.bytes = all_.bytes;
  return now;
}

}  // namespace pappus::peer
