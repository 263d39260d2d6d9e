// Segment of the output bitmap: one bit per output, set if it is unspent, in blocks of whichever form is shortest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/segment.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

/// Immutable; copies share the same memory. A segment that is not empty has been read, and its blocks are valid: all
/// full but the last, no more of them than its identifier has room for, no bit out of range.
class bitmap_segment {
public:
  /// Size of a chunk, bytes. A chunk is a leaf of the MMR: the bits of 1,024 outputs.
  static constexpr std::size_t chunk_size = 128;
  /// Chunks in a block that is not the last, count.
  static constexpr std::size_t chunks_per_block = 64;
  /// Positions from which on a block is written bit by bit, count. A list of positions is shorter.
  static constexpr std::size_t max_positions = 4096;
  /// Maximum height of a segment that is served; its leaves are chunks.
  static constexpr std::uint8_t highest = 13;

  bitmap_segment() noexcept = default;
  [[nodiscard]] static bitmap_segment read(reader& in);

  /// Whether there is none. The other functions require one.
  [[nodiscard]] bool empty() const noexcept { return raw_.empty(); }
  /// Which segment of the bitmap MMR it is.
  [[nodiscard]] const segment_identifier& id() const noexcept { return id_; }
  /// Number of its chunks.
  [[nodiscard]] std::size_t chunks() const noexcept { return chunks_; }

  /// Writes all bits to `into`, which has `chunk_size` bytes for each chunk. The first bit of each byte is its highest.
  /// O(size of `into`).
  void expand(std::span<std::byte> into) const noexcept;

  /// Number of hashes of the Merkle proof, and the i-th.
  [[nodiscard]] std::size_t proof_size() const noexcept;
  [[nodiscard]] hash proof_hash(std::size_t i) const noexcept;

  /// The bytes as received. Valid as long as any copy of the segment.
  [[nodiscard]] bytes_view raw_bytes() const noexcept { return raw_.view(); }

  void write(writer& out) const { out.raw(raw_bytes()); }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return raw_.size(); }

private:
  shared_bytes raw_;
  segment_identifier id_;
  std::size_t chunks_ = 0;
  std::size_t proof_at_ = 0;  // offset of the number of proof hashes, bytes
};

}  // namespace pappus::wire
