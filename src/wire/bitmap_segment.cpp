// Decoding of bitmap blocks in their three forms.
#include <algorithm>

#include <pappus/wire/bitmap_segment.hpp>
#include <pappus/wire/endian.hpp>
#include <pappus/wire/limits.hpp>

namespace pappus::wire {
namespace {

enum class form : std::uint8_t {
  raw = 0,    // all bits
  set = 1,    // positions of the bits that are set
  unset = 2,  // positions of the bits that are not set
};

constexpr std::size_t block_header = 2;  // chunks, form
constexpr std::size_t bits_per_byte = 8;

// Returns the number of chunks of the block.
std::size_t read_block(reader& in) noexcept {
  const std::size_t start = in.offset();
  const std::size_t chunks = in.count(std::uint8_t{bitmap_segment::chunks_per_block}, "blocks[].chunks");
  const std::uint8_t code = in.u8("blocks[].form");
  in.check(code <= 2, decode_errc::unknown_value, "blocks[].form", start + 1);
  const std::size_t size = chunks * bitmap_segment::chunk_size;
  if (static_cast<form>(code) == form::raw) {
    static_cast<void>(in.take(size, "blocks[].bits"));
    return chunks;
  }
  const std::uint16_t count = in.count(std::uint16_t{bitmap_segment::max_positions - 1}, "blocks[].positions");
  for (std::uint16_t i = 0; i < count && in.ok(); ++i) {
    const std::size_t at = in.offset();
    const std::size_t position = in.u16("blocks[].positions");
    in.check(position < size * bits_per_byte, decode_errc::out_of_range, "blocks[].positions", at);
  }
  return chunks;
}

void put(std::byte& byte, std::size_t position, bool set) noexcept {
  const std::byte bit = std::byte{0x80} >> position % bits_per_byte;
  byte = set ? byte | bit : byte & ~bit;
}

// Writes the bits of the block at the start of `raw`; returns the size of the block in `raw`, bytes.
std::size_t expand_block(bytes_view raw, std::span<std::byte> bits) noexcept {
  const auto how = static_cast<form>(raw[1]);
  if (how == form::raw) {
    std::copy_n(raw.begin() + block_header, bits.size(), bits.begin());
    return block_header + bits.size();
  }
  const bool set = how == form::set;
  std::fill(bits.begin(), bits.end(), set ? std::byte{0} : std::byte{0xff});
  const std::size_t count = load_big_endian<std::uint16_t>(&raw[block_header]);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t position = load_big_endian<std::uint16_t>(&raw[block_header + 2 + 2 * i]);
    put(bits[position / bits_per_byte], position, set);
  }
  return block_header + 2 + 2 * count;
}

}  // namespace

bitmap_segment bitmap_segment::read(reader& in) {
  bitmap_segment value;
  const std::size_t start = in.offset();
  value.id_ = segment_identifier::read(in);
  in.check(value.id_.height <= highest, decode_errc::out_of_range, "height", start);
  if (!in.ok()) return {};
  const std::size_t room = value.id_.capacity();
  const std::size_t blocks_at = in.offset();
  const auto most = static_cast<std::uint16_t>((room + chunks_per_block - 1) / chunks_per_block);
  const std::uint16_t blocks = in.count(most, "blocks");
  in.check(blocks > 0, decode_errc::out_of_range, "blocks", blocks_at);
  for (std::uint16_t i = 0; i < blocks && in.ok(); ++i) {
    in.element(i);
    const std::size_t at = in.offset();
    const std::size_t chunks = read_block(in);
    const bool full = chunks == chunks_per_block || (i + 1 == blocks && chunks > 0);
    in.check(full, decode_errc::out_of_range, "blocks[].chunks", at);
    value.chunks_ += chunks;
    in.check(value.chunks_ <= room, decode_errc::over_limit, "blocks[].chunks", at);
  }
  value.proof_at_ = in.offset() - start;
  const std::uint64_t hashes = in.count(limits::max_list_length, "proof");
  static_cast<void>(in.take(static_cast<std::size_t>(hashes) * hash::size, "proof"));
  if (!in.ok()) return {};
  const bytes_view raw = in.consumed_since(start);
  value.raw_ = share(bytes(raw.begin(), raw.end()));
  return value;
}

void bitmap_segment::expand(std::span<std::byte> into) const noexcept {
  bytes_view raw = raw_bytes().subspan(segment_identifier::size + 2);
  for (std::size_t left = chunks_; left > 0;) {
    const std::size_t chunks = std::min(left, chunks_per_block);
    raw = raw.subspan(expand_block(raw, into.first(chunks * chunk_size)));
    into = into.subspan(chunks * chunk_size);
    left -= chunks;
  }
}

std::size_t bitmap_segment::proof_size() const noexcept {
  return static_cast<std::size_t>(load_big_endian<std::uint64_t>(&raw_bytes()[proof_at_]));
}

hash bitmap_segment::proof_hash(std::size_t i) const noexcept {
  return hash::copy(&raw_bytes()[proof_at_ + 8 + i * hash::size]);
}

}  // namespace pappus::wire
