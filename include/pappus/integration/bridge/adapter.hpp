// Functions through which the peer level calls the application.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/integration/bridge/request_handler.hpp>
#include <pappus/integration/bridge/state_import.hpp>
#include <pappus/integration/bridge/sync_status.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/peer/adapter/chain_adapter.hpp>
#include <pappus/peer/adapter/validation_result.hpp>
#include <pappus/peer/broadcast_report.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/log.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/phase.hpp>
#include <pappus/peer/stem_result.hpp>
#include <pappus/peer/store/ban.hpp>
#include <pappus/peer/trace.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/messages/segments.hpp>
#include <pappus/wire/messages/txhashset.hpp>
#include <pappus/wire/output.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::integration {

/// Functions of the application. Each is called on the loop and must not block; any may be empty. What has arrived is
/// well-formed; proofs of work, range proofs, signatures and sums are for the application to verify. An exception
/// disconnects the session on whose behalf the function was called, with `peer::disconnect_reason::internal_error`, or
/// no session if there is none; it is logged, and the adapter call has no result.
///
/// A `request_handler` gives its result by returning it, or by a `responder` that the function takes as its last
/// parameter, during the call or later, from any thread; `bind_executor` makes such functions from those
/// that a thread of the application is to run. A result that comes later than `limits::lookup_timeout`, or
/// `peer::limits::validation_timeout` for validation and packing, is ignored. The number of pending calls is limited,
/// too.
struct adapter {
  // Functions with a result.

  /// A transaction was received; the application decides whether it is valid. The node relays what is accepted. A
  /// fluffed transaction goes to all peers, and from then on `get_transaction` must find it. A stem transaction goes on
  /// along the stem, and no peer may be able to tell that it is here: the result must follow from its bytes and from
  /// public data only. The adapter is not called for a stem transaction that is public already; for others it is called
  /// each time that they come. Empty: everything is ignored.
  request_handler<peer::validation_result(const wire::transaction_ptr& tx, peer::phase phase,
                                          const peer::peer_info& peer)>
      transaction_received;

  /// The public transaction with that kernel, or null. A transaction that is still on the stem must not be returned;
  /// nor one for every kernel: what is returned counts as known, and is not requested from peers.
  /// Empty: there is none.
  request_handler<wire::transaction_ptr(const wire::hash& kernel)> get_transaction;

  /// Whether a transaction is valid. Called before it goes on the stem, also for one of the node's own, and before it
  /// is fluffed because no other node has fluffed it. For one of the node's own it is called again until it gives a
  /// result. Empty: all are valid.
  request_handler<bool(const wire::transaction_ptr& tx, peer::phase before)> validate_tx;

  /// Aggregates transactions of other nodes that are about to be fluffed into fewer and larger ones, and returns these.
  /// Together they weigh no more than one transaction may. A transaction that is part of none of the results was left
  /// out because it would make them invalid; it is validated and fluffed by itself. Empty: all are.
  request_handler<std::vector<wire::transaction_ptr>(const std::vector<wire::transaction_ptr>& held)>
      aggregate_transactions;

  /// A new block: by its header, as a compact block, or in full. A hash covers only a proof of work: until that is
  /// verified there may be different headers with one hash, and the adapter is notified of each. Relaying a block is
  /// the application's decision, once it has the whole block. Requested blocks go to the caller that has requested
  /// them.
  request_handler<peer::validation_result(const wire::header& header, const peer::peer_info& peer)> header_received;
  request_handler<peer::validation_result(const wire::compact_block_ptr& block, const peer::peer_info& peer)>
      compact_block_received;
  request_handler<peer::validation_result(const wire::block_ptr& block, const peer::peer_info& peer)> block_received;

  /// The headers that follow the first of these hashes that is on the main chain, at most `wire::limits::max_headers`.
  request_handler<std::vector<wire::header>(std::span<const wire::hash> locator)> locate_headers;

  /// A block of the main chain, or null.
  request_handler<wire::block_ptr(const wire::hash& id)> get_block;
  request_handler<wire::compact_block_ptr(const wire::hash& id)> get_compact_block;

  /// A segment of the chain state at a block, or nothing.
  template <class Request, class Response>
  using get_segment = request_handler<std::optional<Response>(const Request& request)>;
  get_segment<wire::messages::get_output_bitmap_segment, wire::messages::output_bitmap_segment>
      get_output_bitmap_segment;
  get_segment<wire::messages::get_output_segment, wire::messages::output_segment> get_output_segment;
  get_segment<wire::messages::get_range_proof_segment, wire::messages::range_proof_segment> get_range_proof_segment;
  get_segment<wire::messages::get_kernel_segment, wire::messages::kernel_segment> get_kernel_segment;

