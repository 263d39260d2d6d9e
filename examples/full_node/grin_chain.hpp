// Grin's own chain and transaction pool, in a folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/integration/bridge/state_import.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/messages/segments.hpp>
#include <pappus/wire/short_id.hpp>
#include <pappus/wire/transaction.hpp>

#include "full_node/verdict.hpp"

struct pappus_grin_node;

namespace full_node {

enum class genesis : std::uint8_t {
  of_network,
  with_reward,  // of a testing network on which PIBD completes
};

struct place {
  pappus::wire::hash hash;
  std::uint64_t height = 0;
  std::uint64_t total_difficulty = 0;

  friend bool operator==(const place&, const place&) = default;
};

/// Where the chain stands.
struct heads {
  place body;        // last block of the best chain whose blocks are all here
  place header;      // last header of the best header chain
  place tail;        // first block that is here
  place fork_point;  // last block on both chains
  place archive;     // block of the header chain whose state peers serve
  std::uint64_t archive_output_mmr_size = 0;
  std::uint64_t archive_kernel_mmr_size = 0;
  bool state_is_needed = false;  // blocks after the fork point are beyond the horizon

  friend bool operator==(const heads&, const heads&) = default;
};

/// One of the transactions of a block's reward, each of which spends the output of the one before.
struct spend_of_reward {
  std::uint64_t height = 0;    // of the block
  std::uint32_t salt = 0;      // with which the block was mined
  std::uint32_t number = 0;    // of the transaction: 0 spends the reward
  std::uint64_t more_fee = 0;  // nanogrin above the least: makes transactions differ that spend the same. A later one
                               // spends the output of that without.
};

/// A compact block completed from the pool, or the short ids of kernels that the pool lacks; none if its transactions
/// do not make up the block. Without a block it has to be requested.
using hydrated = std::variant<pappus::wire::block_ptr, std::vector<pappus::wire::short_id>>;

/// The state at a block as a zip file.
struct packed_state {
  pappus::wire::hash block;
  std::uint64_t height = 0;
  std::uint64_t size = 0;  // bytes
  std::filesystem::path file;
};

/// The response to a request for a segment.
template <pappus::wire::messages::segment_type Of>
struct segment_response;
template <>
struct segment_response<pappus::wire::messages::segment_type::output_bitmap> {
  using type = pappus::wire::messages::output_bitmap_segment;
};
template <>
struct segment_response<pappus::wire::messages::segment_type::output> {
  using type = pappus::wire::messages::output_segment;
};
template <>
struct segment_response<pappus::wire::messages::segment_type::range_proof> {
  using type = pappus::wire::messages::range_proof_segment;
};
template <>
struct segment_response<pappus::wire::messages::segment_type::kernel> {
  using type = pappus::wire::messages::kernel_segment;
};

/// Owns the open chain. To be used by one thread at a time, best always the same: several functions take seconds. Only
/// `stop` may be called by another. No function throws but for lack of memory.
class grin_chain {
public:
  /// Opens the chain in a folder, or begins one. The folder is for this chain alone. All chains of a process are of one
  /// type: the first that is opened decides, and another type fails.
  [[nodiscard]] static outcome<grin_chain> open(const std::filesystem::path& folder, pappus::wire::chain_type type,
                                                genesis first);

  [[nodiscard]] outcome<pappus::wire::header> genesis_header() const;
  [[nodiscard]] outcome<full_node::heads> heads() const;

  // The header chain.

  /// Imports consecutive headers. Those before one that is not accepted may have been imported.
  outcome<void> import_headers(std::span<const pappus::wire::header> headers);
  [[nodiscard]] outcome<pappus::wire::header> header(const pappus::wire::hash& id) const;
  /// Hashes from the header head to genesis, at most `wire::limits::max_locator_hashes`.
  [[nodiscard]] outcome<std::vector<pappus::wire::hash>> locator() const;
  /// Headers after the first hash of a peer's locator that is on the header chain, at most `wire::limits::max_headers`.
  [[nodiscard]] outcome<std::vector<pappus::wire::header>> headers_after(
      std::span<const pappus::wire::hash> locator) const;
  /// At most `max` blocks of the header chain that are not here, from the first after `after` on.
  [[nodiscard]] outcome<pappus::integration::missing_blocks> missing_blocks(
      const std::optional<pappus::wire::hash>& after, std::size_t max) const;

