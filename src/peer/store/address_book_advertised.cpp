// Which netgroups have advertised an address, and the selection of those that several have.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <tuple>

#include <pappus/peer/store/address_book.hpp>

#include "hash_purpose.hpp"

namespace pappus::peer {

void address_book::advertised(const wire::peer_address& address, std::uint64_t netgroup) noexcept {
  entry* const there = look_up(address);
  if (there == nullptr || netgroup == address.ip.netgroup()) return;
  auto place = std::ranges::find(advertisers_, std::optional{netgroup});
  if (place == advertisers_.end()) place = std::ranges::find(advertisers_, std::optional<std::uint64_t>{});
  if (place == advertisers_.end()) return;
  *place = netgroup;
  there->advertised_by |= std::uint64_t{1} << (place - advertisers_.begin());
}

void address_book::forget_advertised(std::uint64_t netgroup) noexcept {
  const auto place = std::ranges::find(advertisers_, std::optional{netgroup});
  if (place == advertisers_.end()) return;
  place->reset();
  const std::uint64_t others = ~(std::uint64_t{1} << (place - advertisers_.begin()));
  for (entry& each : entries_) each.advertised_by &= others;
}

/// The first one that fits in an order that is drawn anew each time: by netgroup, and within it by address.
std::optional<wire::peer_address> address_book::select_advertised(std::size_t min, const address_filter& fits) {
  const std::uint64_t drawn = draw();
  const entry* first = nullptr;
  std::tuple<bool, std::uint64_t, std::uint64_t> first_place;
  for (const entry& each : entries_) {
    const auto sources = static_cast<std::size_t>(std::popcount(each.advertised_by));
    if (!each.used || sources < min) continue;
    const wire::peer_address& address = each.info.address;
    const std::tuple place{each.info.failures != 0, keyed_(order_of_group, address.ip.netgroup(), drawn),
                           keyed_(order_of_address, address, drawn)};
    if (first != nullptr && place >= first_place) continue;
    if (fits && !fits(each.info)) continue;
    first = &each;
    first_place = place;
  }
  return first != nullptr ? std::optional{first->info.address} : std::nullopt;
}

}  // namespace pappus::peer
