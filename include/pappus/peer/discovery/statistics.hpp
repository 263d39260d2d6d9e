// Statistics of the dialer and of the seeds.
#pragma once

#include <cstdint>

namespace pappus::peer {

struct dialer_statistics {
  std::uint64_t dials = 0;     // for a slot
  std::uint64_t failures = 0;  // of these
  std::uint64_t feelers = 0;
  std::uint64_t rotations = 0;       // outbound peers disconnected to make room for another
  std::uint64_t throttled = 0;       // times that the rate limit delayed a dial
  std::uint64_t empty_searches = 0;  // searches of the address book without an address to dial
  bool network_down = false;         // many dials without an answer, and no byte from any peer
};

struct seed_statistics {
  std::uint64_t queried = 0;       // look-ups of seeds
  std::uint64_t failures = 0;      // of these
  std::uint64_t ignored = 0;       // addresses of one seed beyond `limits::max_addresses_per_seed`
  std::uint64_t names_failed = 0;  // failed look-ups of preferred hosts
};

}  // namespace pappus::peer