  // Blocks.

  /// Imports a block, whose predecessor must be here, and updates the pool.
  outcome<void> import_block(const pappus::wire::block& block);
  [[nodiscard]] outcome<pappus::wire::block_ptr> block(const pappus::wire::hash& id) const;
  [[nodiscard]] outcome<pappus::wire::compact_block_ptr> compact_block(const pappus::wire::hash& id) const;
  /// Imports the header of a compact block, and completes the block, which is not imported.
  outcome<hydrated> hydrate(const pappus::wire::compact_block& compact);

  // The pool of public transactions. The results follow from the chain and from the pool, never from a stem.

  outcome<void> add_transaction(const pappus::wire::transaction& tx);
  /// Whether it could be added now.
  [[nodiscard]] outcome<void> validate_transaction(const pappus::wire::transaction& tx) const;
  /// One transaction of several, if it could be added now.
  [[nodiscard]] outcome<pappus::wire::transaction_ptr> aggregate(
      std::span<const pappus::wire::transaction_ptr> txs) const;
  [[nodiscard]] outcome<pappus::wire::transaction_ptr> transaction(const pappus::wire::hash& kernel) const;
  /// Hashes of the kernels of all transactions.
  [[nodiscard]] outcome<std::vector<pappus::wire::hash>> pool_kernels() const;

  // Testing networks.

  /// Mines and imports a block with the pool's transactions. Blocks that differ only in their salt differ.
  outcome<pappus::wire::block_ptr> mine(std::uint32_t salt = 0);
  /// Mines and imports a block that makes many outputs and spends them: 150 have the 1,025 outputs that PIBD needs.
  outcome<pappus::wire::block_ptr> mine_history();
  /// One of the transactions of a reward, each of which spends the output of the one before; whether that output is
  /// unspent and mature is not checked. `absent` if no block at that height was mined with that salt.
  [[nodiscard]] outcome<pappus::wire::transaction_ptr> spend(const spend_of_reward& what) const;

  // The whole chain. Slow.

  /// Verifies the state, `fast` without range proofs and signatures.
  [[nodiscard]] outcome<void> validate(bool fast) const;
  /// Drops what is beyond the horizon.
  outcome<void> compact();

  // The state by segments.

  /// The segment, if its block is the one whose state is served now.
  template <pappus::wire::messages::segment_type Of>
  [[nodiscard]] outcome<typename segment_response<Of>::type> segment(
      const pappus::wire::messages::get_segment<Of>& request) const;
  /// Begins the import of the state at a block of the header chain, and drops the state that is there; or goes on with
  /// it. Refused if no state is needed. Until the import has ended blocks are unlinked.
  outcome<void> begin_state(const pappus::wire::hash& block);
  /// Puts segments in place that have come, and lists at most `max` that are wanted. To be called again, also if none
  /// is, until the import is complete.
  outcome<pappus::integration::state_progress> continue_state(std::size_t max);
  /// Refused if the segment is of another block, or not wanted any more.
  template <class Response>
  outcome<void> add_segment(const Response& response);
  /// Verifies the state of a complete import, and makes its block the body head. Slow. After a failure `reset_state`.
  outcome<void> finish_state();
  /// Drops the state, and all of an import.
  outcome<void> reset_state();
  /// Ends `finish_state` soon, now and later. May be called by any thread.
  void stop() const noexcept;

  // The state as an archive.

  /// The archive of the block whose state is served now, made at the first call. Slow.
  [[nodiscard]] outcome<packed_state> read_archive() const;
  /// Replaces the state by that of an archive. Refused if no state is needed. Slow.
  outcome<void> write_archive(const pappus::wire::hash& block, const std::filesystem::path& file);

private:
  struct closer {
    void operator()(pappus_grin_node* node) const noexcept;
  };

  grin_chain(pappus_grin_node* node, const pappus::wire::chain_limits& limits) noexcept
      : node_(node), limits_(limits) {}

  [[nodiscard]] pappus::wire::codec_context latest() const noexcept { return {pappus::wire::latest_version, limits_}; }

  std::unique_ptr<pappus_grin_node, closer> node_;
  pappus::wire::chain_limits limits_;
};

}  // namespace full_node
