// Segments of the output bitmap.
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/messages/segments.hpp>

#include "wire/samples.hpp"

namespace bitmap_segment_test {

using namespace samples;

namespace {

enum class form : std::uint8_t { raw, set, unset };

struct block_draft {
  std::uint8_t chunks;
  form how;
  std::vector<std::uint16_t> positions;  // of a list
  bytes bits;                            // of a raw one
};

bytes written(segment_identifier id, const std::vector<block_draft>& blocks, std::size_t proof = 1) {
  writer out{latest_version};
  out.fixed(hash{});
  id.write(out);
  out.u16(static_cast<std::uint16_t>(blocks.size()));
  for (const block_draft& block : blocks) {
    out.u8(block.chunks);
    out.u8(static_cast<std::uint8_t>(block.how));
    if (block.how != form::raw) out.u16(static_cast<std::uint16_t>(block.positions.size()));
    for (const std::uint16_t position : block.positions) out.u16(position);
    out.raw(block.bits);
  }
  out.u64(proof);
  numbers random{8};
  for (std::size_t i = 0; i < proof; ++i) out.fixed(random.opaque<hash>());
  out.fixed(hash{});
  return *std::move(out).finish();
}

decode_result<messages::output_bitmap_segment> read(segment_identifier id, const std::vector<block_draft>& blocks) {
  return decode<messages::output_bitmap_segment>(written(id, blocks), speaking(3));
}

bytes expanded(const bitmap_segment& segment) {
  bytes bits(segment.chunks() * bitmap_segment::chunk_size, std::byte{0x5a});
  segment.expand(bits);
  return bits;
}

}  // namespace

TEST_CASE("a block has the same bits in all three forms") {
  bytes bits(256, std::byte{0});
  const std::vector<std::uint16_t> set{0, 7, 8, 1023, 1024, 2047};
  for (const std::uint16_t position : set) bits[position / 8U] |= std::byte{0x80} >> position % 8;
  std::vector<std::uint16_t> unset;
  for (std::uint16_t i = 0; i < 2048; ++i) {
    if ((bits[i / 8U] & std::byte{0x80} >> i % 8) == std::byte{0}) unset.push_back(i);
  }
  for (const block_draft& block : {block_draft{2, form::raw, {}, bits}, block_draft{2, form::set, set, {}},
                                   block_draft{2, form::unset, unset, {}}}) {
    const auto got = read({9, 1}, {block});
    REQUIRE_MESSAGE(got.has_value(), (got ? "" : to_string(got.error())));
    CHECK(got->segment.chunks() == 2);
    CHECK(got->segment.id() == segment_identifier{9, 1});
    CHECK(got->segment.proof_size() == 1);
    CHECK(got->segment.proof_hash(0) == numbers{8}.opaque<hash>());
    CHECK(expanded(got->segment) == bits);
    const bytes body = written({9, 1}, {block});
    for (const std::uint32_t version : versions) CHECK(*encode(*got, protocol_version{version}) == body);
    check_truncations<messages::output_bitmap_segment>(body, speaking(3));
  }
}

TEST_CASE("blocks of different forms follow each other") {
  const auto got =
      read({13, 0}, {{64, form::set, {1}, {}}, {64, form::unset, {2}, {}}, {1, form::raw, {}, bytes(128)}});
  REQUIRE(got.has_value());
  CHECK(got->segment.chunks() == 129);
  const bytes bits = expanded(got->segment);
  REQUIRE(bits.size() == 129 * 128);
  CHECK(bits[0] == std::byte{0x40});
  CHECK(bits[1] == std::byte{0});
  CHECK(bits[64 * 128] == std::byte{0xdf});
  CHECK(bits[64 * 128 + 1] == std::byte{0xff});
  CHECK(bits[128 * 128] == std::byte{0});
}

TEST_CASE("all blocks of a bitmap segment but the last are full, and it has no more than its identifier allows") {
  const auto fault = [](segment_identifier id, const std::vector<block_draft>& blocks) {
    const auto got = read(id, blocks);
    REQUIRE_FALSE(got.has_value());
    return got.error().code;
  };
  const block_draft full{64, form::set, {}, {}};
  CHECK(fault({9, 0}, {}) == decode_errc::out_of_range);
  CHECK(fault({9, 0}, {{0, form::set, {}, {}}}) == decode_errc::out_of_range);
  CHECK(fault({9, 0}, {{63, form::set, {}, {}}, full}) == decode_errc::out_of_range);
  CHECK(fault({9, 0}, {{65, form::set, {}, {}}}) == decode_errc::over_limit);
  CHECK(fault({14, 0}, {full}) == decode_errc::out_of_range);
  CHECK(fault({6, 0}, {full, full}) == decode_errc::over_limit);
  CHECK(fault({5, 0}, {{33, form::set, {}, {}}}) == decode_errc::over_limit);
  CHECK(read({6, 0}, {full}).has_value());
}

TEST_CASE("positions must lie in their block, and forms must be known") {
  CHECK(read({9, 0}, {{1, form::set, {1023}, {}}}).has_value());
  CHECK(read({9, 0}, {{1, form::set, {1024}, {}}}).error().code == decode_errc::out_of_range);
  CHECK(read({9, 0}, {{1, form::unset, {1024}, {}}}).error().code == decode_errc::out_of_range);
  CHECK(read({9, 0}, {{1, static_cast<form>(3), {}, {}}}).error().code == decode_errc::unknown_value);
  CHECK(read({9, 0}, {{64, form::set, std::vector<std::uint16_t>(4095, 1), {}}}).has_value());
  CHECK(read({9, 0}, {{64, form::set, std::vector<std::uint16_t>(4096, 1), {}}}).error().code ==
        decode_errc::over_limit);
}

}  // namespace bitmap_segment_test
