// What the peer level asks of the node around it, and tells it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/peer/book/bans.hpp>
#include <pappus/peer/broadcast_report.hpp>
#include <pappus/peer/dandelion/fate.hpp>
#include <pappus/peer/ending.hpp>
#include <pappus/peer/host_question.hpp>
#include <pappus/peer/info.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/phase.hpp>
#include <pappus/peer/trace.hpp>
#include <pappus/peer/verdict.hpp>
#include <pappus/wire/grin_messages.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/output.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// The state of the chain, packed, on its way out.
struct archive {
  wire::messages::txhashset_archive said;
  io::stream_ptr content;  // gives at least `said.bytes` bytes
};

/// Functions of the host. Each is called on the loop and must not wait; any may be empty. What arrives is sound in
/// form; proofs of work, range proofs, signatures and sums are the host's to verify. What one throws ends the session
/// on whose behalf it was called, as `end_cause::internal_error`, or nothing if there is none; it is said once in the
/// log, and a question has no answer then.
///
/// A question is answered by what its function returns, or by a `reply` that the function takes as its last parameter,
/// then or later, from any thread; `integration::on` makes such functions of those that a thread of the host's is to
/// run. Later than `limits::host_answer`, or `limits::host_verdict` for what is judged or packed, it is not heard any
/// more. How many may be open is limited, too.
struct adapter {
  // Questions.

  /// A transaction came; whether it is valid is the host's to judge. What is accepted is passed on: one for everyone to
  /// all, and then it must be found by `find_transaction`; one on the stem along the stem, and nobody else may be able
  /// to tell that it is here: what is said of it follows from its bytes and from what is public. One on the stem that
  /// is public is not asked about, others each time that they come. Empty: everything is ignored.
  request_handler<validation_result(const wire::transaction_ptr& tx, phase at, const peer_info& from)>
      transaction_received;

  /// The public transaction with that kernel, or null. One that is still on the stem is nobody's business.
  /// Empty: there is none.
  request_handler<wire::transaction_ptr(const wire::hash& kernel)> get_transaction;

  /// Whether a transaction is valid, before it goes on the stem, also one of our own, and before it is fluffed because
  /// nobody else has done it. About our own it is asked again until it has answered. Empty: all are.
  request_handler<bool(const wire::transaction_ptr& tx, phase before)> validate_tx;

  /// Makes fewer and larger ones of transactions of others that are about to be fluffed, and answers with these. They
  /// weigh no more together than one may. What is part of none of these was left out, because it spoils the rest, and
  /// is verified and fluffed by itself. Empty: all are.
  request_handler<std::vector<wire::transaction_ptr>(const std::vector<wire::transaction_ptr>& held)>
      aggregate_transactions;

  /// A new block, by its header, without what everybody has, or in full. An id is the hash of a proof of work alone:
  /// until that is verified there may be different headers with one id, and the host is told of each. Passing a block
  /// on is the host's business, when it has all of it. Blocks that were asked for go to whoever asked.
  request_handler<validation_result(const wire::header& header, const peer_info& from)> header_received;
  request_handler<validation_result(const wire::compact_block_ptr& block, const peer_info& from)>
      compact_block_received;
  request_handler<validation_result(const wire::block_ptr& block, const peer_info& from)> block_received;

  /// The headers that follow the first of these hashes that is on the main chain, at most `wire::limits::headers`.
  request_handler<std::vector<wire::header>(std::span<const wire::hash> locator)> locate_headers;

  /// A block of the main chain, or null.
  request_handler<wire::block_ptr(const wire::hash& id)> get_block;
  request_handler<wire::compact_block_ptr(const wire::hash& id)> get_compact_block;

  /// A segment of the chain's state at a block, or nothing.
  template <class Question, class Answer>
  using get_segment = request_handler<std::optional<Answer>(const Question& asked)>;
  get_segment<wire::messages::get_output_bitmap_segment, wire::messages::output_bitmap_segment>
      get_output_bitmap_segment;
  get_segment<wire::messages::get_output_segment, wire::messages::output_segment> get_output_segment;
  get_segment<wire::messages::get_range_proof_segment, wire::messages::range_proof_segment> get_range_proof_segment;
  get_segment<wire::messages::get_kernel_segment, wire::messages::kernel_segment> get_kernel_segment;

  /// The state at that block or the latest before it of which there is an archive, or nothing. Answered on the loop,
  /// where its stream belongs.
  request_handler<std::optional<archive>(const wire::messages::txhashset_request& asked)> txhashset_read;

  /// The kind of output that was made with that commitment, for peers at version 2 or below, which want to be told what
  /// a transaction spends. It answers at once, for it is asked while a message is written. Empty, or nothing: not
  /// known, and they are not sent the transaction.
  std::function<std::optional<wire::output_features>(const wire::commitment& spent)> get_output_features;

  // Notices.

  /// A transaction was sent on along the stem.
  std::function<void(const wire::transaction_ptr& tx, const peer_info& to)> transaction_stemmed;

  /// The node has made public what was private: now it must be found by `find_transaction`.
  std::function<void(const wire::transaction_ptr& tx, fluff_reason why, const broadcast_report& told)>
      transaction_fluffed;

  /// The node listens; gives the port that the system chose.
  std::function<void(io::endpoint at)> listening;

  /// A handshake was completed.
  std::function<void(const peer_info& peer)> peer_connected;

  /// A session ended, or a handshake failed: then of the peer only its endpoint and direction are known.
  std::function<void(const peer_info& peer, const disconnect_info& why)> peer_disconnected;

  /// Somebody was banned, or a ban was lifted. What runs out by itself is not told.
  std::function<void(const ban& made)> banned;
  std::function<void(const ban& lifted)> unbanned;

  /// Something that the operator may want to read. Of one cause only so many lines come, as `logger` says.
  logger::sink log;

  /// Each message of the protocol, in and out. Empty, it costs nothing.
  tracer trace;
};

/// What a host that answers these questions has to offer to peers.
[[nodiscard]] wire::capabilities capabilities_of(const adapter& above) noexcept;

}  // namespace pappus::peer
