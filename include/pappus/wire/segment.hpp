// Segments of a chain's MMRs, for parallel download of the chain state (PIBD). Each can be verified separately: it has
// leaves, the hashes of pruned subtrees, and a Merkle proof.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/endian.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/indexed_view.hpp>
#include <pappus/wire/kernel.hpp>
#include <pappus/wire/output.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

/// Identifies the `2^height` leaves of an MMR from leaf `index * 2^height` on.
struct segment_identifier {
  std::uint8_t height = 0;  // of the subtree above these leaves
  std::uint64_t index = 0;  // of that subtree among those of its height, from 0

  static constexpr std::size_t size = 1 + 8;  // serialized, bytes

  /// Rejects a segment whose leaf numbers exceed 64 bits, which Grin does not check.
  [[nodiscard]] static segment_identifier read(reader& in) noexcept;

  void write(writer& out) const;

  /// Leaves that it has room for, count.
  [[nodiscard]] constexpr std::uint64_t capacity() const noexcept { return std::uint64_t{1} << height; }
  /// Number of its first leaf, from 0.
  [[nodiscard]] constexpr std::uint64_t first_leaf() const noexcept { return index << height; }

  friend bool operator==(const segment_identifier&, const segment_identifier&) = default;
};

/// Positions of the lists in a segment; offsets are in bytes from its start.
struct segment_layout {
  std::size_t hashes = 0;        // count
  std::size_t leaves = 0;        // count
  std::size_t leaves_at = 0;     // offset of the leaves, after their positions
  std::size_t proof_at = 0;      // offset of the number of proof hashes
  std::size_t proof_hashes = 0;  // count

  [[nodiscard]] static constexpr std::size_t hash_positions_at() noexcept { return segment_identifier::size + 8; }
  [[nodiscard]] constexpr std::size_t hashes_at() const noexcept { return hash_positions_at() + hashes * 8; }
  [[nodiscard]] constexpr std::size_t leaf_positions_at() const noexcept { return leaves_at - leaves * 8; }
};

/// Common base of the segment types except `bitmap_segment`. Immutable; copies share the same memory. A segment that is
/// not empty has been read, and its positions are strictly ascending. The adapter must verify that its hashes lead to
/// the root. Positions are MMR node positions, counted from 0.
class segment {
public:
  /// Whether there is none. The other functions require one.
  [[nodiscard]] bool empty() const noexcept { return content_ == nullptr; }
  /// Which segment of its MMR it is.
  [[nodiscard]] const segment_identifier& id() const noexcept { return content_->id; }

  /// Position and hash of the i-th pruned subtree.
  [[nodiscard]] std::uint64_t hash_position(std::size_t i) const noexcept {
    return position(layout().hash_positions_at() + 8 * i);
  }
  [[nodiscard]] wire::hash hash(std::size_t i) const noexcept { return hash_at(layout().hashes_at(), i); }
  /// Position of the i-th leaf.
  [[nodiscard]] std::uint64_t leaf_position(std::size_t i) const noexcept {
    return position(layout().leaf_positions_at() + 8 * i);
  }
  /// The i-th hash of the Merkle proof.
  [[nodiscard]] wire::hash proof_hash(std::size_t i) const noexcept { return hash_at(layout().proof_at + 8, i); }

  /// The same as ranges, which borrow from the segment.
  [[nodiscard]] auto hash_positions() const noexcept { return list<&segment::hash_position>(layout().hashes); }
  [[nodiscard]] auto hashes() const noexcept { return list<&segment::hash>(layout().hashes); }
  [[nodiscard]] auto leaf_positions() const noexcept { return list<&segment::leaf_position>(layout().leaves); }
  [[nodiscard]] auto proof() const noexcept { return list<&segment::proof_hash>(layout().proof_hashes); }

  /// The bytes as received. Valid as long as any copy of the segment.
  [[nodiscard]] bytes_view raw_bytes() const noexcept { return content_->raw; }

