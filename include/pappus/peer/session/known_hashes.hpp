// What a peer is known to have, so that it is not sent again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pappus/peer/limits.hpp>
#include <pappus/wire/endian.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

/// The latest hashes, `limits::known_hashes` of them, oldest forgotten first. Exact; O(remembered) a look-up, which in
/// all but one of millions reads four bytes of each hash: a broadcast looks into every peer's.
class known_hashes {
public:
  /// Remembers a hash; false if it was known already.
  bool add(const wire::hash& known) {
    if (contains(known)) return false;
    if (ring_.size() < limits::known_hashes) {
      ring_.push_back(known);
      beginnings_.push_back(beginning_of(known));
    } else {
      ring_[next_] = known;
      beginnings_[next_] = beginning_of(known);
    }
    next_ = (next_ + 1) % limits::known_hashes;
    return true;
  }

  [[nodiscard]] bool contains(const wire::hash& asked) const noexcept {
    return begins_like_one(asked) && std::ranges::find(ring_, asked) != ring_.end();
  }

private:
  static std::uint32_t beginning_of(const wire::hash& of) noexcept {
    return wire::load_big_endian<std::uint32_t>(of.raw.data());
  }

  /// Goes through all of them, for without a way out the compiler compares many at once.
  [[nodiscard]] bool begins_like_one(const wire::hash& asked) const noexcept {
    const std::uint32_t beginning = beginning_of(asked);
    std::uint32_t alike = 0;
    for (const std::uint32_t each : beginnings_) alike += each == beginning ? 1 : 0;
    return alike != 0;
  }

  std::vector<wire::hash> ring_;
  std::vector<std::uint32_t> beginnings_;  // of those in the ring
  std::size_t next_ = 0;
};

}  // namespace pappus::peer