  /// The archive of the state at that block, or of the latest earlier state that has one, or nothing. Completed on the
  /// loop, where its stream belongs.
  request_handler<std::optional<peer::archive>(const wire::messages::txhashset_request& request)> txhashset_read;

  // Synchronization: the node downloads the chain if all of these are set, once `node::set_header_tip` has been called.
  // There is one call of each at a time.

  /// Hashes of the application's header chain, from which a peer finds where to continue: the tip, then hashes at
  /// growing distances, at last the genesis, at most `wire::limits::max_locator_hashes`.
  request_handler<std::vector<wire::hash>()> get_locator;

  /// Validates and stores up to `wire::limits::max_headers` headers that follow each other, of the best chain or of a
  /// fork. `node::set_header_tip` is to be called before the result is given.
  request_handler<import_result(const headers_ptr& batch)> import_headers;

  /// The first `count` blocks after `after` on the header chain that the application does not have, or from the first
  /// that it does not have on; fewer if there are no more. `count` may be 0.
  request_handler<missing_blocks(const std::optional<wire::hash>& after, std::size_t count)> get_missing_blocks;

  /// Validates and stores a block, whose predecessor was imported before it. `node::set_chain_tip` is to be called
  /// before the result is given.
  request_handler<import_result(const wire::block_ptr& block)> import_block;

  // States: the node downloads one if `get_missing_blocks` says that it is needed, by segments if the first three are
  // set, or as an archive if the last one and `node_config::archive_folder` are. There is one call of each at a time.

  /// Begins the import of the state at a block of the header chain, or goes on with it, and tells up to `count`
  /// segments that it needs next. Called again after some have been imported. A state of another block that was begun
  /// is dropped. Nothing if the state of that block cannot be imported.
  request_handler<std::optional<state_progress>(const wire::hash& block, std::size_t count)> continue_state;

  /// Verifies a segment against the header of its block, and stores it. `import_result::known` if it is not needed.
  request_handler<import_result(const any_segment& segment)> import_segment;

  /// Validates the state whose segments have all been imported, and makes its block the tip of the chain.
  /// `node::set_chain_tip` is to be called before the result is given. After any result but `accepted` and `busy` the
  /// state is to be dropped. Its time limit is `limits::state_validation_timeout`.
  request_handler<import_result(const wire::hash& block)> finish_state;

  /// Validates the state in an archive, and makes its block the tip of the chain, if that is on the header chain.
  /// `node::set_chain_tip` is to be called before the result is given. Its time limit is
  /// `limits::state_validation_timeout`.
  request_handler<import_result(const state_archive& archive)> import_archive;

  /// The features of the output with that commitment. Needed for peers at version 2 or below, which expect them with
  /// each input of a transaction. Gives its result at once, since it is called while a message is encoded. Empty, or
  /// nothing: not known, and these peers are not sent the transaction.
  std::function<std::optional<wire::output_features>(const wire::commitment& spent)> get_output_features;

  // Notifications.

  /// A transaction was relayed along the stem; or one of the node's own was sent to a peer by private broadcast, whose
  /// `id` is 0, since there is no session, and whose `transport` is `proxy`, as no onion service is told.
  std::function<void(const wire::transaction_ptr& tx, const peer::peer_info& peer)> transaction_stemmed;

  /// The node has fluffed a transaction that was private: from now on `get_transaction` must find it.
  std::function<void(const wire::transaction_ptr& tx, peer::fluff_reason reason, const peer::broadcast_report& report)>
      transaction_fluffed;

  /// The state of the synchronization has changed. Called at most once in `limits::sync_poll_interval`.
  std::function<void(const sync_status& now)> sync_progressed;

  /// The node listens; `at` has the port that the system has chosen.
  std::function<void(io::endpoint at)> listening;

  /// A session has started after its handshake.
  std::function<void(const peer::peer_info& peer)> peer_connected;

  /// A session ended, or a connection ended without one; if its handshake failed, only the peer's endpoint and
  /// direction are known.
  std::function<void(const peer::peer_info& peer, const peer::disconnect_info& reason)> peer_disconnected;

  /// A ban was added or lifted. Not called for bans that expire.
  std::function<void(const peer::ban& made)> banned;
  std::function<void(const peer::ban& lifted)> unbanned;

  /// A line for the operator. The number of lines of one category is limited, as `peer::logger` says.
  peer::log_sink log;

  /// Each message of the protocol, received or sent. Costs nothing when empty.
  peer::tracer trace;
};

/// The capabilities that an application with these functions can offer to peers.
[[nodiscard]] wire::capabilities capabilities_of(const adapter& functions) noexcept;
/// Whether an application with these functions can be synchronized.
[[nodiscard]] bool can_synchronize(const adapter& functions) noexcept;
/// Whether an application with these functions can import a state by segments.
[[nodiscard]] bool can_import_segments(const adapter& functions) noexcept;

}  // namespace pappus::integration
