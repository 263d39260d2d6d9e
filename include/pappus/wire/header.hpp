// Block header: commitments to the chain state after the block, and its proof of work.
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
#include <pappus/wire/fixed_bytes.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::wire {

/// A header's bytes in the message (borrowed), and its hash.
struct parsed_header {
  bytes_view raw;
  wire::hash id;
};

/// Reads a header and checks that its version is that of its height, that its edge bits are allowed, and that blocks up
/// to its height can have had as many outputs and kernels. Also rejects a time before 1970, which Grin does not. The
/// proof of work is for the adapter to verify, and the time is not compared with the clock. Empty after an error.
[[nodiscard]] parsed_header read_header(reader& in) noexcept;

/// Size of the header at the start of `from`, bytes; empty until it is complete. Bytes that cannot be a header count as
/// a complete one as soon as that is certain.
[[nodiscard]] std::optional<std::size_t> complete_header_size(bytes_view from, const header_rules& rules) noexcept;

/// Immutable; copies share the same bytes. Fields are decoded on each access. A header that is not empty has been read
/// and has passed the checks of `read_header`.
class header {
public:
  /// An empty header, in place of one that could not be read.
  header() noexcept = default;

  /// A header with the bytes and the hash that `read_header` returned.
  header(shared_bytes raw, const wire::hash& id) noexcept : raw_(std::move(raw)), id_(id) {}

  /// Reads a header and keeps a copy of its bytes.
  [[nodiscard]] static header read(reader& in);

  /// Reads `count` consecutive headers and keeps one copy of all their bytes. `first` is the list index of the first
  /// one, for errors. Allocates no memory for headers that are missing.
  [[nodiscard]] static std::vector<header> read_list(reader& in, std::size_t first, std::size_t count);

  /// Whether there is none. The other functions require one.
  [[nodiscard]] bool empty() const noexcept { return raw_.empty(); }

  /// Hash of the packed nonces of the proof of work; also the hash of the block.
  [[nodiscard]] const wire::hash& hash() const noexcept { return id_; }

  /// Hash of all its bytes. It differs between headers with the same proof of work, whose `hash()` is the same.
  /// O(size).
  [[nodiscard]] wire::hash full_hash() const noexcept { return blake2b(raw_.view()); }

  /// Version of the header's form, which follows from its height.
  [[nodiscard]] std::uint16_t version() const noexcept { return number<std::uint16_t>(0); }
  /// Number of blocks before it.
  [[nodiscard]] std::uint64_t height() const noexcept { return number<std::uint64_t>(2); }
  /// Time of the miner's clock, seconds since 1970.
  [[nodiscard]] std::int64_t timestamp() const noexcept { return static_cast<std::int64_t>(number<std::uint64_t>(10)); }
  /// Hash of the header before it.
  [[nodiscard]] wire::hash prev_hash() const noexcept { return fixed<wire::hash>(18); }
  /// Root of the MMR of all headers before it.
  [[nodiscard]] wire::hash prev_root() const noexcept { return fixed<wire::hash>(50); }
  /// Root of the output MMR after the block; from version 3 on hashed with that of the bitmap MMR.
  [[nodiscard]] wire::hash output_root() const noexcept { return fixed<wire::hash>(82); }
  /// Roots of the range proof MMR and of the kernel MMR after the block.
  [[nodiscard]] wire::hash range_proof_root() const noexcept { return fixed<wire::hash>(114); }
  [[nodiscard]] wire::hash kernel_root() const noexcept { return fixed<wire::hash>(146); }
  /// Sum of the kernel offsets of all blocks up to this one.
  [[nodiscard]] kernel_offset total_kernel_offset() const noexcept { return fixed<kernel_offset>(178); }
  /// Number of nodes of the output MMR, which is that of the range proof MMR, and of the kernel MMR, after the block.
  [[nodiscard]] std::uint64_t output_mmr_size() const noexcept { return number<std::uint64_t>(210); }
  [[nodiscard]] std::uint64_t kernel_mmr_size() const noexcept { return number<std::uint64_t>(218); }
  /// Work of the chain up to this block, its own included.
  [[nodiscard]] std::uint64_t total_difficulty() const noexcept { return number<std::uint64_t>(226); }
  /// Factor for the difficulty of a secondary proof of work.
  [[nodiscard]] std::uint32_t secondary_scaling() const noexcept { return number<std::uint32_t>(234); }
  /// Chosen by the miner.
  [[nodiscard]] std::uint64_t nonce() const noexcept { return number<std::uint64_t>(238); }
  /// Bits of a nonce of the proof of work: 29 if it is a secondary one.
  [[nodiscard]] std::uint8_t edge_bits() const noexcept { return number<std::uint8_t>(246); }

  /// The i-th nonce of the proof of work: an edge of the graph.
  [[nodiscard]] std::uint64_t proof_nonce(std::size_t i) const noexcept;
  /// The nonces as a little-endian bit stream, `edge_bits` each.
  [[nodiscard]] bytes_view packed_proof() const noexcept { return raw_.view().subspan(proof_offset); }

  /// Input of the proof of work: all bytes before the edge bits.
  [[nodiscard]] bytes_view pre_pow() const noexcept { return raw_.view().first(proof_offset - 1); }

  /// The bytes as received; the same at every version. Valid as long as any copy of the header.
  [[nodiscard]] const shared_bytes& raw_bytes() const noexcept { return raw_; }
  [[nodiscard]] std::size_t size() const noexcept { return raw_.size(); }

  static constexpr std::size_t proof_offset = 247;           // offset of the packed proof, bytes
  static constexpr std::size_t smallest = proof_offset + 8;  // no header is shorter, bytes

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
