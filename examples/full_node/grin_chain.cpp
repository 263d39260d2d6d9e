#include "full_node/grin_chain.hpp"

#include <utility>

#include <pappus/wire/limits.hpp>
#include <pappus/wire/messages/block.hpp>
#include <pappus/wire/messages/transaction.hpp>
#include <pappus/wire/writer.hpp>

#include "full_node/grin_answer.hpp"

namespace full_node {

namespace wire = pappus::wire;
using pappus::failure;
using wire::hash;

namespace {

place read_place(wire::reader& in) {
  place at;
  at.hash = in.fixed<hash>("hash");
  at.height = in.u64("height");
  at.total_difficulty = in.u64("total_difficulty");
  return at;
}

outcome<std::vector<wire::header>> headers_of(const grin_answer& answer, const wire::codec_context& context) {
  std::vector<wire::header> headers;
  auto in = answer.reader(context);
  while (in.ok() && in.remaining() > 0) headers.push_back(wire::header::read(in));
  if (!in.ok()) return unreadable(in.error());
  return headers;
}

outcome<wire::header> header_of(const grin_answer& answer, const wire::codec_context& context) {
  PAPPUS_TRY(headers, headers_of(answer, context));
  if (headers.size() != 1) return failure{fault{verdict::failed, "not one header"}};
  return std::move(headers.front());
}

outcome<wire::block_ptr> block_of(wire::bytes_view body, const wire::codec_context& context) {
  PAPPUS_TRY(read, message_of<wire::messages::block>(body, context));
  return std::move(read.value);
}

outcome<wire::transaction_ptr> transaction_of(const grin_answer& answer, const wire::codec_context& context) {
  PAPPUS_TRY(read, message_of<wire::messages::transaction>(answer.content(), context));
  return std::move(read.tx);
}

std::uint32_t version_number(const wire::body& received) noexcept { return version_of(received.form()).number; }

}  // namespace

void grin_chain::closer::operator()(pappus_grin_node* node) const noexcept { pappus_grin_close(node); }

outcome<grin_chain> grin_chain::open(const std::filesystem::path& folder, wire::chain_type type, genesis first) {
  const auto name = folder.u8string();
  pappus_grin_node* node = nullptr;
  PAPPUS_TRY_DISCARD(grin_answer::of(pappus_grin_open, view(name), static_cast<std::uint8_t>(type),
                                     static_cast<std::uint8_t>(first), &node));
  return grin_chain{node, wire::chain_parameters_for(type).limits};
}

outcome<wire::header> grin_chain::genesis_header() const {
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_genesis, node_.get()));
  return header_of(answer, latest());
}

outcome<heads> grin_chain::heads() const {
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_heads, node_.get()));
  auto in = answer.reader();
  full_node::heads read;
  for (place* each : {&read.body, &read.header, &read.tail, &read.fork_point, &read.archive}) *each = read_place(in);
  read.archive_output_mmr_size = in.u64("archive_output_mmr_size");
  read.archive_kernel_mmr_size = in.u64("archive_kernel_mmr_size");
  read.state_is_needed = in.u8("state_is_needed") != 0;
  if (!in.ok()) return unreadable(in.error());
  return read;
}

outcome<void> grin_chain::import_headers(std::span<const wire::header> headers) {
  wire::bytes all;
  for (const wire::header& each : headers) {
    const auto raw = each.raw_bytes().view();
    all.insert(all.end(), raw.begin(), raw.end());
  }
  return done(pappus_grin_import_headers, node_.get(), view(all));
}

outcome<wire::header> grin_chain::header(const hash& id) const {
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_header, node_.get(), view(id.view())));
  return header_of(answer, latest());
}

outcome<std::vector<hash>> grin_chain::locator() const {
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_locator, node_.get()));
  return hashes_of(answer);
}

outcome<std::vector<wire::header>> grin_chain::headers_after(std::span<const hash> locator) const {
  const auto hashes = concatenated(locator);
  const std::size_t most = wire::limits::max_headers;
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_headers_after, node_.get(), view(hashes), most));
  return headers_of(answer, latest());
}

