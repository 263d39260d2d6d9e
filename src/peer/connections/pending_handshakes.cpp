#include <algorithm>
#include <utility>

#include <pappus/peer/connections/pending_handshakes.hpp>

namespace pappus::peer {

pending_handshakes::entry::entry(pending_handshakes& owner, handshake_kind kind, ip_address from,
                                 std::size_t max_of_address, coro::stop_token parent)
    : owner_(&owner), kind_(kind), address_(from), stop_(parent) {
  owner.make_room_of(kind, from.subnet(), max_of_address);
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

void pending_handshakes::make_room_of(handshake_kind kind, const ip_address& subnet, std::size_t max) noexcept {
  entry* oldest = nullptr;
  std::size_t count = 0;
  waiting_.for_each([&](entry& each) {
    if (each.kind_ != kind || each.address_.subnet() != subnet) return;
    if (oldest == nullptr) oldest = &each;
    ++count;
  });
  if (oldest != nullptr && count >= max) displace(*oldest);
}

/// Of two blocks of the same size, the one with the oldest entry loses it.
void pending_handshakes::make_room() noexcept {
  blocks_.clear();  // has room for all
  waiting_.for_each([&](entry& each) {
    blocks_.push_back({each.address_.first_of_block(each.address_.customer_prefix()), blocks_.size(), &each});
  });
  std::ranges::sort(blocks_, {}, [](const member& each) { return std::pair{each.block, each.age}; });
  const member* loses = nullptr;
  std::size_t largest = 0;
  for (auto first = blocks_.cbegin(); first != blocks_.cend();) {
    const auto end =
        std::find_if(first, blocks_.cend(), [&](const member& each) { return each.block != first->block; });
    const auto size = static_cast<std::size_t>(end - first);
    if (size > largest || (size == largest && first->age < loses->age)) {
      largest = size;
      loses = &*first;
    }
    first = end;
  }
  if (loses != nullptr) displace(*loses->handshake);
}

void pending_handshakes::displace(entry& which) noexcept {
  which.leave();
  which.displaced_ = true;
  which.stop_.request_stop();
}

}  // namespace pappus::peer
