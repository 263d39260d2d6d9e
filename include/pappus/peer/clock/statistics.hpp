// Statistics of the wall clock.
#pragma once

#include <cstdint>

namespace pappus::peer {

struct clock_statistics {
  bool trusted = true;
  std::uint64_t seconds_ahead = 0;   // of the wall clock, relative to the median of the last announced headers
  std::uint64_t seconds_behind = 0;  // likewise, behind it; both are zero while there are too few headers
  std::size_t headers = 0;           // in this median
  std::uint64_t early_headers = 0;   // not accepted, since from the future
  std::uint64_t corrections = 0;     // times that all dates were moved
};

}  // namespace pappus::peer
