// What a peer is known to have, so that it is not sent again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include <pappus/peer/limits.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

/// The latest hashes, `limits::known_hashes` of them, oldest forgotten first. Exact; O(remembered) a look-up.
class known_hashes {
public:
  /// Remembers a hash; false if it was known already.
  bool add(const wire::hash& known) {
    if (contains(known)) return false;
    if (ring_.size() < limits::known_hashes) ring_.push_back(known);
    else ring_[next_] = known;
    next_ = (next_ + 1) % limits::known_hashes;
    return true;
  }

  [[nodiscard]] bool contains(const wire::hash& asked) const noexcept {
    return std::find(ring_.begin(), ring_.end(), asked) != ring_.end();
  }

private:
  std::vector<wire::hash> ring_;
  std::size_t next_ = 0;
};

}  // namespace pappus::peer
