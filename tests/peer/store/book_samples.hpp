// Address books filled with made-up addresses.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/peer/address.hpp>
#include <pappus/peer/store/address_book.hpp>

#include "peer/store/samples.hpp"

namespace samples {

inline constexpr io::wall_time start{std::chrono::seconds{1'600'000'000}};
inline constexpr wire::capabilities wanted = wire::capability::peer_list | wire::capability::tx_kernel_hash;

/// Address `index` of netgroup `group`.
inline wire::peer_address in_group(std::uint32_t group, std::uint32_t index) {
  return peer::to_wire({pappus::ip_address::v4((0x1000U + group) << 16 | (index & 0xffff)), 3414});
}

inline wire::peer_address somebody() { return in_group(0x900, 1); }

inline void add_many(peer::address_book& book, std::uint32_t groups, std::uint32_t each,
                     const wire::peer_address& source, io::wall_time now = start) {
  for (std::uint32_t group = 0; group < groups; ++group) {
    for (std::uint32_t i = 0; i < each; ++i) book.add(in_group(group, i), source, now);
  }
}

/// Adds tried addresses until there are `count`.
inline void try_many(peer::address_book& book, std::size_t count, io::wall_time now = start) {
  for (std::uint32_t i = 0; book.tried() < count; ++i) book.succeeded(in_group(i, i), wanted, "MW/Test", now);
}

}  // namespace samples
