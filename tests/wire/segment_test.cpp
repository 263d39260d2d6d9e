// Segments of outputs, range proofs and kernels.
#include <functional>

#include <doctest/doctest.h>

#include <pappus/wire/messages/segments.hpp>

#include "wire/samples.hpp"

namespace segment_test {

using namespace samples;

namespace {

using leaf_writer = std::function<void(writer& out, numbers& random)>;

/// A segment, valid or not: positions as on the wire, counted from 1.
struct segment_draft {
  segment_identifier id{9, 3};
  std::vector<std::uint64_t> hash_positions{1, 5, 9};
  std::vector<std::uint64_t> leaf_positions{2, 3, 20, 21};
  std::size_t proof = 2;
};

bytes written(const segment_draft& parts, const leaf_writer& leaf, std::uint32_t version, bool with_root) {
  numbers random{4};
  writer out{protocol_version{version}};
  out.fixed(random.opaque<hash>());
  out.u8(parts.id.height);
  out.u64(parts.id.index);
  out.u64(parts.hash_positions.size());
  for (const std::uint64_t position : parts.hash_positions) out.u64(position);
  for (std::size_t i = 0; i < parts.hash_positions.size(); ++i) out.fixed(random.opaque<hash>());
  out.u64(parts.leaf_positions.size());
  for (const std::uint64_t position : parts.leaf_positions) out.u64(position);
  for (std::size_t i = 0; i < parts.leaf_positions.size(); ++i) leaf(out, random);
  out.u64(parts.proof);
  for (std::size_t i = 0; i < parts.proof; ++i) out.fixed(random.opaque<hash>());
  if (with_root) out.fixed(random.opaque<hash>());
  return *std::move(out).finish();
}

void write_output(writer& out, numbers& random) {
  out.u8(static_cast<std::uint8_t>(random.below(2)));
  out.fixed(random.opaque<commitment>());
}

void write_proof(writer& out, numbers& random) {
  out.u64(limits::range_proof_size);
  out.raw(random.raw(limits::range_proof_size));
}

void write_kernel(writer& out, numbers& random) {
  some_kernel(random, static_cast<kernel_features>(random.below(4))).write(out);
}

template <class Message>
void check_segment(const leaf_writer& leaf, bool with_root) {
  for (const segment_draft& parts :
       {segment_draft{}, segment_draft{{0, 0}, {}, {1}, 0}, segment_draft{{}, {}, {}, 0}}) {
    for (const std::uint32_t from : versions) {
      const bytes body = written(parts, leaf, from, with_root);
      const auto got = decode<Message>(body, speaking(from));
      REQUIRE_MESSAGE(got.has_value(), (got ? "" : to_string(got.error())));
      const auto& read = got->segment;
      CHECK(got->block == numbers{4}.opaque<hash>());
      CHECK(read.id() == parts.id);
      REQUIRE(read.hashes().size() == parts.hash_positions.size());
      for (std::size_t i = 0; i < parts.hash_positions.size(); ++i) {
        CHECK(read.hash_position(i) == parts.hash_positions[i] - 1);
      }
      REQUIRE(read.leaves().size() == parts.leaf_positions.size());
      for (std::size_t i = 0; i < parts.leaf_positions.size(); ++i) {
        CHECK(read.leaf_position(i) == parts.leaf_positions[i] - 1);
      }
      CHECK(read.proof().size() == parts.proof);
      for (const std::uint32_t to : versions) {
        CHECK(to_hex(*encode(*got, protocol_version{to})) == to_hex(written(parts, leaf, to, with_root)));
        CHECK(got->size(protocol_version{to}) == written(parts, leaf, to, with_root).size());
      }
      check_truncations<Message>(body, speaking(from));
    }
  }
}

constexpr std::size_t hash_positions_at = 32 + 1 + 8 + 8;

}  // namespace

TEST_CASE("a segment is requested by its block, height and index") {
  const auto block = numbers{3}.opaque<hash>();
  const segment_identifier id{11, 258};
  const std::string hex = to_string(block) + "0b0000000000000102";
  check_message(messages::get_output_bitmap_segment{block, id}, hex);
  check_message(messages::get_output_segment{block, id}, hex);
  check_message(messages::get_range_proof_segment{block, id}, hex);
  check_message(messages::get_kernel_segment{block, id}, hex);
  CHECK(id.capacity() == 2048);
  CHECK(id.first_leaf() == 258 * 2048);
}

TEST_CASE("a segment whose leaves have no positions is refused") {
  const auto refused = [](std::uint8_t height, std::uint64_t index) {
    writer out{latest_version};
    out.fixed(hash{});
    out.u8(height);
    out.u64(index);
    return !decode<messages::get_output_segment>(*std::move(out).finish(), speaking(3)).has_value();
  };
  CHECK_FALSE(refused(63, 1));
  CHECK(refused(63, 2));
  CHECK(refused(64, 0));
  CHECK(refused(255, 0));
  CHECK_FALSE(refused(0, UINT64_MAX));
  CHECK(refused(1, UINT64_MAX));
}

TEST_CASE("segments of outputs, range proofs and kernels are encoded as they came, at every version") {
  check_segment<messages::output_segment>(write_output, true);
  check_segment<messages::range_proof_segment>(write_proof, false);
  check_segment<messages::kernel_segment>(write_kernel, false);
}

TEST_CASE("a segment's leaves read back as they were written") {
  const auto kernels = decode<messages::kernel_segment>(written({}, write_kernel, 2, false), speaking(2))->segment;
  const auto outputs = decode<messages::output_segment>(written({}, write_output, 2, true), speaking(2))->segment;
  const auto proofs = decode<messages::range_proof_segment>(written({}, write_proof, 2, false), speaking(2))->segment;
  numbers random{4};
  static_cast<void>(random.opaque<hash>());
  std::vector<hash> hashes;
  for (int i = 0; i < 3; ++i) hashes.push_back(random.opaque<hash>());
  const numbers at_leaves = random;
  for (std::size_t i = 0; i < 3; ++i) CHECK(kernels.hash(i) == hashes[i]);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto features = static_cast<kernel_features>(random.below(4));
    CHECK(kernels.leaf(i) == some_kernel(random, features));
  }
  random = at_leaves;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto features = static_cast<output_features>(random.below(2));
    CHECK(outputs.leaf(i) == output_identifier{features, random.opaque<commitment>()});
  }
  random = at_leaves;
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::ranges::equal(proofs.leaf(i), random.raw(limits::range_proof_size)));
  for (std::size_t i = 0; i < 2; ++i) CHECK(proofs.proof_hash(i) == random.opaque<hash>());
}

