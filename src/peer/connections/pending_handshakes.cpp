#include <cstdint>
#include <map>

#include <pappus/peer/connections/pending_handshakes.hpp>

namespace pappus::peer {
namespace {

constexpr std::uint32_t block_of(io::ipv4_address address) noexcept { return address.value >> 8; }

}  // namespace

pending_handshakes::entry::entry(pending_handshakes& owner, io::ipv4_address from, coro::stop_token parent)
    : owner_(&owner), address_(from), stop_(parent) {
  if (owner.size_ >= owner.max_) owner.make_room();
  owner.waiting_.push_back(*this);
  ++owner.size_;
}

void pending_handshakes::entry::leave() noexcept {
  if (owner_ == nullptr) return;
  owner_->waiting_.remove(*this);
  --owner_->size_;
  owner_ = nullptr;
}

std::size_t pending_handshakes::count_from(io::ipv4_address address) const noexcept {
  std::size_t count = 0;
  waiting_.for_each([&](const entry& each) { count += each.address_ == address ? 1 : 0; });
  return count;
}

/// Of two /24 blocks of the same size, the one with the oldest entry loses it.
void pending_handshakes::make_room() noexcept {
  std::map<std::uint32_t, std::size_t> sizes;
  waiting_.for_each([&](const entry& each) { ++sizes[block_of(each.address_)]; });
  entry* loses = nullptr;
  std::size_t largest = 0;
  waiting_.for_each([&](entry& each) {
    const std::size_t size = sizes[block_of(each.address_)];
    if (size <= largest) return;
    largest = size;
    loses = &each;
  });
  if (loses == nullptr) return;
  loses->leave();
  loses->displaced_ = true;
  loses->stop_.request_stop();
}

}  // namespace pappus::peer
