// The state of a chain from one node to another, as messages of segments and as an archive. Mining the chain takes most
// of a minute.
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/messages/segments.hpp>

#include "examples/full_node/chain_in_folder.hpp"
#include "full_node/grin_chain.hpp"

namespace examples_full_node_grin_state_test {

using namespace pappus;
using namespace wire::messages;
using full_node::verdict;
using full_node::verdict_of;
using support::chain_in_folder;

namespace {

template <segment_type Of>
verdict pass_segment(chain_in_folder& from, chain_in_folder& to, const wire::hash& block,
                     const wire::segment_identifier& id) {
  const auto response = from->segment(get_segment<Of>{block, id}).value();
  return verdict_of(to->add_segment(response));
}

verdict pass(chain_in_folder& from, chain_in_folder& to, const wire::hash& block,
             const pappus::integration::segment_name& what) {
  switch (what.type) {
    case segment_type::output_bitmap: return pass_segment<segment_type::output_bitmap>(from, to, block, what.id);
    case segment_type::output: return pass_segment<segment_type::output>(from, to, block, what.id);
    case segment_type::range_proof: return pass_segment<segment_type::range_proof>(from, to, block, what.id);
    case segment_type::kernel: break;
  }
  return pass_segment<segment_type::kernel>(from, to, block, what.id);
}

void follow_blocks(const std::vector<wire::block_ptr>& blocks, chain_in_folder& to) {
  const auto missing = to->missing_blocks(std::nullopt, blocks.size()).value();
  for (const auto& each : missing.blocks) {
    REQUIRE(verdict_of(to->import_block(*blocks[each.height - 1])) == verdict::accepted);
  }
  CHECK(to->heads().value().body.hash == blocks.back()->hash());
  CHECK(verdict_of(to->validate(false)) == verdict::accepted);
}

}  // namespace

TEST_CASE("A state goes to other chains by segments and as an archive, and blocks follow") {
  chain_in_folder source{full_node::genesis::with_reward};
  std::vector<wire::block_ptr> blocks(130);
  for (auto& each : blocks) each = source->mine_history().value();
  REQUIRE(verdict_of(source->compact()) == verdict::accepted);

  chain_in_folder by_segments{full_node::genesis::with_reward};
  REQUIRE(verdict_of(by_segments->import_headers(support::headers_of(blocks))) == verdict::accepted);
  const auto heads = by_segments->heads().value();
  CHECK(heads.state_is_needed);
  CHECK(heads.archive.height == 110);
  const auto block = heads.archive.hash;
  REQUIRE(verdict_of(by_segments->begin_state(block)) == verdict::accepted);
  for (;;) {
    const auto progress = by_segments->continue_state(15).value();
    if (progress.complete) {
      CHECK(progress.leaves == progress.total_leaves);
      break;
    }
    for (const auto& each : progress.wanted) CHECK(pass(source, by_segments, block, each) == verdict::accepted);
  }
  REQUIRE(verdict_of(by_segments->finish_state()) == verdict::accepted);
  CHECK(by_segments->heads().value().body.hash == block);
  follow_blocks(blocks, by_segments);
  by_segments.reopen();
  CHECK(by_segments->heads().value().body == source->heads().value().body);

  chain_in_folder by_archive{full_node::genesis::with_reward};
  REQUIRE(verdict_of(by_archive->import_headers(support::headers_of(blocks))) == verdict::accepted);
  const auto archive = source->read_archive().value();
  CHECK(archive.block == block);
  REQUIRE(verdict_of(by_archive->write_archive(archive.block, archive.file)) == verdict::accepted);
  follow_blocks(blocks, by_archive);
}

}  // namespace examples_full_node_grin_state_test
