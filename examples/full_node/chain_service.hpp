// Grin's chain and pool on their thread: what peers and the node's synchronization ask of them, and what the node is
// told when the chain has changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/integration/bridge/state_import.hpp>
#include <pappus/node_handle.hpp>
#include <pappus/peer/adapter/validation_result.hpp>
#include <pappus/peer/phase.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/messages/ban_reason.hpp>
#include <pappus/wire/transaction.hpp>

#include "full_node/grin_chain.hpp"

namespace full_node {

/// What a node with that chain can serve.
[[nodiscard]] pappus::wire::capabilities capabilities_of(const heads& chain) noexcept;

/// Grin serves the state at the last block that is at least `depth` below the tip and whose height is a multiple of
/// `interval` (grin_core, global::state_sync_threshold and global::txhashset_archive_interval).
struct state_rules {
  std::uint64_t depth;
  std::uint64_t interval;
};

/// All functions are called on the chain's thread.
class chain_service {
public:
  /// Notifications; called on the chain's thread, and must return at once.
  struct observer {
    /// The body head has changed. `disconnected`: blocks that are not on the chain any more.
    std::function<void(const place& body, std::uint64_t disconnected)> head_moved;
    /// A fault of this machine; `what` was done.
    std::function<void(std::string_view what, const fault& why)> failed;
  };

  chain_service(grin_chain chain, pappus::wire::chain_type type, observer to);

  /// Tells the node of the chain, now and after each change. To be called first. The completion handlers of the handle
  /// must run on the chain's thread.
  void attach(pappus::node_handle net);

  [[nodiscard]] const grin_chain& chain() const noexcept { return chain_; }
  [[nodiscard]] const pappus::node_handle& net() const noexcept { return *net_; }

  // Synchronization. Before a result is given the node has been told of the new tips.
  pappus::integration::import_result import_headers(std::span<const pappus::wire::header> headers);
  pappus::integration::import_result import_block(const pappus::wire::block& block);
  /// With the state that is needed first, if one is.
  [[nodiscard]] outcome<pappus::integration::missing_blocks> missing_blocks(
      const std::optional<pappus::wire::hash>& after, std::size_t max) const;

  // Import of a state.
  outcome<pappus::integration::state_progress> continue_state(const pappus::wire::hash& block, std::size_t max);
  pappus::integration::import_result import_segment(const pappus::integration::any_segment& segment);
  pappus::integration::import_result finish_state();
  pappus::integration::import_result import_archive(const pappus::integration::state_archive& archive);

  // What peers send unasked. Once the node knows the new header tip, its synchronization requests the block of a
  // header, and in full what the pool cannot complete of a compact block.
  pappus::peer::validation_result header_received(const pappus::wire::header& header);
  pappus::peer::validation_result compact_block_received(const pappus::wire::compact_block& block);
  pappus::peer::validation_result block_received(const pappus::wire::block& block);

  /// A public transaction is added to the pool. One on the stem is only validated, against the chain and the pool, so
  /// that the result says nothing of others on their stem.
  pappus::peer::validation_result transaction_received(const pappus::wire::transaction& tx, pappus::peer::phase at);
  outcome<void> add_transaction(const pappus::wire::transaction& tx);

  /// Mines a block of a testing network, imports it and tells all peers of it.
  outcome<pappus::wire::block_ptr> mine(std::uint32_t salt);
  /// Likewise a block that makes many outputs and spends them.
  outcome<pappus::wire::block_ptr> mine_history();
  /// Drops blocks beyond the horizon.
  outcome<void> compact();

private:
  /// Where a block comes from, which says how others are told of it.
  enum class origin : std::uint8_t { peer, here };

  verdict noted(std::string_view what, const outcome<void>& done);
  outcome<pappus::wire::block_ptr> mined(outcome<pappus::wire::block_ptr> block);
  verdict import(const pappus::wire::block& block);
  void report(origin from);
  std::uint64_t tell_of_blocks(const place& from, const place& to);
  void broadcast(const pappus::wire::hash& block, origin from);

  grin_chain chain_;
  state_rules rules_;
  observer observer_;
  std::optional<pappus::node_handle> net_;
  std::optional<place> reported_;                                    // body head that the node knows
  std::optional<pappus::wire::capabilities> reported_capabilities_;  // that it announces
};

}  // namespace full_node
