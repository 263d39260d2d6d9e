// Decoding of headers: every rule is one `check`, in the order of the bytes.
#include <algorithm>
#include <limits>

#include <pappus/wire/header.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/mmr.hpp>

namespace pappus::wire {
namespace {

// `count` (at most 63) bits of a little-endian bit stream, from bit `from` on.
std::uint64_t bits(bytes_view stream, std::size_t from, std::size_t count) noexcept {
  std::uint64_t value = 0;
  std::size_t got = 0;
  for (std::size_t i = from / 8; got < count + from % 8 && i < stream.size(); ++i, got += 8) {
    const auto byte = std::to_integer<std::uint64_t>(stream[i]);
    if (i == from / 8) value = byte >> from % 8;
    else value |= byte << (got - from % 8);
  }
  return value & ((std::uint64_t{1} << count) - 1);
}

void read_position(reader& in) noexcept {
  const header_rules& rules = in.context().limits.headers;
  const std::size_t start = in.offset();
  const std::uint16_t version = in.u16("version");
  const std::uint64_t height = in.u64("height");
  in.check(version == rules.version_at(height), decode_errc::out_of_range, "version", start);
  const std::size_t time_at = in.offset();
  const std::int64_t time = in.i64("time");
  in.check(time >= 0, decode_errc::out_of_range, "time", time_at);
}

void read_commitments(reader& in) noexcept {
  for (const char* field : {"previous", "previous_root", "output_root", "range_proof_root", "kernel_root"}) {
    static_cast<void>(in.take(wire::hash::size, field));
  }
  static_cast<void>(in.take(kernel_offset::size, "total_kernel_offset"));
}

// Checks that blocks up to the height can have created as many outputs and kernels as the MMRs have, by weight. Counts
// are compared with the weight divided by that of a leaf, so nothing overflows. They are not determined if upper bounds
// of them fit, as those of all real headers do.
void read_sizes(reader& in, std::uint64_t height) noexcept {
  const std::uint64_t block_weight = in.context().limits.block_weight;
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t weight = height < most / block_weight ? block_weight * (height + 1) : most;
  const std::size_t start = in.offset();
  const std::uint64_t output_size = in.u64("output_mmr_size");
  const std::uint64_t kernel_size = in.u64("kernel_mmr_size");
  const auto fit = [weight](std::uint64_t outputs, std::uint64_t kernels) noexcept {
    return outputs <= weight / limits::output_weight &&
           kernels <= (weight - outputs * limits::output_weight) / limits::kernel_weight;
  };
  const bool fits = fit(mmr::max_leaves(output_size), mmr::max_leaves(kernel_size)) ||
                    fit(mmr::leaves(output_size), mmr::leaves(kernel_size));
  in.check(fits, decode_errc::over_weight, "output_mmr_size", start);
}

// Returns the packed nonces.
bytes_view read_proof_of_work(reader& in) noexcept {
  const header_rules& rules = in.context().limits.headers;
  static_cast<void>(in.u64("total_difficulty"));
  static_cast<void>(in.u32("secondary_scaling"));
  static_cast<void>(in.u64("nonce"));
  const std::size_t start = in.offset();
  const std::uint8_t edge_bits = in.u8("edge_bits");
  in.check(rules.has_edge_bits(edge_bits), decode_errc::out_of_range, "edge_bits", start);
  if (!in.ok()) return {};
  const std::size_t used = std::size_t{edge_bits} * rules.proof_size;
  const bytes_view packed = in.take(rules.packed_size(edge_bits), "proof");
  const bool padded = !in.ok() || bits(packed, used, packed.size() * 8 - used) == 0;
  in.check(padded, decode_errc::not_zero, "proof", start + 1);
  return packed;
}

// A header's bytes, and its packed nonces, which are hashed.
struct unhashed_header {
  bytes_view raw;
  bytes_view proof;
};

unhashed_header read_unhashed(reader& in) noexcept {
  const std::size_t start = in.offset();
  read_position(in);
  if (!in.ok()) return {};
  const auto height = load_big_endian<std::uint64_t>(in.consumed_since(start).data() + 2);
  read_commitments(in);
  read_sizes(in, height);
  const bytes_view packed = read_proof_of_work(in);
  if (!in.ok()) return {};
  return {in.consumed_since(start), packed};
}

}  // namespace

parsed_header read_header(reader& in) noexcept {
  const unhashed_header place = read_unhashed(in);
  if (!in.ok()) return {};
  return {place.raw, blake2b(place.proof)};
}

std::optional<std::size_t> complete_header_size(bytes_view from, const header_rules& rules) noexcept {
  if (from.size() < header::proof_offset) return std::nullopt;
  const auto edge_bits = std::to_integer<std::uint8_t>(from[header::proof_offset - 1]);
  if (!rules.has_edge_bits(edge_bits)) return header::proof_offset;
  const std::size_t size = header::proof_offset + rules.packed_size(edge_bits);
  return size <= from.size() ? std::optional{size} : std::nullopt;
}

header header::read(reader& in) {
  const parsed_header place = read_header(in);
  if (!in.ok()) return {};
  return {share(bytes(place.raw.begin(), place.raw.end())), place.id};
}

std::vector<header> header::read_list(reader& in, std::size_t first, std::size_t count) {
  const std::size_t start = in.offset();
  std::vector<std::size_t> sizes;
  std::vector<bytes_view> proofs;
  sizes.reserve(std::min(count, in.remaining() / smallest));
  proofs.reserve(sizes.capacity());
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    in.element(first + i);
    const unhashed_header place = read_unhashed(in);
    sizes.push_back(place.raw.size());
    proofs.push_back(place.proof);
  }
  if (!in.ok()) return {};
  std::vector<wire::hash> hashes(count);
  blake2b_many(proofs, hashes);

  const bytes_view all = in.consumed_since(start);
  const shared_bytes kept = share(bytes(all.begin(), all.end()));
  std::vector<header> list;
  list.reserve(count);
  for (std::size_t i = 0, offset = 0; i < count; offset += sizes[i++]) {
    list.emplace_back(kept.slice(offset, sizes[i]), hashes[i]);
  }
  return list;
}

std::uint64_t header::proof_nonce(std::size_t i) const noexcept {
  return bits(packed_proof(), i * edge_bits(), edge_bits());
}

}  // namespace pappus::wire