outcome<pappus::integration::missing_blocks> grin_chain::missing_blocks(const std::optional<hash>& after,
                                                                        std::size_t max) const {
  const auto start = after ? view(after->view()) : pappus_grin_view{nullptr, 0};
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_missing_blocks, node_.get(), start, max));
  auto in = answer.reader();
  pappus::integration::missing_blocks missing;
  missing.reorganized = in.u8("reorganized") != 0;
  while (in.ok() && in.remaining() > 0) {
    const auto id = in.fixed<hash>("hash");
    missing.blocks.push_back({id, in.u64("height")});
  }
  if (!in.ok()) return unreadable(in.error());
  return missing;
}

outcome<void> grin_chain::import_block(const wire::block& block) {
  return done(pappus_grin_import_block, node_.get(), view(block.raw_bytes()), version_number(block));
}

outcome<wire::block_ptr> grin_chain::block(const hash& id) const {
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_block, node_.get(), view(id.view()), wire::latest_version.number));
  return block_of(answer.content(), latest());
}

outcome<wire::compact_block_ptr> grin_chain::compact_block(const hash& id) const {
  const auto version = wire::latest_version.number;
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_compact_block, node_.get(), view(id.view()), version));
  PAPPUS_TRY(read, message_of<wire::messages::compact_block>(answer.content(), latest()));
  return std::move(read.value);
}

outcome<hydrated> grin_chain::hydrate(const wire::compact_block& compact) {
  const auto encoded = compact.encode(wire::latest_version);
  if (!encoded) return failure{fault{verdict::failed, to_string(encoded.error())}};
  const auto version = wire::latest_version.number;
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_hydrate, node_.get(), view(encoded->view()), version));
  auto in = answer.reader();
  const bool whole = in.u8("whole") != 0;
  if (whole) {
    PAPPUS_TRY(block, block_of(answer.content().subspan(in.offset()), latest()));
    return hydrated{std::move(block)};
  }
  std::vector<wire::short_id> missing;
  while (in.ok() && in.remaining() > 0) missing.push_back(in.fixed<wire::short_id>("short_id"));
  if (!in.ok()) return unreadable(in.error());
  return hydrated{std::move(missing)};
}

outcome<void> grin_chain::add_transaction(const wire::transaction& tx) {
  return done(pappus_grin_add_tx, node_.get(), view(tx.raw_bytes()), version_number(tx));
}

outcome<void> grin_chain::validate_transaction(const wire::transaction& tx) const {
  return done(pappus_grin_validate_tx, node_.get(), view(tx.raw_bytes()), version_number(tx));
}

outcome<wire::transaction_ptr> grin_chain::aggregate(std::span<const wire::transaction_ptr> txs) const {
  wire::writer out{wire::latest_version};
  for (const wire::transaction_ptr& each : txs) each->write(out);
  const auto all = std::move(out).finish();
  if (!all) return failure{fault{verdict::failed, to_string(all.error())}};
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_aggregate, node_.get(), view(*all)));
  return transaction_of(answer, latest());
}

outcome<wire::transaction_ptr> grin_chain::transaction(const hash& kernel) const {
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_tx, node_.get(), view(kernel.view()), wire::latest_version.number));
  return transaction_of(answer, latest());
}

outcome<std::vector<hash>> grin_chain::pool_kernels() const {
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_pool, node_.get()));
  return hashes_of(answer);
}

outcome<wire::block_ptr> grin_chain::mine(std::uint32_t salt) {
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_mine, node_.get(), salt));
  return block_of(answer.content(), latest());
}

outcome<wire::block_ptr> grin_chain::mine_history() {
  PAPPUS_TRY(answer, grin_answer::of(pappus_grin_mine_history, node_.get()));
  return block_of(answer.content(), latest());
}

outcome<wire::transaction_ptr> grin_chain::spend(const spend_of_reward& what) const {
  PAPPUS_TRY(answer,
             grin_answer::of(pappus_grin_spend, node_.get(), what.height, what.salt, what.number, what.more_fee));
  return transaction_of(answer, latest());
}

outcome<void> grin_chain::validate(bool fast) const {
  return done(pappus_grin_validate, node_.get(), static_cast<std::uint8_t>(fast));
}

outcome<void> grin_chain::compact() { return done(pappus_grin_compact, node_.get()); }

}  // namespace full_node
