// Statistics of accounts.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pappus::peer {

struct account_statistics {
  std::size_t open = 0;         // accounts now, of all kinds
  std::size_t prefixes = 0;     // of these, of all addresses with a prefix of 16, 8 or 0 bits
  std::uint64_t merged = 0;     // accounts that were merged into one of such a prefix
  std::uint64_t forgotten = 0;  // accounts of dialed endpoints, removed to make room
};

}  // namespace pappus::peer
