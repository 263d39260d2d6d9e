// Parameters of the node's Bloom filters: their size, and the bits that a hash sets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/integration/filter/filter_options.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/relay/known_filter.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

/// Bits of a fingerprint in one filter: a block, and bits in it.
struct bit_mask {
  std::uint32_t block = 0;
  std::array<std::uint64_t, 2> bits{};
};

/// Parameters of a node's filters. Fingerprints depend on the hash and a secret, so an attacker without the secret
/// cannot craft hashes that collide. The parameters belong to one node; a fingerprint is computed once for the filters
/// of all its peers. Each filter has its own salt: without it, filters with the same content would have the same false
/// positives, and the node would send some items to no peer.
class bloom_parameters {
public:
  /// Generations of a filter, count. A filter forgets one at a time.
  static constexpr std::size_t generations = 4;
  /// Computes the smallest sufficient filters, in about 50 us. Throws `std::invalid_argument` if a member of `size` is
  /// not positive, if the error is 1 or more, or if a filter would need more than `limits::max_filter_bytes`.
  bloom_parameters(const filter_options& size, const peer::keyed_hash::key& secret);

  /// One SipHash, about 20 ns.
  [[nodiscard]] peer::fingerprint fingerprint_of(const wire::hash& item,
                                                 peer::known_part part = peer::known_part::whole) const noexcept {
    return {keyed_(static_cast<std::uint64_t>(part), item)};
  }

  /// `salt`: a number with well-mixed bits.
  [[nodiscard]] bit_mask mark_of(peer::fingerprint item, std::uint64_t salt) const noexcept;

  [[nodiscard]] std::size_t blocks() const noexcept { return blocks_; }
  /// Hashes in a generation. All but the current one and the filter's first are full, and that is forgotten when three
  /// others are, so a filter contains at least three times as many.
  [[nodiscard]] std::size_t per_generation() const noexcept { return per_generation_; }
  [[nodiscard]] std::size_t bits_of_mark() const noexcept { return bits_; }
  /// The maximum false positive rate of a filter.
  [[nodiscard]] double error() const noexcept;

private:
  peer::keyed_hash keyed_;
  std::size_t per_generation_;
  std::size_t bits_;
  std::size_t blocks_;
};

}  // namespace pappus::integration
