#include <algorithm>

#include <pappus/integration/bridge/adapter_calls.hpp>
#include <pappus/integration/bridge/limits.hpp>
#include <pappus/peer/adapter/limits.hpp>

namespace pappus::integration {
namespace {

/// Look-ups time out sooner: the peer that waits for their result does not wait forever either.
io::duration timeout_of(adapter_method method) noexcept {
  switch (method) {
    case adapter_method::get_transaction:
    case adapter_method::locate_headers:
    case adapter_method::get_block:
    case adapter_method::get_compact_block:
    case adapter_method::get_output_bitmap_segment:
    case adapter_method::get_output_segment:
    case adapter_method::get_range_proof_segment:
    case adapter_method::get_kernel_segment: return limits::lookup_timeout;
    case adapter_method::finish_state:
    case adapter_method::import_archive: return limits::state_validation_timeout;
    default: return peer::limits::validation_timeout;
  }
}

constexpr std::size_t room_left(std::size_t taken, std::size_t max) noexcept { return max - std::min(max, taken); }

/// Whether an account that holds so much may add more. What it holds counts `limits::adapter_call_share` times against
/// the room that is left, and what is added twice: so any number of accounts leave some room to one that holds nothing.
constexpr bool fits(std::size_t held, std::size_t added, std::size_t max, std::size_t room) noexcept {
  return held + added <= max && limits::adapter_call_share * held + 2 * added <= room;
}

}  // namespace

adapter_call::adapter_call(adapter_method called, const peer::peer_info& cause, std::size_t held) noexcept
    : method(called), peer(cause.id), account(peer::account_key(cause)), bytes(held), timeout(timeout_of(called)) {}

adapter_call::adapter_call(adapter_method called) noexcept
    : method(called), peer(0), bytes(0), timeout(timeout_of(called)) {}

/// Calls for the node itself are always admitted: they are bounded where they are made, and must not be refused because
/// of peers.
bool adapter_calls::admits(const adapter_call& call) const noexcept {
  if (call.peer == 0) return true;
  if (!memory_.has_room(call.bytes)) return false;
  const auto found = by_account_.find(call.account);
  const sum held = found == by_account_.end() ? sum{} : found->second;
  return fits(held.count, 1, limits::max_adapter_calls_per_account, room_left(all_.count, limits::max_adapter_calls)) &&
         fits(held.bytes, call.bytes, limits::max_adapter_call_bytes_per_account,
              room_left(all_.bytes, limits::max_adapter_call_bytes));
}

void adapter_calls::enter(const adapter_call& call) {
  sum& of_account = by_account_[call.account];
  ++of_account.count;
  of_account.bytes += call.bytes;
  ++all_.count;
  all_.bytes += call.bytes;
  memory_reservation_.set(all_.bytes);
}

void adapter_calls::leave(const adapter_call& call) noexcept {
  const auto found = by_account_.find(call.account);
  sum& of_account = found->second;
  of_account.bytes -= call.bytes;
  if (--of_account.count == 0) by_account_.erase(found);
  --all_.count;
  all_.bytes -= call.bytes;
  memory_reservation_.set(all_.bytes);
}

std::unique_ptr<adapter_calls::pending> adapter_calls::take(std::uint64_t id, adapter_method method,
                                                            bool answered) noexcept {
  auto found = pending_.extract(id);
  if (found.empty()) {
    if (answered) counted_.late.add(method);
    return nullptr;
  }
  if (!answered && found.mapped() != nullptr) counted_.unanswered.add(method);
  return std::move(found.mapped());
}

/// Ends a call without a result: its time is up, or it could not be made.
void adapter_calls::give_up(std::uint64_t id, const adapter_call& call) noexcept {
  const auto given_up = take(id, call.method, false);
  if (given_up != nullptr) exceptions_.run(call.peer, to_string(call.method), [&] { given_up->give_up(); });
}

peer::adapter_call_statistics adapter_calls::statistics() const noexcept {
  peer::adapter_call_statistics now = counted_;
  now.pending = all_.count;
  now.bytes = all_.bytes;
  return now;
}

}  // namespace pappus::integration
