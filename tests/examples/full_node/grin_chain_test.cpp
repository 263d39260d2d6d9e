// Grin's chain behind the C++ wrapper: what goes in and comes out as wire types. What Grin says of it is tested in Rust
// (examples/full_node/grin_chain/tests).
#include "full_node/grin_chain.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/hash.hpp>

#include "examples/full_node/chain_in_folder.hpp"

namespace examples_full_node_grin_chain_test {

using namespace pappus;
using full_node::genesis;
using full_node::grin_chain;
using full_node::verdict;
using full_node::verdict_of;
using support::chain_in_folder;
using support::headers_of;

namespace {

constexpr auto type = chain_in_folder::type;

wire::hash unknown_hash() {
  wire::hash some;
  some.raw.fill(std::byte{9});
  return some;
}

}  // namespace

TEST_CASE("A new chain begins with the genesis that the library expects") {
  chain_in_folder chain;
  const auto first = chain->genesis_header().value();
  CHECK(first.hash() == wire::chain_parameters_for(type).genesis);
  const auto heads = chain->heads().value();
  CHECK(heads.body == full_node::place{first.hash(), 0, first.total_difficulty()});
  CHECK(heads.header == heads.body);
  CHECK(heads.tail == heads.body);
  CHECK(!heads.state_is_needed);
}

TEST_CASE("A chain keeps its heads when it is reopened") {
  chain_in_folder chain;
  chain.mine(3);
  const auto before = chain->heads().value();
  CHECK(before.body.height == 3);
  chain.reopen();
  CHECK(chain->heads().value() == before);
  CHECK(verdict_of(chain->validate(false)) == verdict::accepted);
}

TEST_CASE("Another chain type cannot be opened in the same process, nor a folder that cannot be made") {
  chain_in_folder chain;
  const auto other = grin_chain::open(chain.file("other"), wire::chain_type::mainnet, genesis::of_network);
  REQUIRE(!other);
  CHECK(other.error().what == verdict::failed);
  CHECK(!other.error().reason.empty());
  CHECK(!grin_chain::open("/dev/null/node", type, genesis::of_network));
}

TEST_CASE("A second chain follows by headers and then blocks") {
  chain_in_folder miner;
  chain_in_folder chain;
  const auto blocks = miner.mine(6);
  CHECK(verdict_of(chain->import_headers(headers_of(blocks))) == verdict::accepted);
  CHECK(verdict_of(chain->import_headers(headers_of(blocks))) == verdict::known);
  CHECK(chain->heads().value().header.hash == blocks[5]->hash());

  const auto missing = chain->missing_blocks(blocks[1]->hash(), 2).value();
  CHECK(!missing.reorganized);
  REQUIRE(missing.blocks.size() == 2);
  CHECK(missing.blocks[0].hash == blocks[2]->hash());
  CHECK(missing.blocks[1].height == 4);
  CHECK(chain->missing_blocks(unknown_hash(), 0).value().reorganized);

  CHECK(verdict_of(chain->import_block(*blocks[2])) == verdict::unlinked);
  chain.import(blocks);
  CHECK(verdict_of(chain->import_block(*blocks[2])) == verdict::known);
  CHECK(chain->heads().value() == miner->heads().value());
  CHECK(chain->missing_blocks(std::nullopt, 9).value().blocks.empty());
}

TEST_CASE("Headers and blocks are served") {
  chain_in_folder chain;
  const auto blocks = chain.mine(5);
  const auto locator = chain->locator().value();
  CHECK(locator.front() == blocks[4]->hash());
  CHECK(locator.back() == wire::chain_parameters_for(type).genesis);
  const auto after = chain->headers_after(std::vector{unknown_hash(), blocks[2]->hash()}).value();
  CHECK(after == headers_of(std::span{blocks}.subspan(3)));
  CHECK(chain->headers_after({}).value().empty());

  CHECK(chain->header(blocks[0]->hash()).value() == blocks[0]->header());
  const auto block = chain->block(blocks[0]->hash()).value();
  CHECK(std::ranges::equal(block->raw_bytes(), blocks[0]->raw_bytes()));
  CHECK(chain->compact_block(blocks[0]->hash()).value()->header() == blocks[0]->header());
  CHECK(chain->header(unknown_hash()).error().what == verdict::absent);
  CHECK(chain->block(unknown_hash()).error().what == verdict::absent);
  CHECK(chain->compact_block(unknown_hash()).error().what == verdict::absent);
}

TEST_CASE("A longer fork becomes the chain") {
  chain_in_folder chain;
  chain_in_folder other;
  chain.mine(2, 1);
  const auto fork = other.mine(3, 2);
  chain.import(fork);
  CHECK(chain->heads().value().body.hash == fork[2]->hash());
}

TEST_CASE("A transaction is validated, added, found, mined, and then gone from the pool") {
  chain_in_folder chain;
  chain.mine(4);
  const auto tx = chain->spend({.height = 1}).value();
  CHECK(verdict_of(chain->validate_transaction(*tx)) == verdict::accepted);
  CHECK(chain->transaction(tx->kernel_hash(0)).error().what == verdict::absent);
  CHECK(verdict_of(chain->add_transaction(*tx)) == verdict::accepted);
  CHECK(verdict_of(chain->add_transaction(*tx)) == verdict::known);
  CHECK(chain->pool_kernels().value() == std::vector{tx->kernel_hash(0)});
  CHECK(chain->transaction(tx->kernel_hash(0)).value()->hash() == tx->hash());

  const auto double_spend = chain->spend({.height = 1, .more_fee = 1'000}).value();
  CHECK(verdict_of(chain->add_transaction(*double_spend)) == verdict::refused);
  const auto block = chain->mine().value();
  CHECK(block->kernels().size() == 2);
  CHECK(chain->pool_kernels().value().empty());
  CHECK(verdict_of(chain->add_transaction(*double_spend)) == verdict::unlinked);
  CHECK(verdict_of(chain->add_transaction(*chain->spend({.height = 4}).value())) == verdict::future);
}

TEST_CASE("Transactions become one, unless they spend the same") {
  chain_in_folder chain;
  chain.mine(6);
  const std::vector txs{chain->spend({.height = 1}).value(), chain->spend({.height = 2}).value()};
  const auto together = chain->aggregate(txs).value();
  CHECK(together->kernels().size() == 2);
  CHECK(chain->pool_kernels().value().empty());
  CHECK(verdict_of(chain->add_transaction(*together)) == verdict::accepted);
  const auto double_spend = chain->spend({.height = 1, .more_fee = 1'000}).value();
  CHECK(!chain->aggregate(std::vector{txs[0], double_spend}));
}

TEST_CASE("A compact block is completed from the pool, or says what the pool lacks") {
  chain_in_folder miner;
  chain_in_folder chain;
  chain.import(miner.mine(4));
  const auto tx = miner->spend({.height = 1}).value();
  REQUIRE(verdict_of(miner->add_transaction(*tx)) == verdict::accepted);
  const auto block = miner->mine().value();
  const auto compact = miner->compact_block(block->hash()).value();

  const auto incomplete = chain->hydrate(*compact).value();
  const auto* missing = std::get_if<std::vector<wire::short_id>>(&incomplete);
  REQUIRE(missing != nullptr);
  CHECK(*missing == std::vector{compact->kernel_short_id(0)});

  REQUIRE(verdict_of(chain->add_transaction(*tx)) == verdict::accepted);
  const auto whole = chain->hydrate(*compact).value();
  const auto* completed = std::get_if<wire::block_ptr>(&whole);
  REQUIRE(completed != nullptr);
  CHECK(std::ranges::equal((*completed)->raw_bytes(), block->raw_bytes()));
}

TEST_CASE("A state that is too small for segments is refused, and its archive is served") {
  chain_in_folder chain;
  const auto blocks = chain.mine(2);
  CHECK(verdict_of(chain->begin_state(blocks[0]->hash())) == verdict::refused);
  CHECK(chain->continue_state(5).error().what == verdict::refused);
  CHECK(verdict_of(chain->finish_state()) == verdict::refused);
  const auto archive = chain->read_archive().value();
  CHECK(archive.block == chain->heads().value().archive.hash);
  CHECK(std::filesystem::file_size(archive.file) == archive.size);
  CHECK(verdict_of(chain->write_archive(archive.block, archive.file)) == verdict::refused);
  CHECK(verdict_of(chain->reset_state()) == verdict::accepted);
  CHECK(chain->heads().value().body.height == 0);
}

TEST_CASE("Segments of the served block come as messages") {
  using namespace wire::messages;
  chain_in_folder chain;
  chain.mine(35);
  const auto block = chain->heads().value().archive.hash;
  const auto kernels = chain->segment(get_kernel_segment{block, {9, 0}}).value();
  CHECK(kernels.block == block);
  CHECK(kernels.segment.leaves().size() > 0);
  CHECK(chain->segment(get_output_segment{block, {11, 0}}).value().block == block);
  CHECK(chain->segment(get_range_proof_segment{block, {11, 0}}).value().block == block);
  CHECK(chain->segment(get_output_bitmap_segment{block, {9, 0}}).value().block == block);
  CHECK(chain->segment(get_kernel_segment{block, {9, 1}}).error().what == verdict::absent);
  CHECK(verdict_of(chain->add_segment(kernels)) == verdict::refused);
}

}  // namespace examples_full_node_grin_chain_test
