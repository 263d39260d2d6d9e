// Blocks: encoding, limits and lifetimes.
#include <doctest/doctest.h>

#include <pappus/wire/messages/block.hpp>

#include "wire/samples.hpp"

namespace block_test {

using namespace samples;

namespace {

/// A block's own output and kernel, and those of transactions.
draft some_lists(std::uint64_t seed = 1) {
  draft parts = some_draft(seed);
  numbers random{seed + 1000};
  parts.add_output(random.opaque<commitment>(), output_features::coinbase);
  parts.kernels.push_back(some_kernel(random, kernel_features::coinbase));
  return parts;
}

block_ptr read(bytes_view body, std::uint32_t version) {
  const auto got = decode<messages::block>(body, speaking(version));
  REQUIRE_MESSAGE(got.has_value(), (got ? "" : to_string(got.error())));
  return got->value;
}

}  // namespace

TEST_CASE("a block is its header and its lists, at every version") {
  const header_draft head = some_header();
  const draft lists = some_lists();
  for (const std::uint32_t version : versions) {
    const bytes body = written(head, lists, version);
    const block_ptr got = read(body, version);
    CHECK(got->hash() == blake2b(packed(head.nonces, head.edge_bits)));
    CHECK(got->header().hash() == got->hash());
    CHECK(got->header().height() == head.height);
    CHECK(got->header().raw_bytes().size() == written(head).size());
    CHECK(got->inputs().size() == lists.inputs.size());
    CHECK(got->outputs().size() == lists.outputs.size());
    CHECK(got->kernels().size() == lists.kernels.size());
    CHECK(std::ranges::equal(got->raw_bytes(), body));
    check_truncations<messages::block>(body, speaking(version));
  }
}

TEST_CASE("a block is encoded for another version as if it had been received at that version") {
  const header_draft head = some_header();
  const draft lists = some_lists();
  for (const std::uint32_t from : versions) {
    const block_ptr got = read(written(head, lists, from), from);
    for (const std::uint32_t to : versions) {
      const auto made = got->encode({to});
      if (from >= 3 && to <= 2) {
        REQUIRE_FALSE(made.has_value());
        CHECK(made.error().code == encode_errc::inputs_lack_features);
      } else {
        REQUIRE(made.has_value());
        CHECK(to_hex(made->view()) == to_hex(written(head, lists, to)));
        CHECK(got->size({to}) == made->size());
      }
    }
  }
}

TEST_CASE("a block's header stays alive after the block is released") {
  header kept;
  {
    const block_ptr got = read(written(some_header(), some_lists(), 3), 3);
    kept = got->header();
  }
  CHECK(kept.height() == some_header().height);
}

TEST_CASE("a block may weigh the block limit of the chain, which is more than a transaction may") {
  const std::uint64_t max = chain_parameters_for(chain_type::usernet).limits.block_weight;
  draft lists;
  numbers random{5};
  lists.kernels.push_back(some_kernel(random, kernel_features::coinbase));
  while (lists.inputs.size() < max - limits::kernel_weight) lists.add_input(random.opaque<commitment>());
  CHECK(read(written(some_header(), lists, 3), 3)->inputs().size() == max - limits::kernel_weight);
  lists.add_input(random.opaque<commitment>());
  check_refused<messages::block>(written(some_header(), lists, 3), speaking(3), decode_errc::over_weight, "counts",
                                 written(some_header()).size());
}

TEST_CASE("the lists of a block are checked for order, and its header for its rules") {
  draft lists = some_lists();
  lists.inputs.push_back(lists.inputs[0]);
  const auto twice = decode<messages::block>(written(some_header(), lists, 3), speaking(3));
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().code == decode_errc::duplicate);

  header_draft head = some_header();
  head.version = 9;
  const auto got = decode<messages::block>(written(head, some_lists(), 3), speaking(3));
  REQUIRE_FALSE(got.has_value());
  CHECK(to_string(got.error()) == "block.header.version at byte 0: out of range");
}

TEST_CASE("blocks are requested by their hash") {
  const auto id = numbers{3}.opaque<hash>();
  check_message(messages::get_block{id}, to_string(id));
  check_message(messages::get_compact_block{id}, to_string(id));
}

}  // namespace block_test
