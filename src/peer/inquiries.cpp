#include <pappus/peer/inquiries.hpp>

namespace pappus::peer {
namespace {

/// Whoever wants to find something does not wait for ever either.
io::duration patience_with(inquiry_kind kind) noexcept {
  switch (kind) {
    case inquiry_kind::find_transaction:
    case inquiry_kind::locate_headers:
    case inquiry_kind::find_block:
    case inquiry_kind::find_compact_block:
    case inquiry_kind::find_segment: return limits::host_answer;
    default: return limits::host_verdict;
  }
}

}  // namespace

inquiry::inquiry(inquiry_kind what, std::uint64_t by, std::size_t held) noexcept
    : kind(what), peer(by), bytes(held), patience(patience_with(what)) {}

std::string_view to_string(inquiry_kind kind) noexcept {
  switch (kind) {
    case inquiry_kind::transaction_received: return "transaction_received";
    case inquiry_kind::header_received: return "header_received";
    case inquiry_kind::compact_block_received: return "compact_block_received";
    case inquiry_kind::block_received: return "block_received";
    case inquiry_kind::find_transaction: return "find_transaction";
    case inquiry_kind::verify_transaction: return "verify_transaction";
    case inquiry_kind::aggregate_transactions: return "aggregate_transactions";
    case inquiry_kind::locate_headers: return "locate_headers";
    case inquiry_kind::find_block: return "find_block";
    case inquiry_kind::find_compact_block: return "find_compact_block";
    case inquiry_kind::find_segment: return "find_segment";
    case inquiry_kind::open_archive: return "open_archive";
  }
  return "unknown";
}

/// What the node itself asks is bounded where it comes from: it must not be turned away because of strangers.
bool inquiries::admits(const inquiry& about) const noexcept {
  if (about.peer == 0) return true;
  if (all_.count >= limits::inquiries || all_.bytes + about.bytes > limits::inquiry_bytes) return false;
  const auto found = by_peer_.find(about.peer);
  if (found == by_peer_.end()) return true;
  const sum& of_peer = found->second;
  return of_peer.count < limits::inquiries_by_peer && of_peer.bytes + about.bytes <= limits::inquiry_bytes_by_peer;
}

void inquiries::enter(const inquiry& about) {
  sum& of_peer = by_peer_[about.peer];
  ++of_peer.count;
  of_peer.bytes += about.bytes;
  ++all_.count;
  all_.bytes += about.bytes;
}

void inquiries::leave(const inquiry& about) noexcept {
  const auto found = by_peer_.find(about.peer);
  sum& of_peer = found->second;
  of_peer.bytes -= about.bytes;
  if (--of_peer.count == 0) by_peer_.erase(found);
  --all_.count;
  all_.bytes -= about.bytes;
}

const std::shared_ptr<way_home>& inquiries::home() {
  if (home_ == nullptr) home_ = make_home_();
  return home_;
}

std::unique_ptr<inquiries::pending> inquiries::take(std::uint64_t id, inquiry_kind kind, bool answered) noexcept {
  auto found = open_.extract(id);
  if (found.empty()) {
    if (answered) counted_.late.add(kind);
    return nullptr;
  }
  if (!answered && found.mapped() != nullptr) counted_.unanswered.add(kind);
  return std::move(found.mapped());
}

/// Its time is up, or it could not be asked.
void inquiries::give_up(std::uint64_t id, const inquiry& about) noexcept {
  const auto given_up = take(id, about.kind, false);
  if (given_up != nullptr) faults_.run(about.peer, to_string(about.kind), [&] { given_up->give_up(); });
}

inquiry_statistics inquiries::statistics() const noexcept {
  inquiry_statistics now = counted_;
  now.open = all_.count;
  now.bytes = all_.bytes;
  return now;
}

}  // namespace pappus::peer
