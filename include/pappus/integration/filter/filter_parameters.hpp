// Parameters of the node's filters: their size, and the entry that a hash has in them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <pappus/integration/filter/filter_options.hpp>
#include <pappus/integration/filter/fingerprint_line.hpp>
#include <pappus/mix64.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/relay/known_filter.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

/// Parameters of a node's filters. Fingerprints depend on the hash and a secret, so an attacker without the secret
/// cannot craft hashes that collide. The parameters belong to one node; a fingerprint is computed once for the filters
/// of all its peers. Each filter has its own salt: without it, filters with the same content would have the same false
/// positives, and the node would send some items to no peer.
class filter_parameters {
public:
  /// Generations of a filter, count. A filter forgets one at a time.
  static constexpr std::size_t generations = fingerprint_line::generation_mask;

  /// Computes the smallest sufficient filters. Throws `std::invalid_argument` if a member of `size` is not positive, if
  /// the error is 1 or more, or if a filter would need more than `limits::max_filter_bytes`.
  filter_parameters(const filter_options& size, const peer::keyed_hash::key& secret);

  /// One SipHash, about 20 ns.
  [[nodiscard]] peer::fingerprint fingerprint_of(const wire::hash& item,
                                                 peer::known_part part = peer::known_part::whole) const noexcept {
    return {keyed_(static_cast<std::uint64_t>(part), item)};
  }

  /// The entry of a hash in the filter with that salt, a number with well-mixed bits, without a generation. Its lowest
  /// `width` bytes are what a slot of its line has; above them is the number of the line.
  [[nodiscard]] std::uint64_t entry_of(peer::fingerprint item, std::uint64_t salt) const noexcept {
    const std::uint64_t drawn = mix64(item.bits + salt);
    const std::uint64_t line = (drawn >> 36) * lines_ >> 28;
    const std::uint64_t in_slot = (std::uint64_t{1} << 8 * width_) - 1;
    return line << 8 * width_ | (drawn << fingerprint_line::generation_bits & in_slot);
  }
  [[nodiscard]] std::size_t line_of(std::uint64_t entry) const noexcept { return entry >> 8 * width_; }

  /// Size of a slot, bytes.
  [[nodiscard]] std::size_t width() const noexcept { return width_; }
  /// Size of a slot that has the number of the line, too, bytes.
  [[nodiscard]] std::size_t list_width() const noexcept { return width_ + (std::bit_width(lines_ - 1) + 7) / 8; }
  [[nodiscard]] std::size_t lines() const noexcept { return lines_; }
  /// Hashes in a generation. All but the current one and the filter's first are full, and that is forgotten when all
  /// others are, so a filter contains at least `generations` - 1 times as many.
  [[nodiscard]] std::size_t per_generation() const noexcept { return per_generation_; }
  /// The maximum false positive rate of a filter: that of one with `generations` full generations. A hash is mistaken
  /// for another if their lines and fingerprints are the same, also in the list.
  [[nodiscard]] double error() const noexcept;

private:
  peer::keyed_hash keyed_;
  std::size_t per_generation_;
  std::size_t width_;
  std::size_t lines_;
};

}  // namespace pappus::integration
