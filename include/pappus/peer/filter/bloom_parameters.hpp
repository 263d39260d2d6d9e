// How large the filters of a node are, and where in them a hash leaves its mark.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

/// What filters are made for. They remember at least the hashes of the last `window` at that traffic, and take one in
/// 1 / `error` others for one of these.
struct filter_size {
  double per_second = limits::seen_per_second;
  io::duration window = limits::seen_window;
  double error = limits::seen_error;
};

/// What is said with a hash. The same hash may be known in one sense and not in the other.
enum class known_part : std::uint8_t {
  whole,   // a transaction, by its kernel, or a block, in whatever form
  header,  // of a block, and not more than that
};

/// What the filters of a plan know a hash by.
struct fingerprint {
  std::uint64_t bits = 0;
};

/// Where it leaves its mark in one of them: a block, and some bits there.
struct filter_mark {
  std::uint32_t block = 0;
  std::array<std::uint64_t, 2> bits{};
};

/// Fingerprints follow from the hash and a secret: who does not know it cannot make hashes that look like another. So a
/// plan is one node's, and a fingerprint, computed once, is good for the filters of all its peers. Each filter has a
/// salt of its own, or all that know the same would err about the same, and a node would tell something to nobody.
class bloom_parameters {
public:
  /// Filters have so many generations, and forget one at a time.
  static constexpr std::size_t generations = 4;
  /// Finds the smallest filters that will do, in some 50 us. Throws `std::invalid_argument` if the size is not positive
  /// in all its parts, an error of 1 or more, or one that needs more than `limits::seen_bytes` a filter.
  bloom_parameters(const filter_size& size, const keyed_hash::key& secret);

  /// One SipHash; some 20 ns.
  [[nodiscard]] fingerprint fingerprint_of(const wire::hash& what, known_part how = known_part::whole) const noexcept {
    return {keyed_(static_cast<std::uint64_t>(how), what)};
  }

  /// `salt` is any number whose bits are well mixed.
  [[nodiscard]] filter_mark mark_of(fingerprint what, std::uint64_t salt) const noexcept;

  [[nodiscard]] std::size_t blocks() const noexcept { return blocks_; }
  /// Hashes in a generation: all but the current one are full, so three times that are remembered at least.
  [[nodiscard]] std::size_t per_generation() const noexcept { return per_generation_; }
  [[nodiscard]] std::size_t bits_of_mark() const noexcept { return bits_; }
  /// That a filter takes one that it has not seen for one that it has, at most.
  [[nodiscard]] double error() const noexcept;

private:
  keyed_hash keyed_;
  std::size_t per_generation_;
  std::size_t bits_;
  std::size_t blocks_;
};

}  // namespace pappus::peer
