// Tests with each number of hashes side by side.
#pragma once

#include <cstddef>

#include <pappus/wire/hash_lanes.hpp>

namespace samples {

/// Selects a number of lanes until the end of its life.
class with_lanes {
public:
  explicit with_lanes(std::size_t lanes) : before_(pappus::wire::hash_lanes()) {
    pappus::wire::select_hash_lanes(lanes);
  }
  ~with_lanes() { pappus::wire::select_hash_lanes(before_); }
  with_lanes(const with_lanes&) = delete;
  with_lanes& operator=(const with_lanes&) = delete;

private:
  std::size_t before_;
};

}  // namespace samples