TEST_CASE("positions rise strictly from 1") {
  segment_draft parts;
  for (const std::vector<std::uint64_t>& wrong : {std::vector<std::uint64_t>{0, 5, 9}, {1, 1, 9}, {1, 5, 4}}) {
    parts.hash_positions = wrong;
    const std::size_t which = wrong[0] == 0 ? 0 : wrong[1] == 1 ? 1 : 2;
    check_refused<messages::output_segment>(written(parts, write_output, 3, true), speaking(3), decode_errc::not_sorted,
                                            "hash_positions[]", hash_positions_at + 8 * which);
  }
  parts = {};
  parts.leaf_positions = {2, 2};
  check_refused<messages::output_segment>(written(parts, write_output, 3, true), speaking(3), decode_errc::not_sorted,
                                          "leaf_positions[]", hash_positions_at + 3 * 40 + 8 + 8);
}

TEST_CASE("counts over a million are refused, and so are counts beyond the end") {
  bytes body = written({}, write_output, 3, true);
  body[hash_positions_at - 6] = std::byte{1};
  check_refused<messages::output_segment>(body, speaking(3), decode_errc::over_limit, "hashes", hash_positions_at - 8);
  body[hash_positions_at - 6] = std::byte{0};
  body[hash_positions_at - 2] = std::byte{0xff};
  const auto got = decode<messages::output_segment>(body, speaking(3));
  REQUIRE_FALSE(got.has_value());
}

TEST_CASE("a leaf of another kind is refused") {
  segment_draft parts;
  const auto unknown = [](writer& out, numbers& random) {
    out.u8(2);
    out.fixed(random.opaque<commitment>());
  };
  const std::size_t leaves_at = hash_positions_at + 3 * 40 + 8 + 4 * 8;
  check_refused<messages::output_segment>(written(parts, unknown, 3, true), speaking(3), decode_errc::unknown_value,
                                          "leaves[].features", leaves_at);
  const auto short_proof = [](writer& out, numbers& random) {
    out.u64(limits::range_proof_size - 1);
    out.raw(random.raw(limits::range_proof_size - 1));
  };
  check_refused<messages::range_proof_segment>(written(parts, short_proof, 3, false), speaking(3),
                                               decode_errc::out_of_range, "leaves[]", leaves_at);
}

}  // namespace segment_test
