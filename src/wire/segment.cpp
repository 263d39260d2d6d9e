// Decoding of segments. Every count is bounded by the bytes that are present before memory is allocated for it.
#include <algorithm>
#include <limits>

#include <pappus/wire/limits.hpp>
#include <pappus/wire/segment.hpp>

#include "lists.hpp"

namespace pappus::wire {
namespace {

std::size_t read_count(reader& in, const char* field) noexcept {
  return static_cast<std::size_t>(in.count(limits::max_list_length, field));
}

void read_positions(reader& in, std::size_t count, const char* field) noexcept {
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    in.element(i);
    const std::size_t start = in.offset();
    const std::uint64_t position = in.u64(field);
    in.check(position > last, decode_errc::not_sorted, field, start);
    last = position;
  }
}

}  // namespace

segment_identifier segment_identifier::read(reader& in) noexcept {
  const std::size_t start = in.offset();
  const std::uint8_t height = in.u8("height");
  const std::uint64_t index = in.u64("index");
  const bool numbered = height < 64 && index <= std::numeric_limits<std::uint64_t>::max() >> height;
  in.check(numbered, decode_errc::out_of_range, "height", start);
  return numbered ? segment_identifier{height, index} : segment_identifier{};
}

void segment_identifier::write(writer& out) const {
  out.u8(height);
  out.u64(index);
}

segment::segment(reader& in, leaf_reader read_leaf, bool leaves_differ_in_size) {
  content made;
  const std::size_t start = in.offset();
  made.dialect = in.context();
  made.id = segment_identifier::read(in);
  made.layout.hashes = read_count(in, "hashes");
  read_positions(in, made.layout.hashes, "hash_positions[]");
  static_cast<void>(in.take(made.layout.hashes * hash::size, "hashes"));
  made.layout.leaves = read_count(in, "leaves");
  read_positions(in, made.layout.leaves, "leaf_positions[]");
  made.layout.leaves_at = in.offset() - start;
  if (leaves_differ_in_size) made.leaf_offsets.reserve(in.ok() ? made.layout.leaves : 0);
  for (std::size_t i = 0; i < made.layout.leaves && in.ok(); ++i) {
    in.element(i);
    if (leaves_differ_in_size) made.leaf_offsets.push_back(static_cast<std::uint32_t>(in.offset() - start));
    read_leaf(in);
  }
  made.layout.proof_at = in.offset() - start;
  made.layout.proof_hashes = read_count(in, "proof");
  static_cast<void>(in.take(made.layout.proof_hashes * hash::size, "proof"));
  if (!in.ok()) return;
  const bytes_view raw = in.consumed_since(start);
  made.raw.assign(raw.begin(), raw.end());
  content_ = std::make_shared<const content>(std::move(made));
}

bool operator==(const segment& left, const segment& right) noexcept {
  if (left.empty() || right.empty()) return left.empty() == right.empty();
  return left.content_->raw == right.content_->raw;
}

output_segment::output_segment(reader& in)
    : segment(
          in,
          [](reader& leaf) noexcept {
            read_output_features(leaf, "leaves[].features", coinbase::allowed);
            static_cast<void>(leaf.take(commitment::size, "leaves[].commitment"));
          },
          false) {}

output_segment output_segment::read(reader& in) { return output_segment{in}; }

range_proof_segment::range_proof_segment(reader& in)
    : segment(
          in, [](reader& leaf) noexcept { read_proof(leaf, "leaves[]"); }, false) {}

range_proof_segment range_proof_segment::read(reader& in) { return range_proof_segment{in}; }

kernel_segment::kernel_segment(reader& in)
    : segment(
          in, [](reader& leaf) noexcept { static_cast<void>(kernel::read(leaf)); }, true) {}

kernel_segment kernel_segment::read(reader& in) { return kernel_segment{in}; }

kernel kernel_segment::leaf(std::size_t i) const noexcept {
  reader in{raw_bytes().subspan(all().leaf_offsets[i]), all().dialect};
  return kernel::read(in);
}

void kernel_segment::write(writer& out) const {
  if (same_form(out.version())) return out.raw(raw_bytes());
  out.raw(raw_bytes().first(layout().leaves_at));
  for (const kernel& each : leaves()) each.write(out);
  out.raw(raw_bytes().subspan(layout().proof_at));
}

std::size_t kernel_segment::size(protocol_version version) const noexcept {
  if (same_form(version)) return raw_bytes().size();
  std::size_t total = raw_bytes().size() - (layout().proof_at - layout().leaves_at);
  for (const kernel& each : leaves()) total += each.size(version);
  return total;
}

}  // namespace pappus::wire
