// Statistics of discouragements and bans.
#pragma once

#include <cstdint>

namespace pappus::peer {

struct ban_manager_statistics {
  std::uint64_t discouraged = 0;  // times that an address or a dialed endpoint was
  std::uint64_t banned = 0;       // dialed endpoints, by the node itself
};

}  // namespace pappus::peer
