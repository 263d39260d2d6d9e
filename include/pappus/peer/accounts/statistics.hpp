// Statistics of accounts.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pappus::peer {

struct account_statistics {
  std::size_t open = 0;         // accounts now, of all kinds
  std::size_t blocks = 0;       // of these, of whole blocks of addresses
  std::uint64_t merged = 0;     // accounts of addresses that were merged into one of a block
  std::uint64_t forgotten = 0;  // accounts of dialed endpoints, removed to make room
};

}  // namespace pappus::peer