  friend bool operator==(const segment& left, const segment& right) noexcept;

protected:
  /// Reads one leaf; records an error in `in` if it is invalid.
  using leaf_reader = void (*)(reader& in) noexcept;

  segment() noexcept = default;
  segment(reader& in, leaf_reader read_leaf, bool leaves_differ_in_size);
  ~segment() = default;
  segment(const segment&) = default;
  segment(segment&&) = default;
  segment& operator=(const segment&) = default;
  segment& operator=(segment&&) = default;

  struct content {
    bytes raw;
    segment_identifier id;
    segment_layout layout;
    std::vector<std::uint32_t> leaf_offsets;  // bytes; only if leaves differ in size
    wire::codec_context dialect;              // context for decoding the bytes
  };

  [[nodiscard]] const content& all() const noexcept { return *content_; }
  [[nodiscard]] const segment_layout& layout() const noexcept { return content_->layout; }

private:
  template <auto Get>
  [[nodiscard]] indexed_view<segment, Get> list(std::size_t count) const noexcept {
    return {*this, count};
  }
  [[nodiscard]] std::uint64_t position(std::size_t at) const noexcept {
    return load_big_endian<std::uint64_t>(&content_->raw[at]) - 1;
  }
  [[nodiscard]] wire::hash hash_at(std::size_t start, std::size_t i) const noexcept {
    return wire::hash::copy(&content_->raw[start + i * wire::hash::size]);
  }

  std::shared_ptr<const content> content_;
};

/// Segment of the output MMR. Leaves are outputs without their range proofs.
class output_segment final : public segment {
public:
  output_segment() noexcept = default;
  [[nodiscard]] static output_segment read(reader& in);

  /// The i-th leaf, and all of them as a range, which borrows from the segment.
  [[nodiscard]] output_identifier leaf(std::size_t i) const noexcept {
    return output_identifier::view(raw_bytes().subspan(layout().leaves_at + i * output_identifier::size));
  }
  [[nodiscard]] auto leaves() const noexcept {
    return indexed_view<output_segment, &output_segment::leaf>{*this, layout().leaves};
  }

  void write(writer& out) const { out.raw(raw_bytes()); }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return raw_bytes().size(); }

private:
  explicit output_segment(reader& in);
};

/// Segment of the range proof MMR. Leaves are range proofs.
class range_proof_segment final : public segment {
public:
  range_proof_segment() noexcept = default;
  [[nodiscard]] static range_proof_segment read(reader& in);

  /// The i-th leaf, and all of them as a range. Both borrow from the segment.
  [[nodiscard]] bytes_view leaf(std::size_t i) const noexcept {
    return raw_bytes().subspan(layout().leaves_at + i * (8 + limits::range_proof_size) + 8, limits::range_proof_size);
  }
  [[nodiscard]] auto leaves() const noexcept {
    return indexed_view<range_proof_segment, &range_proof_segment::leaf>{*this, layout().leaves};
  }

  void write(writer& out) const { out.raw(raw_bytes()); }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return raw_bytes().size(); }

private:
  explicit range_proof_segment(reader& in);
};

/// Segment of the kernel MMR. Leaves are kernels.
class kernel_segment final : public segment {
public:
  kernel_segment() noexcept = default;
  [[nodiscard]] static kernel_segment read(reader& in);

  /// The i-th leaf, and all of them as a range, which borrows from the segment.
  [[nodiscard]] kernel leaf(std::size_t i) const noexcept;
  [[nodiscard]] auto leaves() const noexcept {
    return indexed_view<kernel_segment, &kernel_segment::leaf>{*this, layout().leaves};
  }

  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept;

private:
  explicit kernel_segment(reader& in);
  [[nodiscard]] bool same_form(protocol_version version) const noexcept {
    return version.has_fixed_size_kernels() == all().dialect.version.has_fixed_size_kernels();
  }
};

}  // namespace pappus::wire
