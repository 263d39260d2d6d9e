// A block's header: what the block adds to the chain, in commitments, and the work that was spent on it.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/endian.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/opaque.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::wire {

/// A header's bytes where they lie, and its hash.
struct header_place {
  bytes_view raw;
  wire::hash id;
};

/// Reads one header and checks all of it but the proof of work, which is the host's to verify, and what time it is: the
/// version that belongs to its height, its edge bits, and that no more outputs and kernels can have been made up to it
/// than blocks hold. Empty after a fault. A time before 1970 is refused, too, which is a rule of our own.
[[nodiscard]] header_place read_header(reader& in) noexcept;

/// How long the header is that lies at the start of `from`; nothing while its end is not there. What cannot be a header
/// counts as whole as soon as that is plain.
[[nodiscard]] std::optional<std::size_t> whole_header_size(bytes_view from, const header_rules& rules) noexcept;

/// Constant memory, shared on purpose: copying one copies a reference to its bytes. Fields are looked up in them when
/// asked for. One that is not empty has been read, and is sound as far as `read_header` says.
class header {
public:
  /// An empty one: the place of a header that could not be read.
  header() noexcept = default;

  /// Shares the bytes of `place`, which `read_header` gave and `raw` holds.
  header(shared_bytes raw, const wire::hash& id) noexcept : raw_(std::move(raw)), id_(id) {}

  /// Reads one and keeps a copy of its bytes.
  [[nodiscard]] static header read(reader& in);

  /// Reads `count` that follow each other, the first of them number `first` in its list, and keeps one copy of all
  /// their bytes. Takes no memory for headers that are not there.
  [[nodiscard]] static std::vector<header> read_list(reader& in, std::size_t first, std::size_t count);

  [[nodiscard]] bool empty() const noexcept { return raw_.empty(); }

  /// The hash of the packed nonces of its proof of work, and the name of its block.
  [[nodiscard]] const wire::hash& hash() const noexcept { return id_; }

  /// The hash of all its bytes: what tells it from another header with the same proof of work, and so the same id.
  /// O(n).
  [[nodiscard]] wire::hash digest() const noexcept { return blake2b(raw_.view()); }

  [[nodiscard]] std::uint16_t version() const noexcept { return number<std::uint16_t>(0); }
  [[nodiscard]] std::uint64_t height() const noexcept { return number<std::uint64_t>(2); }
  /// When it was made, in seconds since 1970, by its maker's clock.
  [[nodiscard]] std::int64_t timestamp() const noexcept { return static_cast<std::int64_t>(number<std::uint64_t>(10)); }
  [[nodiscard]] wire::hash prev_hash() const noexcept { return fixed<wire::hash>(18); }
  [[nodiscard]] wire::hash prev_root() const noexcept { return fixed<wire::hash>(50); }
  [[nodiscard]] wire::hash output_root() const noexcept { return fixed<wire::hash>(82); }
  [[nodiscard]] wire::hash range_proof_root() const noexcept { return fixed<wire::hash>(114); }
  [[nodiscard]] wire::hash kernel_root() const noexcept { return fixed<wire::hash>(146); }
  [[nodiscard]] kernel_offset total_kernel_offset() const noexcept { return fixed<kernel_offset>(178); }
  [[nodiscard]] std::uint64_t output_mmr_size() const noexcept { return number<std::uint64_t>(210); }
  [[nodiscard]] std::uint64_t kernel_mmr_size() const noexcept { return number<std::uint64_t>(218); }
  [[nodiscard]] std::uint64_t total_difficulty() const noexcept { return number<std::uint64_t>(226); }
  [[nodiscard]] std::uint32_t secondary_scaling() const noexcept { return number<std::uint32_t>(234); }
  [[nodiscard]] std::uint64_t nonce() const noexcept { return number<std::uint64_t>(238); }
  [[nodiscard]] std::uint8_t edge_bits() const noexcept { return number<std::uint8_t>(246); }

  /// The i-th nonce of the proof of work, an edge of the graph.
  [[nodiscard]] std::uint64_t proof_nonce(std::size_t i) const noexcept;
  /// The nonces, `edge_bits` each, as a little-endian stream of bits.
  [[nodiscard]] bytes_view packed_proof() const noexcept { return raw_.view().subspan(proof_at); }

  /// What the proof of work is about: all before its edge bits.
  [[nodiscard]] bytes_view before_proof() const noexcept { return raw_.view().first(proof_at - 1); }

  /// The bytes as received, the same at every version; they live as long as any copy of the header.
  [[nodiscard]] const shared_bytes& raw_bytes() const noexcept { return raw_; }
  [[nodiscard]] std::size_t size() const noexcept { return raw_.size(); }

  static constexpr std::size_t proof_at = 247;  // where the packed proof begins
  static constexpr std::size_t smallest = proof_at + 8;

  friend bool operator==(const header& left, const header& right) noexcept {
    return std::ranges::equal(left.raw_.view(), right.raw_.view());
  }

private:
  template <std::unsigned_integral Integer>
  [[nodiscard]] Integer number(std::size_t at) const noexcept {
    return load_big_endian<Integer>(raw_.data() + at);
  }
  template <class Opaque>
  [[nodiscard]] Opaque fixed(std::size_t at) const noexcept {
    return Opaque::copy(raw_.data() + at);
  }

  shared_bytes raw_;
  wire::hash id_;
};

}  // namespace pappus::wire
