// Compact blocks and their short ids.
#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/endian.hpp>
#include <pappus/wire/messages/block.hpp>
#include <pappus/wire/short_id.hpp>

#include "wire/samples.hpp"

namespace compact_block_test {

using namespace samples;

namespace {

struct compact_draft {
  header_draft head = some_header();
  std::uint64_t nonce = 77;
  draft full;  // outputs and kernels alone
  std::vector<short_id> ids;
  bool sorted = true;
};

compact_draft some_compact(std::size_t ids = 5) {
  numbers random{9};
  compact_draft parts;
  parts.full.add_output(random.opaque<commitment>(), output_features::coinbase);
  parts.full.kernels.push_back(some_kernel(random, kernel_features::coinbase));
  parts.full.kernels.push_back(some_kernel(random, kernel_features::height_locked));
  const short_id_hasher maker{blake2b(packed(parts.head.nonces, parts.head.edge_bits)), parts.nonce};
  for (std::size_t i = 0; i < ids; ++i) parts.ids.push_back(maker.of(random.opaque<hash>()));
  return parts;
}

bytes written(const compact_draft& parts, std::uint32_t version) {
  const bytes lists = written(parts.full, version);
  std::vector<short_id> ids = parts.ids;
  if (parts.sorted) {
    std::ranges::sort(ids, {}, [](const short_id& id) { return blake2b(id.view()); });
  }
  writer out{protocol_version{version}};
  out.raw(written(parts.head));
  out.u64(parts.nonce);
  out.u64(parts.full.outputs.size());
  out.u64(parts.full.kernels.size());
  out.u64(ids.size());
  out.raw(bytes_view{lists}.subspan(kernel_offset::size + 3 * 8));
  for (const short_id& id : ids) out.fixed(id);
  return *std::move(out).finish();
}

}  // namespace

TEST_CASE("a short id is SipHash-2-4 of the kernel's hash under a key of the block's hash and the nonce") {
  // From Grin's own test (core/src/core/id.rs): the short ids of the hashes of numbers, with that number as the nonce.
  const auto named = [](std::uint64_t number) { return blake2b(to_big_endian(number)); };
  REQUIRE(to_string(named(0)) == "81e47a19e6b29b0a65b9591762ce5143ed30d0261e5d24a3201752506b20f15c");
  CHECK(to_string(short_id_hasher{hash{}, 0}.of(named(0))) == "4cc808b62476");
  CHECK(to_string(short_id_hasher{hash{}, 5}.of(named(5))) == "02955a094534");
  CHECK(to_string(short_id_hasher{named(0), 5}.of(named(5))) == "3e9cde72a687");
}

TEST_CASE("a compact block reads back as it was written, at every version, and is encoded for every other") {
  const compact_draft parts = some_compact();
  for (const std::uint32_t from : versions) {
    const bytes body = written(parts, from);
    const auto got = decode<messages::compact_block>(body, speaking(from));
    REQUIRE_MESSAGE(got.has_value(), (got ? "" : to_string(got.error())));
    const compact_block& read = *got->value;
    CHECK(read.hash() == blake2b(packed(parts.head.nonces, parts.head.edge_bits)));
    CHECK(read.header().height() == parts.head.height);
    CHECK(read.nonce() == parts.nonce);
    REQUIRE(read.outputs().size() == 1);
    CHECK(read.output(0).features == output_features::coinbase);
    CHECK(read.output(0).commitment == parts.full.output_commitments[0]);
    REQUIRE(read.kernels().size() == 2);
    for (const kernel& one : read.kernels()) CHECK(std::ranges::count(parts.full.kernels, one) == 1);
    REQUIRE(read.short_ids().size() == parts.ids.size());
    for (const short_id& one : read.short_ids()) CHECK(std::ranges::count(parts.ids, one) == 1);
    for (const std::uint32_t to : versions) {
      CHECK(to_hex(read.encode({to})->view()) == to_hex(written(parts, to)));
      CHECK(read.size({to}) == written(parts, to).size());
    }
    check_truncations<messages::compact_block>(body, speaking(from));
  }
}

TEST_CASE("a compact block without short ids is one whose block has only its reward") {
  const auto got = decode<messages::compact_block>(written(some_compact(0), 3), speaking(3));
  REQUIRE(got.has_value());
  CHECK(got->value->short_ids().empty());
}

TEST_CASE("short ids are sorted by hash, and unique") {
  compact_draft parts = some_compact();
  const bytes valid = written(parts, 3);
  const std::size_t last = valid.size() - short_id::size;
  const auto at = [&](std::size_t offset) { return valid.begin() + static_cast<std::ptrdiff_t>(offset); };

  bytes twice = valid;
  std::copy(at(last - short_id::size), at(last), twice.begin() + static_cast<std::ptrdiff_t>(last));
  check_refused<messages::compact_block>(twice, speaking(3), decode_errc::duplicate, "short_ids[]", last);

  bytes swapped = valid;
  std::copy(at(last - short_id::size), at(last), swapped.begin() + static_cast<std::ptrdiff_t>(last));
  std::copy(at(last), valid.end(), swapped.begin() + static_cast<std::ptrdiff_t>(last - short_id::size));
  const auto got = decode<messages::compact_block>(swapped, speaking(3));
  REQUIRE_FALSE(got.has_value());
  CHECK(got.error().code == decode_errc::not_sorted);
}

TEST_CASE("a compact block may not have more weight than a block") {
  const auto counts = [](std::uint64_t outputs, std::uint64_t kernels, std::uint64_t ids) {
    writer out{latest_version};
    out.raw(written(some_header()));
    for (const std::uint64_t each : {std::uint64_t{0}, outputs, kernels, ids}) out.u64(each);
    return *std::move(out).finish();
  };
  const std::size_t at = written(some_header()).size() + 8;
  const codec_context small = speaking(3);  // 250
  const auto fault_of = [&small](const bytes& body) { return decode<messages::compact_block>(body, small).error(); };
  CHECK(fault_of(counts(0, 0, 83)).code == decode_errc::unexpected_end);
  CHECK(fault_of(counts(1, 1, 75)).code == decode_errc::unexpected_end);
  check_refused<messages::compact_block>(counts(0, 0, 84), small, decode_errc::over_weight, "counts", at);
  check_refused<messages::compact_block>(counts(1, 1, 76), small, decode_errc::over_weight, "counts", at);
  check_refused<messages::compact_block>(counts(12, 0, 0), small, decode_errc::over_weight, "counts", at);
}

TEST_CASE("counts larger than the bytes can hold are refused before anything is allocated") {
  const std::size_t counts_at = written(some_header()).size() + 8;
  for (const std::size_t which : {0U, 1U, 2U}) {
    bytes body = written(some_compact(), 3);
    for (std::size_t i = 0; i < 8; ++i) body[counts_at + 8 * which + i] = std::byte{0xff};
    const auto got = decode<messages::compact_block>(body, speaking(3));
    REQUIRE_FALSE(got.has_value());
    CHECK(got.error().code == decode_errc::over_weight);
    for (std::size_t i = 0; i < 8; ++i) body[counts_at + 8 * which + i] = std::byte{0};
    body[counts_at + 8 * which + 5] = std::byte{0x0f};  // 983,040
    const auto fewer = decode<messages::compact_block>(body, speaking(3));
    REQUIRE_FALSE(fewer.has_value());
  }
}

}  // namespace compact_block_test
