// Statistics of the wall clock.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pappus::peer {

struct clock_statistics {
  bool trusted = true;
  std::int64_t offset_seconds = 0;  // of the wall clock from the median of the last announced headers; negative: behind
  std::size_t headers = 0;          // in this median; 0, and no offset, while there are too few
  std::uint64_t early_headers = 0;  // not accepted, since from the future
  std::uint64_t corrections = 0;    // times that all dates were moved
};

}  // namespace pappus::peer
