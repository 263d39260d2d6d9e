// The segment that says which outputs are unspent: a bit each, in blocks that take whichever form is shortest.
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

/// Constant memory, shared on purpose: copying one copies a reference. One that is not empty has been read, and its
/// blocks are sound: all full but the last, no more than its id has room for, no bit outside.
class bitmap_segment {
public:
  /// A leaf of the range: the bits of 1,024 outputs.
  static constexpr std::size_t chunk_size = 128;
  /// How many chunks a block has, unless it is the last.
  static constexpr std::size_t chunks_per_block = 64;
  /// A block's list of positions is shorter than this; otherwise the block is written bit by bit.
  static constexpr std::size_t most_positions = 4096;
  /// The highest segment that is served, in leaves a chunk.
  static constexpr std::uint8_t highest = 13;

  bitmap_segment() noexcept = default;
  [[nodiscard]] static bitmap_segment read(reader& in);

  [[nodiscard]] bool empty() const noexcept { return raw_.empty(); }
  [[nodiscard]] const segment_identifier& id() const noexcept { return id_; }
  [[nodiscard]] std::size_t chunks() const noexcept { return chunks_; }

  /// Writes out all bits, the first of each byte in its highest bit; `into` has `chunk_size` bytes for each chunk.
  /// O(its size).
  void expand(std::span<std::byte> into) const noexcept;

  [[nodiscard]] std::size_t proof_size() const noexcept;
  [[nodiscard]] hash proof_hash(std::size_t i) const noexcept;

  [[nodiscard]] bytes_view raw_bytes() const noexcept { return raw_.view(); }
  void write(writer& out) const { out.raw(raw_bytes()); }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return raw_.size(); }

private:
  shared_bytes raw_;
  segment_identifier id_;
  std::size_t chunks_ = 0;
  std::size_t proof_at_ = 0;  // the count of its hashes, in bytes from the start
};

}  // namespace pappus::wire
